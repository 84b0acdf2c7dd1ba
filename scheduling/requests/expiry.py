"""What ends by itself on the open page: drafts nobody sent, requests that were declined or taken back, cooled times."""

from __future__ import annotations

import logging
from contextlib import suppress

from sqlalchemy import exists, or_, select

from app import clock
from app.data.audit import Action
from app.data.database import session, transaction
from app.errors import Conflict, NotFound
from app.policies import OrganisationKind, system_of
from cases import drafts
from cases.keeping import note
from cases.models import Case
from cases.states import CaseState
from scheduling.booking import cooling
from scheduling.models import Appointment
from scheduling.requests.models import BookingRequest
from scheduling.requests.states import DECLINED_LASTS, DRAFT_LASTS, RequestStage
from scheduling.states import AppointmentState

log = logging.getLogger(__name__)

ENDED = (RequestStage.DECLINED, RequestStage.WITHDRAWN)
AT_ONCE = 200


def end_drafts() -> int:
    """Erase with its key every draft that nobody waits for any more; may run at any time and twice, answers how many.

    A draft lives an hour after it was begun and as long as a time is held for it.
    """
    now = clock.now()
    held = exists().where(
        Appointment.case_id == Case.id,
        Appointment.state == AppointmentState.HELD,
        Appointment.hold_ends_at > now,
    )
    booked = exists().where(Appointment.case_id == Case.id, Appointment.state == AppointmentState.BOOKED)
    unsent = (Case.opened_at < now - DRAFT_LASTS) & ~held & ~booked
    query = (
        select(Case)
        .join(BookingRequest, BookingRequest.case_id == Case.id, isouter=True)
        .where(Case.state == CaseState.REQUESTED)
        .where(
            or_(
                unsent & (BookingRequest.id.is_(None) | (BookingRequest.state == RequestStage.TYPING)),
                BookingRequest.state.in_(ENDED) & (BookingRequest.decided_at < now - DECLINED_LASTS),
            )
        )
    )
    ended = list(session().scalars(query.limit(AT_ONCE)))
    for case in ended:
        with suppress(NotFound, Conflict):
            _erase(case)
    with transaction():
        cooling.drop_cooled()
    return len(ended)


def _erase(case: Case) -> None:
    with transaction():
        owner = system_of(case.organisation_id, OrganisationKind.KI)
        note(owner, case, Action.DELETED, "request")
        drafts.erase_draft(case.organisation_id, case_id=case.id)
