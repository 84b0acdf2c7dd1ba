"""Waiting for a time: joining and leaving, answering an offer, letting a family come first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from msgspec.structs import replace

from app import clock
from app.data import audit, records
from app.data.audit import Action
from app.data.database import session, transaction
from app.errors import Conflict, Invalid
from app.policies import Actor, OrganisationKind, authorise, system_of
from cases.keeping import note
from cases.models import Case
from scheduling import services as booking
from scheduling.assignment import guarded
from scheduling.booking import channels
from scheduling.gate import require_papers
from scheduling.kinds import GateReason, TalkMode
from scheduling.models import Appointment, AppointmentSheet
from scheduling.offering.queries import setting_of
from scheduling.queries import Wishes, get_bookable_case, lock_case, open_of_case
from scheduling.states import AppointmentKind
from scheduling.waiting import bell, joining, offering
from scheduling.waiting.kinds import OfferState, UrgencyReason, WaitingEnd, WaitingState
from scheduling.waiting.models import WaitingEntry, WaitingOffer, WaitingSheet
from scheduling.waiting.policies import WaitingPermission
from scheduling.waiting.queries import entry_of, get_entry, get_offer
from scheduling.waiting.reach import contact_of


class OfferOver(Conflict):
    """The offer was answered, taken back, or its time is over."""


@dataclass(frozen=True, slots=True)
class Suits:
    """When a family can come, in local time: no weekday means any, minutes count from midnight."""

    earliest_on: date | None = None
    weekdays: tuple[int, ...] = ()
    from_minute: int | None = None
    until_minute: int | None = None


def join(
    actor: Actor,
    *,
    case_id: UUID,
    kind: AppointmentKind,
    suits: Suits,
    contact: WaitingSheet,
    mode: TalkMode | None = None,
    without_papers: GateReason | None = None,
) -> WaitingEntry:
    """Let a family wait for a talk, or for an earlier one if it has one; who waits already keeps its place.

    Raises Invalid when papers are missing and staff gave no reason to go on, and for group talks: those have places.
    """
    get_bookable_case(actor, case_id)
    if not kind.is_for_one_family:
        raise Invalid("kind", "group")
    with transaction():
        case = get_bookable_case(actor, case_id)
        lock_case(case_id)
        setting = setting_of(case.organisation_id, kind)
        require_papers(actor, case, without_papers, setting)
        talk = _talk(case_id, kind)
        if talk is not None:
            talk.wants_earlier = True
        entry = entry_of(case_id, kind) or joining.new_entry(actor, case, kind, contact, talk=talk)
        entry.mode = mode or (talk.mode if talk is not None else setting.usual_mode)
        entry.without_papers = without_papers or entry.without_papers
        entry.earliest_on, entry.weekdays = suits.earliest_on, sorted(set(suits.weekdays))
        entry.from_minute, entry.until_minute = suits.from_minute, suits.until_minute
        entry.state, entry.unanswered = WaitingState.WAITING, 0
        _keep_contact(actor, case, entry, contact)
        bell.freed(case.organisation_id)
    return entry


def keep_contact(actor: Actor, *, entry_id: UUID, contact: WaitingSheet) -> None:
    """Change how the family hears of a free time; its choosing a way is its consent to it."""
    get_entry(actor, entry_id)
    with transaction():
        entry, case = get_entry(actor, entry_id)
        _keep_contact(actor, case, entry, contact)
        note(actor, case, Action.CHANGED, "waiting_entry", subject_id=entry.id)


def leave(actor: Actor, *, entry_id: UUID) -> None:
    """Take a family off the list; a second time changes nothing."""
    get_entry(actor, entry_id)
    with transaction():
        entry, case = get_entry(actor, entry_id)
        lock_case(case.id)
        session().refresh(entry)
        if entry.state is WaitingState.ENDED:
            return
        talk = session().get(Appointment, entry.appointment_id) if entry.appointment_id else None
        if talk is not None:
            talk.wants_earlier = False
        joining.end_entry(actor, case, entry, WaitingEnd.REMOVED if actor.user_id else WaitingEnd.LEFT)
        bell.freed(case.organisation_id)


def mark_urgent(actor: Actor, *, entry_id: UUID, reason: UrgencyReason | None) -> None:
    """Let a family come first for a reason out of the list (None: no more); who decided it stands beside it."""
    authorise(actor, WaitingPermission.MARK_URGENT)
    with transaction():
        entry, case = get_entry(actor, entry_id)
        entry.urgency = reason
        entry.urgent_by, entry.urgent_at = (actor.user_id, clock.now()) if reason else (None, None)
        facts: dict[str, str | int | list[str]] = {"urgency": reason.value if reason else "none"}
        note(actor, case, Action.CHANGED, "waiting_entry", subject_id=entry.id, facts=facts)


def resume(actor: Actor, *, entry_id: UUID) -> None:
    """Offer times again to a family that did not answer: somebody has reached it."""
    get_entry(actor, entry_id)
    with transaction():
        entry, case = get_entry(actor, entry_id)
        if entry.state is WaitingState.PAUSED:
            entry.state, entry.unanswered = WaitingState.WAITING, 0
            note(actor, case, Action.CHANGED, "waiting_entry", subject_id=entry.id, facts={"state": "waiting"})
            bell.freed(case.organisation_id)


def accept(actor: Actor, *, offer_id: UUID) -> UUID:
    """Take the offered time: the talk is booked, or moved there and its old time goes to the next who waits.

    Answers the appointment; a second time answers it again. Raises OfferOver.
    """
    get_offer(actor, offer_id)
    try:
        return guarded(lambda: _accept(actor, offer_id))
    except OfferOver:
        raise
    except Conflict:
        _take_back(offer_id)
        raise OfferOver("gone") from None


def decline(actor: Actor, *, offer_id: UUID) -> None:
    """Say no: the family keeps its place and the next in order is asked. Raises OfferOver."""
    get_offer(actor, offer_id)
    with transaction():
        offer, case = offering.locked(offer_id)
        if offer.state is OfferState.DECLINED:
            return
        _require_open(offer)
        offering.end_offer(actor, case, offer, OfferState.DECLINED)
        bell.freed(case.organisation_id)


def note_list_read(actor: Actor, *, case_ids: list[UUID]) -> None:
    """Put into the trail whose names the list showed."""
    authorise(actor, WaitingPermission.LIST)
    with transaction():
        audit.record(
            Action.READ,
            organisation_id=actor.organisation_id,
            actor_id=actor.user_id,
            subject_kind="waiting_list",
            facts={"cases": sorted(str(case_id) for case_id in case_ids)},
        )


def _accept(actor: Actor, offer_id: UUID) -> UUID:
    with transaction():
        offer, case = offering.locked(offer_id)
        entry = offer.entry
        if offer.state is OfferState.ACCEPTED and offer.appointment_id is not None:
            return offer.appointment_id
        _require_open(offer)
        offering.release_hold(offer)
        if entry.appointment_id is not None:
            talk = booking.move(actor, appointment_id=entry.appointment_id, starts=offer.starts_at)
            talk.wants_earlier = False
            offer.appointment_id = talk.id
        else:
            offer.appointment_id = booking.book(
                actor, case_id=case.id, kind=entry.kind, starts=offer.starts_at,
                details=_details(entry), without_papers=entry.without_papers, wishes=Wishes(mode=entry.mode),
            ).appointment_id  # fmt: skip
        offer.state, offer.answered_at = OfferState.ACCEPTED, clock.now()
        note(actor, case, Action.ACCEPTED, "waiting_offer", subject_id=offer.id)
        joining.end_entry(actor, case, entry, WaitingEnd.SERVED)
        bell.freed(case.organisation_id)
        return offer.appointment_id


def _take_back(offer_id: UUID) -> None:
    """End an offer whose time cannot be had after all, for example as an absence was entered over it."""
    with transaction():
        offer, case = offering.locked(offer_id)
        if offer.state is OfferState.OPEN:
            owner = system_of(case.organisation_id, OrganisationKind.KI)
            offering.end_offer(owner, case, offer, OfferState.WITHDRAWN)
            bell.freed(case.organisation_id)


def _require_open(offer: WaitingOffer) -> None:
    """The hold and the offer end at the same instant, so an open offer is a time that is still kept."""
    if offer.state is not OfferState.OPEN or offer.expires_at <= clock.now():
        raise OfferOver(offer.state.value)


def _details(entry: WaitingEntry) -> AppointmentSheet:
    contact = contact_of(entry)
    return AppointmentSheet(
        language=contact.language, channel=contact.channel, email=contact.email, phone=contact.phone
    )


def _keep_contact(actor: Actor, case: Case, entry: WaitingEntry, contact: WaitingSheet) -> None:
    """Seal the contact with a way that may be used: a family's choice is its consent, staff cannot undo a No."""
    asked = AppointmentSheet(
        language=contact.language, channel=contact.channel, email=contact.email, phone=contact.phone
    )
    settled = channels.settled(actor, case, asked)
    records.put(replace(contact, channel=settled.channel), record_id=entry.id, scope=case.scope)


def _talk(case_id: UUID, kind: AppointmentKind) -> Appointment | None:
    """The booked talk of this kind, which is wanted earlier then."""
    talk = open_of_case(case_id)
    return talk if talk is not None and talk.kind is kind else None
