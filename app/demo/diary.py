"""The office's diary while it is invented: free times of advisors, rooms and interpreters, none given twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from app.clock import BERLIN
from app.data.database import session
from app.demo.offices import Office
from scheduling.holidays import is_public_holiday
from scheduling.models import Reservation

STARTS = (time(9, 0), time(11, 0), time(13, 30), time(15, 15))
FRIDAY_STARTS = STARTS[:2]
MINUTES = 90
BREATH = 15 * 60
LONGEST_SEARCH_DAYS = 120


@dataclass(frozen=True, slots=True)
class Talk:
    """A time with everybody it takes."""

    starts_at: datetime
    ends_at: datetime
    advisor_id: UUID
    room_id: UUID
    interpreter_id: UUID | None


class Diary:
    """Knows what is taken in the database and what it gave away itself."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._taken: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
        query = select(Reservation.resource_id, Reservation.starts, Reservation.ends)
        for resource_id, starts, ends in session().execute(query.where(Reservation.is_active.is_(True))):
            self._taken[resource_id].append((starts, ends))

    def find(
        self, advisor_id: UUID, language: str, *, first: date, last: date, after: datetime | None = None
    ) -> Talk | None:
        """The first free time on a working day from `first` to `last`, not before `after`; None when all is full."""
        for starts_at in _starts(first, min(last, first + timedelta(days=LONGEST_SEARCH_DAYS))):
            if after is not None and starts_at < after:
                continue
            talk = self._fit(advisor_id, language, starts_at)
            if talk is not None:
                return talk
        return None

    def _fit(self, advisor_id: UUID, language: str, starts_at: datetime) -> Talk | None:
        ends_at = starts_at + timedelta(minutes=MINUTES)
        if not self._is_free(advisor_id, starts_at, ends_at):
            return None
        room_id = self._first_free(self._office.rooms, starts_at, ends_at)
        interpreters = self._office.interpreters.get(language, ())
        interpreter_id = self._first_free(interpreters, starts_at, ends_at)
        if room_id is None or (interpreters and interpreter_id is None):
            return None
        for resource_id in filter(None, (advisor_id, room_id, interpreter_id)):
            self._taken[resource_id].append((int(starts_at.timestamp()), int(ends_at.timestamp())))
        return Talk(starts_at, ends_at, advisor_id, room_id, interpreter_id)

    def _first_free(self, resource_ids: Sequence[UUID], starts_at: datetime, ends_at: datetime) -> UUID | None:
        return next((one for one in resource_ids if self._is_free(one, starts_at, ends_at)), None)

    def _is_free(self, resource_id: UUID, starts_at: datetime, ends_at: datetime) -> bool:
        low, high = int(starts_at.timestamp()) - BREATH, int(ends_at.timestamp()) + BREATH
        return all(ends <= low or starts >= high for starts, ends in self._taken[resource_id])


def _starts(first: date, last: date) -> Iterator[datetime]:
    day = first
    while day <= last:
        if day.weekday() < 5 and not is_public_holiday(day):
            for at in FRIDAY_STARTS if day.weekday() == 4 else STARTS:
                yield datetime.combine(day, at, BERLIN).astimezone(UTC)
        day += timedelta(days=1)
