"""What acceptance of a handover gives, for tests of packages that do not know handovers: the key and the access."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app import clock
from app.data import records
from app.data.database import transaction
from cases.kinds import AccessKind
from cases.models import Case, CaseAccess
from tests.plugins.application import World

HandOver = Callable[[Case, str], None]


@pytest.fixture
def hand_over(world: World) -> HandOver:
    """A function that lets somebody at KIM work in a case, as if they had accepted it."""

    def accept(case: Case, who: str) -> None:
        actor = world.actor(who)
        case_id = case.id
        records.keyring().share(case_id, owner=world.ki.id, recipient=actor.organisation_id, expires_at=None)
        with transaction() as session:
            access = CaseAccess(
                case_id=case_id,
                organisation_id=actor.organisation_id,
                user_id=actor.user_id,
                kind=AccessKind.HANDOVER,
                granted_at=clock.now(),
            )
            session.add(access)
            session.expire_all()

    return accept
