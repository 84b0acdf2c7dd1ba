"""Families for tests: sheets with names in several scripts, and a case opened through the real service."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from cases import services
from cases.kinds import GuardianKind
from cases.models import Case
from cases.sheets import ChildSheet, FamilySheet, GuardianSheet
from tests.plugins.application import World

OpenCase = Callable[..., Case]


def family_sheet(family_name: str = "Kovalenko", **more: object) -> FamilySheet:
    """A family that moved to Düsseldorf in autumn and speaks Ukrainian."""
    told: dict[str, object] = {
        "phone": "+4917612345678",
        "email": "familie@einstieg.example",
        "language": "uk",
        "interpreter": True,
        "district": 3,
        "arrived_in_town_on": "2026-10-01",
    }
    return FamilySheet(family_name=family_name, **{**told, **more})  # type: ignore[arg-type]


def child_sheet(given_names: str = "Daryna", born: str = "2014-03-05", **more: object) -> ChildSheet:
    """A girl of lower secondary age."""
    return ChildSheet(given_names=given_names, born=born, **more)  # type: ignore[arg-type]


@pytest.fixture
def open_case(world: World) -> OpenCase:
    """A function that opens a case: two children and a mother unless told otherwise."""

    def opened(
        who: str = "advisor",
        *,
        family: FamilySheet | None = None,
        children: list[ChildSheet] | None = None,
        guardians: list[GuardianSheet] | None = None,
        advisor: str | None = None,
    ) -> Case:
        advisor_id: UUID | None = world.users[advisor] if advisor else None
        mother = GuardianSheet(kind=GuardianKind.MOTHER.value, name="Olena Kovalenko", phone="+4917687654321")
        return services.open_case(
            world.actor(who),
            family=family or family_sheet(),
            children=children or [child_sheet(), child_sheet("Taras", "2017")],
            guardians=[mother] if guardians is None else guardians,
            advisor_id=advisor_id,
        )

    return opened
