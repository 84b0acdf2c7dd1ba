"""Review dates of initial support (Erstförderung, BASS 13-63 Nr. 3): two years as a rule, extendable."""

import calendar
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ReviewKind(StrEnum):
    """What is looked at on a review date; the values are stored."""

    STATUS = "status"
    LITERACY = "literacy"
    LITERACY_END = "literacy_end"
    PLAN_TRANSITION = "plan_transition"
    DECIDE = "decide"
    EXTENSION_END = "extension_end"

    @property
    def label(self) -> str:
        """The German words for the task list."""
        return _LABELS[self]


_LABELS = {
    ReviewKind.STATUS: "Stand der Erstförderung erfragen",
    ReviewKind.LITERACY: "Stand der Erstalphabetisierung erfragen",
    ReviewKind.LITERACY_END: "Ende der Erstalphabetisierung prüfen",
    ReviewKind.PLAN_TRANSITION: "Übergang in die Regelklasse planen",
    ReviewKind.DECIDE: "Übergang oder Verlängerung klären",
    ReviewKind.EXTENSION_END: "Ende der verlängerten Erstförderung prüfen",
}

_SUPPORT_MONTHS = (
    (6, ReviewKind.STATUS),
    (12, ReviewKind.STATUS),
    (18, ReviewKind.STATUS),
    (21, ReviewKind.PLAN_TRANSITION),
    (24, ReviewKind.DECIDE),
)
_LITERACY_MONTHS = ((9, ReviewKind.LITERACY), (12, ReviewKind.LITERACY_END))


@dataclass(frozen=True)
class Review:
    """One day on which somebody should look, and what for."""

    due_on: date
    kind: ReviewKind
    months: int


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day where the month is shorter."""
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def review_dates(
    start: date, *, literacy_group: bool = False, extended_until: date | None = None
) -> tuple[Review, ...]:
    """All reviews of a support that starts on a day, by date; a literacy group adds months 9 and 12."""
    planned = _SUPPORT_MONTHS + (_LITERACY_MONTHS if literacy_group else ())
    reviews = [Review(add_months(start, months), kind, months) for months, kind in planned]
    if extended_until is not None:
        months = (extended_until.year - start.year) * 12 + extended_until.month - start.month
        reviews.append(Review(extended_until, ReviewKind.EXTENSION_END, months))
    return tuple(sorted(reviews, key=lambda review: (review.due_on, review.kind)))
