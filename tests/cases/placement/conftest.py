"""Schools of the real directory, and a child on its way to one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.data import records
from app.data.database import session
from app.policies import Actor
from cases.models import Case, Child
from cases.placement import directory, services
from cases.placement.models import Placement, School
from cases.placement.recommendation import Decision
from cases.placement.school_types import SchoolType, Stage
from cases.placement.services import Choice
from cases.placement.support import Support
from cases.sheets import ChildSheet, FamilySheet
from tests.plugins.application import World
from tests.plugins.families import OpenCase

FILE = Path(directory.__file__).parent / "data" / "schulen_duesseldorf.csv"
TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
GERMAN_CLASS = Decision(Stage.LOWER_SECONDARY, SchoolType.GESAMTSCHULE, 6, Support.GERMAN_CLASS, False)


@pytest.fixture
def today(app: Flask) -> None:
    """A Monday in November on which the rules of the file are in force."""
    clock.start_at(TODAY)


@pytest.fixture
def schools(app: Flask) -> dict[str, School]:
    """The schools of Düsseldorf by number."""
    services.import_directory(FILE.read_text(encoding="utf-8").splitlines())
    return {school.number: school for school in session().scalars(select(School).order_by(School.number))}


def a_confessional_primary(schools: dict[str, School]) -> School:
    """A primary school where the guardians have to agree; other types of school of a denomination do not ask."""
    return next(
        school
        for school in schools.values()
        if school.type is SchoolType.GRUNDSCHULE and school.kind_of_faith and school.kind_of_faith.is_confessional
    )


@dataclass(frozen=True)
class Seeking:
    """A twelve-year-old in Düsseldorf since August, with the advisor who counsels the family."""

    actor: Actor
    case: Case
    child: Child

    def version(self) -> int:
        """The lock of the child's sheet."""
        return records.get(ChildSheet, self.child.id, reader=self.actor.organisation_id).version

    def recommend(self, decision: Decision = GERMAN_CLASS) -> tuple[str, ...]:
        """Keep a recommendation over the present version."""
        return services.recommend(
            self.actor, case_id=self.case.id, child_id=self.child.id, decision=decision, expected=self.version()
        )

    def propose(self, school: School, **more: object) -> Placement:
        """Pick a school."""
        choice = Choice(school.id, "kurzer Weg", **more)  # type: ignore[arg-type]
        return services.propose_school(self.actor, case_id=self.case.id, child_id=self.child.id, choice=choice)


@pytest.fixture
def seeking(world: World, open_case: OpenCase, today: None) -> Callable[[], Seeking]:
    """A function that answers a new family of the advisor with one child who needs a school."""

    def make() -> Seeking:
        case = open_case(
            advisor="advisor",
            family=FamilySheet(family_name="Kovalenko", postcode="40227", arrived_in_town_on="2026-08-25"),
            children=[
                ChildSheet(
                    given_names="Daryna",
                    born="2014-05-02",
                    arrived_on="2026-08-25",
                    school_years=5,
                    literate="yes",
                    latin_script="yes",
                    german_level="0",
                )
            ],
        )
        return Seeking(world.actor("advisor"), case, case.children[0])

    return make
