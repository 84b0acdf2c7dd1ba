"""What appointments, seats and handovers mean for merging two cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.data.base import new_id
from app.data.database import session, transaction
from cases.consents import services as consents
from cases.duplicates import services
from cases.duplicates.services import Unmergeable
from cases.handover.models import Handover
from cases.handover.states import HandoverState
from cases.kinds import ConsentPurpose, LegalBasis
from cases.models import Case
from cases.placement.kinds import Authority, PlacementState
from cases.placement.models import Placement, School
from cases.sheets import ConsentDetail
from scheduling.kinds import BookedVia
from scheduling.models import Appointment
from scheduling.states import AppointmentKind, AppointmentState
from tests.plugins.application import World
from tests.plugins.families import OpenCase

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def _talk(world: World, case: Case) -> UUID:
    talk = Appointment(
        id=new_id(),
        organisation_id=world.ki.id,
        case_id=case.id,
        kind=AppointmentKind.FIRST_TALK,
        state=AppointmentState.BOOKED,
        starts_at=NOW + timedelta(days=2),
        ends_at=NOW + timedelta(days=2, hours=1),
        advisor_id=world.users["advisor"],
        calendar_uid=str(new_id()),
        booked_via=BookedVia.STAFF,
        booked_at=NOW,
        changed_at=NOW,
    )
    with transaction() as current:
        current.add(talk)
    return talk.id


def _seat(case_id: UUID, child_id: UUID, state: PlacementState) -> UUID:
    school = School(
        number="199999",
        school_type="15",
        name="Beispielschule",
        short_name="Beispielschule",
        street="Musterweg 1",
        postcode="40210",
        town="Düsseldorf",
        municipality="05111000",
        status="1",
        imported_at=NOW,
    )
    attempt = Placement(
        id=new_id(), case_id=case_id, child_id=child_id, state=state, authority=Authority.SCHULAMT, proposed_at=NOW
    )
    with transaction() as current:
        current.add(school)
        current.flush()
        attempt.school_id = school.id
        current.add(attempt)
    return attempt.id


def _offer(world: World, case: Case) -> None:
    consent = consents.record_consent(
        world.actor("advisor"),
        case_id=case.id,
        purpose=ConsentPurpose.KIM_HANDOVER,
        legal_basis=LegalBasis.CONSENT,
        given_on=NOW.date(),
        recipient_id=world.kim.id,
        detail=ConsentDetail(given_by="Mutter", explained_in="uk"),
    )
    with transaction() as current:
        current.add(
            Handover(
                id=new_id(),
                case_id=case.id,
                organisation_id=world.ki.id,
                consent_id=consent.id,
                state=HandoverState.ROUTING,
                requested_by=world.users["advisor"],
                requested_at=NOW,
            )
        )


def test_talks_seats_and_handovers_move_or_say_why_not(world: World, open_case: OpenCase) -> None:
    clock.start_at(NOW)
    lead, kept, merged = world.actor("lead"), open_case(advisor="advisor"), open_case(advisor="advisor")
    pair = {"kept_id": kept.id, "merged_id": merged.id, "same": {merged.children[0].id: kept.children[0].id}}
    own_talk, talk = _talk(world, kept), _talk(world, merged)
    attempt = _seat(merged.id, merged.children[0].id, PlacementState.PROPOSED)
    _offer(world, merged)
    with pytest.raises(Unmergeable) as refused:
        services.merge(lead, **pair)
    told = " ".join(refused.value.sentences)
    for word in ("Termin gebucht", "Übergabe an KIM", "Schulplatzsuche"):
        assert word in told
    with transaction() as current:
        current.get_one(Appointment, own_talk).state = AppointmentState.CANCELLED
        current.get_one(Placement, attempt).state = PlacementState.REFUSED
        current.scalars(select(Handover)).one().state = HandoverState.WITHDRAWN
    done = services.merge(lead, **pair)
    session().expire_all()
    placed = session().get_one(Placement, attempt)
    assert (placed.case_id, placed.child_id) == (kept.id, kept.children[0].id)
    assert session().get_one(Appointment, talk).case_id == kept.id
    services.undo(lead, merge_id=done.id)
    session().expire_all()
    placed = session().get_one(Placement, attempt)
    assert (placed.case_id, placed.child_id) == (merged.id, merged.children[0].id)
    assert session().get_one(Appointment, talk).case_id == merged.id
    assert session().scalars(select(Handover)).one().case_id == merged.id
