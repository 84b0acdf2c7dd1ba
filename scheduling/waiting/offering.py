"""Making one offer and ending it: the time is kept by a hold that runs out with the offer.

Part of the open transactions of services and rounds that have authorised already.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete

from app import clock
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session
from app.errors import NotFound
from app.messages import composers
from app.messages.composers import Cancelled
from app.messages.kinds import Channel
from app.messages.models import Message, MessagePayload
from app.messages.services import cancel_for, plan
from app.policies import Actor
from cases.keeping import note
from cases.kinds import TaskKind
from cases.models import Case
from cases.tasks.services import add_task
from scheduling.assignment import assign, release, reserve
from scheduling.booking.links import token_hash
from scheduling.booking.models import CoolingTime
from scheduling.booking.texts import german_when
from scheduling.kinds import BookedVia
from scheduling.models import Appointment
from scheduling.queries import Needs, family_policy, lock_case
from scheduling.states import AppointmentState
from scheduling.waiting.finding import needs_for
from scheduling.waiting.kinds import OfferState, WaitingState
from scheduling.waiting.models import WaitingEntry, WaitingOffer
from scheduling.waiting.queries import open_offer
from scheduling.waiting.reach import Reach, reach_of
from scheduling.waiting.texts import offer_email, offer_sms
from scheduling.world import Assignment, Slot

MESSAGE_KIND = "waiting.offer"
TOKEN_BYTES = 16
"""128 random bits: the link lives for hours and has to fit into a text message."""
MOST_UNANSWERED = 2
CALL = "Warteliste: {starts} ist frei und vorgemerkt bis {ends}. Bitte die Familie anrufen."
SILENT = "Warteliste: Die Familie hat auf zwei Angebote nicht geantwortet. Bitte anrufen."


def declare() -> None:
    """Declare the message; offers go out by day, as their time runs by day."""
    composers.register(MESSAGE_KIND, label="Angebot von der Warteliste", compose=still_open)


def still_open(message: Message) -> MessagePayload | Cancelled:
    """The planned text, unless the offer was answered, taken back or ran out since."""
    offer = session().get(WaitingOffer, message.subject_id, populate_existing=True)
    is_open = offer is not None and offer.state is OfferState.OPEN and clock.now() < offer.expires_at
    return composers.planned(message) if is_open else Cancelled()


def make_offer(actor: Actor, case: Case, entry: WaitingEntry, slot: Slot, expires_at: datetime) -> WaitingOffer | None:
    """Keep the time for this family and tell it; None when it has an offer already. Raises SlotTaken."""
    session().refresh(entry, with_for_update=True)
    if entry.state is not WaitingState.WAITING or open_offer(entry.id) is not None:
        return None
    needs = needs_for(case, entry)
    hold = _hold(case, needs, expires_at)
    chosen = assign(needs, starts_at=slot.starts_at, policy=family_policy(needs.setting))
    reserve(hold, chosen, setting=needs.setting)
    _no_more_cooling(chosen)
    # What families may not book themselves they cannot accept by a link either.
    reach = reach_of(entry) if needs.setting.is_bookable_by_families else None
    token = secrets.token_urlsafe(TOKEN_BYTES)
    offer = WaitingOffer(
        id=new_id(),
        entry_id=entry.id,
        appointment_id=hold.id,
        state=OfferState.OPEN,
        starts_at=hold.starts_at,
        ends_at=hold.ends_at,
        channel=reach.channel if reach else None,
        token_hash=token_hash(token),
        offered_at=clock.now(),
        expires_at=expires_at,
    )
    session().add(offer)
    session().flush()
    if reach is None:
        _ask_to_call(actor, offer, entry)
    else:
        _tell(case, offer, reach, token)
    facts: dict[str, str | int | list[str]] = {"way": offer.channel.value if offer.channel else "call"}
    note(actor, case, Action.OFFERED, "waiting_offer", subject_id=offer.id, facts=facts)
    return offer


def end_offer(actor: Actor, case: Case, offer: WaitingOffer, state: OfferState) -> None:
    """Close an open offer that nobody accepted, and give its time back."""
    release_hold(offer)
    offer.state, offer.answered_at = state, clock.now()
    cancel_for(offer.id)
    entry = offer.entry
    if state is OfferState.EXPIRED and offer.channel is not None:
        entry.unanswered += 1
        if entry.unanswered >= MOST_UNANSWERED:
            entry.state = WaitingState.PAUSED
            add_task(actor, case_id=case.id, kind=TaskKind.GENERAL, due_on=clock.today(), text=SILENT)
    if state is OfferState.DECLINED:
        entry.unanswered = 0
    note(actor, case, Action.CHANGED, "waiting_offer", subject_id=offer.id, facts={"state": state.value})


def release_hold(offer: WaitingOffer) -> None:
    """Give the kept time back; its row goes, as nothing was ever agreed on."""
    hold = session().get(Appointment, offer.appointment_id) if offer.appointment_id else None
    offer.appointment_id = None
    session().flush()
    if hold is not None and hold.state is AppointmentState.HELD:
        release(hold)
        session().delete(hold)
        session().flush()


def _no_more_cooling(chosen: Assignment) -> None:
    """The hold guards the time now; left cooling, it would be kept from the very family that accepts it."""
    session().execute(
        delete(CoolingTime).where(
            CoolingTime.resource_id.in_(chosen.resource_ids),
            CoolingTime.starts < chosen.slot.ends,
            CoolingTime.ends > chosen.slot.starts,
        )
    )


def _hold(case: Case, needs: Needs, expires_at: datetime) -> Appointment:
    now = clock.now()
    return Appointment(
        id=new_id(),
        organisation_id=case.organisation_id,
        case_id=case.id,
        kind=needs.kind,
        mode=needs.mode,
        state=AppointmentState.HELD,
        hold_ends_at=expires_at,
        calendar_uid=f"{secrets.token_hex(16)}@einstieg",
        sequence=0,
        booked_via=BookedVia.STAFF,
        booked_at=now,
        changed_at=now,
    )


def _tell(case: Case, offer: WaitingOffer, reach: Reach, token: str) -> None:
    times = (offer.starts_at, offer.expires_at)
    if reach.channel is Channel.EMAIL:
        mail = offer_email(*times, token=token, language=reach.language)
        payload = MessagePayload(address=reach.address, language=reach.language, subject=mail.subject, text=mail.body)
    else:
        text = offer_sms(*times, token=token, language=reach.language)
        payload = MessagePayload(address=reach.address, language=reach.language, text=text)
    plan(
        scope=case.scope,
        case_id=case.id,
        subject_id=offer.id,
        kind=MESSAGE_KIND,
        channel=reach.channel,
        due_at=clock.now(),
        dedupe_key=f"waiting:{offer.id}",
        payload=payload,
        expires_at=offer.expires_at - timedelta(minutes=1),
    )


def _ask_to_call(actor: Actor, offer: WaitingOffer, entry: WaitingEntry) -> None:
    text = CALL.format(starts=german_when(offer.starts_at), ends=german_when(offer.expires_at))
    add_task(actor, case_id=entry.case_id, kind=TaskKind.GENERAL, due_on=clock.today(), text=text)


def locked(offer_id: UUID) -> tuple[WaitingOffer, Case]:
    """An offer and its case, locked against two answers at once; raises NotFound."""
    offer = session().get(WaitingOffer, offer_id)
    if offer is None:
        raise NotFound("waiting offer")
    case = session().get(Case, offer.entry.case_id)
    if case is None:
        raise NotFound("case")
    lock_case(case.id)
    session().refresh(offer)
    session().refresh(offer.entry)
    return offer, case
