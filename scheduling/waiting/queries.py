"""Who waits and what is offered: selects, and opening a family's entry for whoever may book for it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.data import records
from app.data.database import session
from app.errors import NotFound
from app.policies import Actor
from cases.models import Case
from cases.queries import visible_to
from cases.sheets import CaseSummary
from scheduling.booking.links import token_hash
from scheduling.models import Appointment
from scheduling.queries import get_bookable_case
from scheduling.states import AppointmentKind
from scheduling.waiting.kinds import OfferState, WaitingState
from scheduling.waiting.models import WaitingEntry, WaitingOffer
from scheduling.waiting.rules import Waiting, Wish, in_order

OPEN = (WaitingState.WAITING, WaitingState.PAUSED)


@dataclass(frozen=True, slots=True, repr=False)
class WaitingLine:
    """One entry as staff see it."""

    entry: WaitingEntry
    reference: str
    family_name: str
    language: str
    place: int
    offer: WaitingOffer | None
    former: tuple[WaitingOffer, ...]
    appointment: Appointment | None


def get_entry(actor: Actor, entry_id: UUID) -> tuple[WaitingEntry, Case]:
    """An entry and its case, for whoever may book for that; raises NotFound as if it were not there."""
    entry = session().get(WaitingEntry, entry_id, populate_existing=True)
    if entry is None:
        raise NotFound("waiting entry")
    return entry, get_bookable_case(actor, entry.case_id)


def get_offer(actor: Actor, offer_id: UUID) -> tuple[WaitingOffer, Case]:
    """An offer and its case, for whoever may book for that; raises NotFound as if it were not there."""
    offer = session().get(WaitingOffer, offer_id, populate_existing=True)
    if offer is None:
        raise NotFound("waiting offer")
    return offer, get_bookable_case(actor, offer.entry.case_id)


def offer_of_token(token: str) -> WaitingOffer | None:
    """The offer behind a link, whatever became of it."""
    return session().scalar(select(WaitingOffer).where(WaitingOffer.token_hash == token_hash(token)))


def entry_of(case_id: UUID, kind: AppointmentKind) -> WaitingEntry | None:
    """The open entry of a case for one kind of talk."""
    query = select(WaitingEntry).where(
        WaitingEntry.case_id == case_id, WaitingEntry.kind == kind, WaitingEntry.state.in_(OPEN)
    )
    return session().scalars(query.order_by(WaitingEntry.since)).first()


def open_offer(entry_id: UUID) -> WaitingOffer | None:
    """What is offered to an entry at this moment."""
    query = select(WaitingOffer).where(WaitingOffer.entry_id == entry_id, WaitingOffer.state == OfferState.OPEN)
    return session().scalars(query).first()


def offers_of(entry_ids: list[UUID]) -> dict[UUID, list[WaitingOffer]]:
    """Every offer that was made to these entries, the latest first."""
    query = select(WaitingOffer).where(WaitingOffer.entry_id.in_(entry_ids)).order_by(WaitingOffer.offered_at.desc())
    found: dict[UUID, list[WaitingOffer]] = {entry_id: [] for entry_id in entry_ids}
    for offer in session().scalars(query):
        found[offer.entry_id].append(offer)
    return found


def open_entries(organisation_id: UUID) -> list[WaitingEntry]:
    """Everybody who waits at one office, whoever may know of them, in no order."""
    query = select(WaitingEntry).where(WaitingEntry.organisation_id == organisation_id, WaitingEntry.state.in_(OPEN))
    return list(session().scalars(query.execution_options(populate_existing=True)))


def talks_of(entries: list[WaitingEntry]) -> dict[UUID, Appointment]:
    """The appointments that entries want to have earlier, by their id."""
    ids = [entry.appointment_id for entry in entries if entry.appointment_id]
    return {row.id: row for row in session().scalars(select(Appointment).where(Appointment.id.in_(ids)))}


def waiting_of(entry: WaitingEntry, offers: list[WaitingOffer], talk: Appointment | None) -> Waiting:
    """An entry as the rules know it; what it was offered before is not offered again."""
    return Waiting(
        id=entry.id,
        since=entry.since,
        urgent_at=entry.urgent_at if entry.urgency else None,
        wish=Wish(
            earliest_on=entry.earliest_on,
            weekdays=frozenset(entry.weekdays),
            from_minute=entry.from_minute,
            until_minute=entry.until_minute,
            earlier_than=int(talk.starts_at.timestamp()) if talk else None,
            declined=frozenset(int(offer.starts_at.timestamp()) for offer in offers),
        ),
    )


def waiting_lines(actor: Actor) -> list[WaitingLine]:
    """The list in its order, as far as the actor may know of the families; places count everybody."""
    entries = {entry.id: entry for entry in open_entries(actor.organisation_id)}
    offers, talks = offers_of(list(entries)), talks_of(list(entries.values()))
    order = in_order(
        waiting_of(entry, offers[entry.id], talks.get(entry.appointment_id) if entry.appointment_id else None)
        for entry in entries.values()
    )
    cases = _known_cases(actor, {entry.case_id for entry in entries.values()})
    sheets = records.find_many(CaseSummary, list(cases), reader=actor.organisation_id)
    lines = []
    for place, waiting in enumerate(order, start=1):
        entry = entries[waiting.id]
        if entry.case_id not in cases:
            continue
        summary = sheets[entry.case_id].sheet if entry.case_id in sheets else None
        lines.append(
            WaitingLine(
                entry=entry,
                reference=cases[entry.case_id],
                family_name=summary.family_name if summary else "",
                language=summary.language if summary else "",
                place=place,
                offer=next((each for each in offers[entry.id] if each.state is OfferState.OPEN), None),
                former=tuple(each for each in offers[entry.id] if each.state is not OfferState.OPEN),
                appointment=talks.get(entry.appointment_id) if entry.appointment_id else None,
            )
        )
    return lines


def _known_cases(actor: Actor, case_ids: set[UUID]) -> dict[UUID, str]:
    rows = session().execute(select(Case.id, Case.reference).where(Case.id.in_(case_ids), visible_to(actor)))
    return {row.id: row.reference for row in rows}
