"""What is free for waiting families at one moment, asked of the engine that books; loaded once for the whole queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import current_app

from app import clock
from app.data.database import session
from cases.models import Case
from config import Config
from scheduling import office
from scheduling.holidays import ONE_DAY
from scheduling.hours import MIDNIGHT, instant
from scheduling.models import Appointment
from scheduling.offering.queries import settings_of
from scheduling.queries import Needs, Wishes, family_policy, fitted, needs_of, wishes_of
from scheduling.slots import find_assignment, free_slots
from scheduling.waiting.models import WaitingEntry
from scheduling.waiting.rules import offer_ends
from scheduling.world import Refusal, Slot, World
from scheduling.worlds import load_world

LEAST_MINUTES = 60
"""An offer that leaves less time of service than this is none: no family can answer it."""


class Market:
    """The free times of one office as they are now; made anew after each offer."""

    def __init__(self, organisation_id: UUID) -> None:
        self._today = clock.today()
        horizon = max(each.horizon_days for each in settings_of(organisation_id).values())
        self._last = self._today + timedelta(days=horizon)
        self._world = load_world(organisation_id, first=self._today, last=self._last, policy=office.FAMILY_POLICY)
        self._free: dict[Needs, list[Slot]] = {}

    def free(self, case: Case, entry: WaitingEntry) -> list[Slot]:
        """Every time the family of this entry could have by language, length and mode, in order."""
        needs = needs_for(case, entry)
        if needs not in self._free:
            world = self._world_of(needs, self._world.now)
            request = needs.request(instant(self._today, MIDNIGHT), instant(self._last + ONE_DAY, MIDNIGHT))
            self._free[needs] = free_slots(fitted(request, world), world)
        return self._free[needs]

    def offer_ends(self, case: Case, entry: WaitingEntry, slot: Slot) -> datetime | None:
        """Until when this time can be offered; None when it is too soon to be offered at all."""
        needs = needs_for(case, entry)
        request = needs.request(slot.starts, slot.starts + 1)

        def may_still_book(at: int) -> bool:
            world = self._world_of(needs, at)
            return not isinstance(find_assignment(fitted(request, world), world, slot.starts), Refusal)

        config: Config = current_app.extensions["config"]
        ends = offer_ends(
            self._world.now,
            minutes=config.offer_hours * 60,
            least_minutes=LEAST_MINUTES,
            may_still_book=may_still_book,
            closures=self._world.closures,
        )
        return datetime.fromtimestamp(ends, UTC) if ends is not None else None

    def _world_of(self, needs: Needs, now: int) -> World:
        """The world as families may book this kind of talk, at an instant."""
        return replace(self._world, now=now, policy=family_policy(needs.setting))


def needs_for(case: Case, entry: WaitingEntry) -> Needs:
    """What the family needs at this moment: its language and its size may have changed since it began to wait."""
    talk = session().get(Appointment, entry.appointment_id) if entry.appointment_id else None
    wishes = wishes_of(talk) if talk is not None else Wishes(mode=entry.mode)
    return needs_of(case, entry.kind, wishes)
