"""The round of the waiting list: offers that ran out end, pointless entries end, and free times are offered.

Every step is a transaction of its own, so a crash in the middle leaves nothing half done and the next round goes on.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts.queries import organisations
from app.data.database import session, transaction
from app.errors import NotFound
from app.policies import Actor, OrganisationKind, authorise, system_of
from cases.models import Case
from cases.policies import CasePermission
from cases.queries import get_case
from scheduling.assignment import SlotTaken, guarded
from scheduling.queries import lock_case
from scheduling.waiting import joining, offering
from scheduling.waiting.finding import Market
from scheduling.waiting.kinds import OfferState, WaitingState
from scheduling.waiting.models import WaitingEntry, WaitingOffer
from scheduling.waiting.policies import WaitingPermission
from scheduling.waiting.queries import offers_of, open_entries, talks_of, waiting_of
from scheduling.waiting.rules import Waiting, first_fit
from scheduling.world import Slot

MOST_OFFERS = 50
"""Offers of one round; what is left is offered a minute later."""


def fill_all() -> None:
    """The round of every office."""
    for place in organisations(OrganisationKind.KI):
        fill(place.id)


def fill(organisation_id: UUID) -> int:
    """The round of one office, which may run at any time and twice at once; answers how many offers were made."""
    actor = system_of(organisation_id, OrganisationKind.KI)
    authorise(actor, WaitingPermission.FILL)
    joining.join_who_want_earlier(actor)
    end_expired(actor)
    joining.end_pointless(actor)
    return _offer_what_is_free(actor)


def end_expired(actor: Actor) -> int:
    """End the offers whose time is over; answers how many."""
    query = (
        select(WaitingOffer.id)
        .join(WaitingEntry, WaitingEntry.id == WaitingOffer.entry_id)
        .where(
            WaitingEntry.organisation_id == actor.organisation_id,
            WaitingOffer.state == OfferState.OPEN,
            WaitingOffer.expires_at <= clock.now(),
        )
    )
    over = list(session().scalars(query))
    for offer_id in over:
        _expire(actor, offer_id)
    return len(over)


def _expire(actor: Actor, offer_id: UUID) -> None:
    with transaction():
        offer, case = offering.locked(offer_id)
        if offer.state is OfferState.OPEN and offer.expires_at <= clock.now():
            offering.end_offer(actor, case, offer, OfferState.EXPIRED)


def _offer_what_is_free(actor: Actor) -> int:
    """Offer the first in order what fits, until nothing fits anybody; a time lost to somebody else is let go."""
    made, in_vain = 0, set[tuple[UUID, int]]()
    while made < MOST_OFFERS:
        queue = _Queue(actor)
        found = first_fit(queue.waiting, queue.free, without=in_vain) if queue.waiting else None
        if found is None:
            return made
        waiting, slot = found
        in_vain.add((waiting.id, slot.starts))
        if queue.offer(waiting, slot):
            made += 1
    return made


class _Queue:
    """Who may get an offer at this moment, with their cases and what is free for each."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        entries = [each for each in open_entries(actor.organisation_id) if each.state is WaitingState.WAITING]
        offers, talks = offers_of([each.id for each in entries]), talks_of(entries)
        busy = {entry_id for entry_id, made in offers.items() if any(each.state is OfferState.OPEN for each in made)}
        self._entries = {each.id: each for each in entries if each.id not in busy}
        self._cases = {each.id: case for each in self._entries.values() if (case := self._case(each)) is not None}
        self.waiting = [
            waiting_of(entry, offers[entry.id], talks.get(entry.appointment_id) if entry.appointment_id else None)
            for entry in self._entries.values()
            if entry.id in self._cases
        ]
        self._market = Market(actor.organisation_id) if self.waiting else None

    def free(self, waiting: Waiting) -> list[Slot]:
        """The times this family could have."""
        entry = self._entries[waiting.id]
        return self._market.free(self._cases[entry.id], entry) if self._market else []

    def offer(self, waiting: Waiting, slot: Slot) -> bool:
        """Make the offer unless the time is too soon, or gone."""
        entry, case = self._entries[waiting.id], self._cases[waiting.id]
        expires_at = self._market.offer_ends(case, entry, slot) if self._market else None
        if expires_at is None:
            return False

        def work() -> bool:
            with transaction():
                lock_case(case.id)
                return offering.make_offer(self._actor, case, entry, slot, expires_at) is not None

        try:
            return guarded(work)
        except SlotTaken:
            return False

    def _case(self, entry: WaitingEntry) -> Case | None:
        """The case of an entry; None while the family had its processing restricted."""
        try:
            return get_case(self._actor, entry.case_id, CasePermission.READ)
        except NotFound:
            return None
