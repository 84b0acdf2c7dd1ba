"""What the house does with requests: a new case, part of one it knows, or a no."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

from flask_babel import lazy_gettext

from app import clock
from app.data import audit
from app.data.audit import Action
from app.data.database import session, transaction
from app.errors import NotFound, WrongState
from app.messages.models import Channel, MessagePayload
from app.messages.services import cancel_for, plan
from app.policies import Actor, authorise
from cases import drafts
from cases.duplicates.hooks import Same
from cases.duplicates.policies import DuplicatePermission
from cases.duplicates.services import merge
from cases.keeping import note
from cases.models import Case
from cases.policies import CasePermission
from cases.queries import children_of, get_case
from cases.services import advance_case
from cases.states import CaseState
from scheduling import queries
from scheduling.assignment import release
from scheduling.booking import texts
from scheduling.kinds import MessageKind
from scheduling.policies import SchedulingPermission
from scheduling.requests.models import BookingRequest
from scheduling.requests.queries import get_request
from scheduling.requests.states import DeclineReason, RequestStage, require_step
from scheduling.states import AppointmentKind, AppointmentState

TOLD = {
    DeclineReason.NOT_RESPONSIBLE: lazy_gettext("Wir sind für Sie nicht zuständig."),
    DeclineReason.HAS_APPOINTMENT: lazy_gettext("Sie haben schon einen anderen Termin bei uns."),
    DeclineReason.NOT_REACHED: lazy_gettext("Wir haben Fragen und erreichen Sie nicht."),
    DeclineReason.NO_FAMILY: lazy_gettext("Wir können Ihre Angaben nicht zuordnen."),
}
BEFORE_A_TALK = frozenset(CaseState) - {CaseState.REQUESTED, CaseState.COUNSELLED, CaseState.CLOSED}


def note_inbox_read(actor: Actor, *, case_ids: Collection[UUID]) -> None:
    """Keep in the trail that somebody saw the inbox, and which requests stood in it."""
    authorise(actor, SchedulingPermission.SEE_REQUESTS)
    with transaction():
        audit.record(
            Action.READ,
            organisation_id=actor.organisation_id,
            actor_id=actor.user_id,
            subject_kind="request_list",
            facts={"cases": sorted(str(case_id) for case_id in case_ids)},
        )


def note_read(actor: Actor, *, request_id: UUID) -> None:
    """Keep in the trail that somebody opened a request."""
    get_request(actor, request_id)
    with transaction():
        _, case = get_request(actor, request_id)
        note(actor, case, Action.READ, "request", subject_id=request_id)


def take(actor: Actor, *, request_id: UUID) -> Case:
    """Make the request a new case of the house; its talk is that case's. Raises WrongState when it was decided."""
    authorise(actor, SchedulingPermission.SEE_REQUESTS)
    with transaction():
        request, _ = _waiting(actor, request_id, RequestStage.TAKEN)
        case = drafts.take_draft(actor, case_id=request.case_id)
        _decide(actor, request, case, RequestStage.TAKEN)
        _follow_talk(actor, case)
    return case


def join(actor: Actor, *, request_id: UUID, kept_id: UUID) -> Case:
    """Let the request go into a case the house knows, by a merge that can be undone; raises Unmergeable, WrongState.

    A child of the same year of birth is the same child when nobody else of the case is of that year.
    """
    authorise(actor, DuplicatePermission.LIST)
    with transaction():
        request, _ = _waiting(actor, request_id, RequestStage.JOINED)
        kept = get_case(actor, kept_id, DuplicatePermission.MERGE)
        draft = drafts.take_draft(actor, case_id=request.case_id)
        _decide(actor, request, draft, RequestStage.JOINED)
        merge(actor, kept_id=kept.id, merged_id=draft.id, same=_same_children(actor, kept, draft))
        kept = get_case(actor, kept_id)
        _follow_talk(actor, kept)
    return kept


def decline(actor: Actor, *, request_id: UUID, reason: DeclineReason) -> None:
    """Say no: the time is free again, the family is told why, and after some days nothing is left of it."""
    authorise(actor, SchedulingPermission.SEE_REQUESTS)
    with transaction():
        request, case = _waiting(actor, request_id, RequestStage.DECLINED)
        request.decline_reason = reason
        _decide(actor, request, case, RequestStage.DECLINED)
        appointment = queries.open_of_case(case.id)
        if appointment is None:
            return
        cancel_for(appointment.id)
        appointment.state = AppointmentState.CANCELLED
        appointment.sequence += 1
        appointment.changed_at = clock.now()
        release(appointment)
        _tell(case, request, reason)


def _waiting(actor: Actor, request_id: UUID, wanted: RequestStage) -> tuple[BookingRequest, Case]:
    """The request with its draft, locked, if this actor may decide it; of two who do, the second is told."""
    request = session().get(BookingRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None or request.organisation_id != actor.organisation_id:
        raise NotFound("request")
    require_step(request.state, wanted)
    queries.lock_case(request.case_id)
    return request, get_case(actor, request.case_id, CasePermission.TAKE_REQUEST)


def _decide(actor: Actor, request: BookingRequest, case: Case, state: RequestStage) -> None:
    request.state, request.decided_at, request.decided_by = state, clock.now(), actor.user_id
    facts: dict[str, str | int | list[str]] = {"state": state.value}
    if request.decline_reason is not None:
        facts["reason"] = request.decline_reason.value
    note(actor, case, Action.CHANGED, "request", subject_id=request.id, facts=facts)


def _follow_talk(actor: Actor, case: Case) -> None:
    """A case with a first talk ahead stands where cases with a booked talk stand."""
    talk = queries.open_of_case(case.id)
    if talk is not None and talk.kind is AppointmentKind.FIRST_TALK and case.state in BEFORE_A_TALK:
        with suppress(WrongState):
            advance_case(actor, case_id=case.id, state=CaseState.APPOINTMENT_BOOKED)


def _same_children(actor: Actor, kept: Case, draft: Case) -> Same:
    known, asked = children_of(actor, kept), children_of(actor, draft)
    same: dict[UUID, UUID] = {}
    for child_id, stored in asked.items():
        year = stored.sheet.born[:4]
        fitting = [key for key, other in known.items() if year and other.sheet.born[:4] == year]
        of_the_year = [key for key, other in asked.items() if other.sheet.born[:4] == year]
        if len(fitting) == 1 and len(of_the_year) == 1:
            same[child_id] = fitting[0]
    return same


def _tell(case: Case, request: BookingRequest, reason: DeclineReason) -> None:
    family = queries.family_of(case)
    channel = next((each for each in Channel if each.value == family.channel), None)
    if channel is None or request.verified_at is None:
        return
    text = texts.request_declined(TOLD[reason], language=family.letter_language)
    is_mail = channel is Channel.EMAIL
    plan(
        scope=case.scope,
        case_id=case.id,
        subject_id=request.id,
        kind=MessageKind.REQUEST_DECLINED,
        channel=channel,
        due_at=clock.now(),
        dedupe_key=f"request:{request.id}:declined",
        payload=MessagePayload(
            address=family.email if is_mail else family.phone,
            language=family.letter_language,
            subject=text.subject if is_mail else "",
            text=text.body,
        ),
    )
