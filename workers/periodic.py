"""What is to be done from time to time, as data: the leader of the sweep does it, and it may run twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app import clock
from cases.documents import checking
from cases.duplicates import crossing, following
from cases.emergency import expiring
from cases.retention import aftermath, sweeping
from cases.shards import settling
from scheduling.calendars import rounds as own_calendars
from scheduling.conflicts import counting, reminding
from scheduling.feeds import telling
from scheduling.interpreting import asking
from scheduling.requests import expiry as expiring_requests
from scheduling.waiting import filling
from workers import routing, trail

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Periodic:
    """One service without arguments and how often it runs; it also runs after each start."""

    name: str
    every: timedelta
    work: Callable[[], object]


PERIODIC: list[Periodic] = [
    Periodic("handovers to route", timedelta(seconds=5), routing.route_waiting),
    Periodic("offers of the waiting list", timedelta(minutes=1), filling.fill_all),
    Periodic("invitations for the team's calendars", timedelta(minutes=1), telling.tell_all),
    Periodic("emergency accesses that ran out", timedelta(minutes=1), expiring.end_expired),
    Periodic("drafts of requests", timedelta(minutes=5), expiring_requests.end_drafts),
    Periodic("files to scan", timedelta(minutes=2), checking.check_waiting),
    Periodic("questions to interpreters", timedelta(seconds=20), asking.follow),
    Periodic("own calendars", timedelta(minutes=1), own_calendars.read_due),
    Periodic("conflicts to count", timedelta(minutes=1), counting.count_all),
    Periodic("families to be told", timedelta(minutes=30), reminding.remind_to_tell),
    Periodic("checks of the trail", timedelta(seconds=5), trail.check_asked),
    Periodic("checkpoints of the trail", timedelta(minutes=1), trail.keep_checkpoints),
    Periodic("files of merged cases", timedelta(minutes=5), following.finish_files),
    Periodic("old entries of the trail", timedelta(days=1), trail.shorten),
    Periodic("keys that follow access", timedelta(minutes=5), routing.finish_keys),
    Periodic("keys after an erasure", timedelta(minutes=30), aftermath.settle_at_night),
    Periodic("keys of shards", timedelta(hours=1), settling.settle_all),
    Periodic("tokens for other houses", timedelta(hours=1), crossing.keep_tokens),
    Periodic("merges that stay", timedelta(hours=6), following.drop_undo_data),
    Periodic("what ends by itself", timedelta(hours=6), sweeping.sweep),
]


AT_THE_END: list[Periodic] = [Periodic("last checkpoint", timedelta(0), trail.close)]
"""What whoever led does once more before it stops; it has a second or two."""


class Rounds:
    """Remembers in memory when each was last done: another leader may do it sooner, none later."""

    def __init__(self, periodic: Sequence[Periodic]) -> None:
        self.periodic = periodic
        self._done_at: dict[str, datetime] = {}

    def do_due(self) -> int:
        """Do what is due, each by itself so that one error stops no other; answers how many were tried."""
        now = clock.now()
        due = [one for one in self.periodic if self._is_due(one, now)]
        for one in due:
            self._done_at[one.name] = now
            try:
                one.work()
            except Exception as error:
                log.error("periodic work %s failed: %s", one.name, type(error).__name__)
        return len(due)

    def finish(self) -> None:
        """Do what is to be done at the end, if this one ever led."""
        if self._done_at:
            Rounds(AT_THE_END).do_due()

    def _is_due(self, one: Periodic, now: datetime) -> bool:
        done_at = self._done_at.get(one.name)
        return done_at is None or now - done_at >= one.every or done_at > now
