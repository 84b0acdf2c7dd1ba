"""The review tasks of initial support: 6, 12, 18, 21 and 24 months, and two more for a literacy group."""

from __future__ import annotations

from datetime import date

from app.policies import Actor
from cases.kinds import TaskKind
from cases.models import Case, Child
from cases.placement.moving import drop_all
from cases.placement.reviews import Review, ReviewKind, review_dates
from cases.placement.support import Support
from cases.tasks.services import add_task

_BY_MONTH = {
    6: TaskKind.REVIEW_6,
    12: TaskKind.REVIEW_12,
    18: TaskKind.REVIEW_18,
    21: TaskKind.REVIEW_21,
    24: TaskKind.REVIEW_24,
}
_LITERACY = {9: TaskKind.REVIEW_LITERACY_9, 12: TaskKind.REVIEW_LITERACY_12}

REVIEWS = (*_BY_MONTH.values(), *_LITERACY.values(), TaskKind.REVIEW_EXTENSION)
"""Every kind of task that looks after a child at school."""


def needs_initial_support(support: Support | None) -> bool:
    """Whether two years of support begin with the seat; not for a child that goes to the regular class as it is."""
    return support is not Support.REGULAR_CLASS


def plan_reviews(actor: Actor, case: Case, child: Child, start: date, *, literacy_group: bool) -> None:
    """Set the review tasks of a support that begins on a day, and drop those of another day."""
    drop_all(actor, case, child, *REVIEWS)
    for review in review_dates(start, literacy_group=literacy_group):
        add_task(actor, case_id=case.id, child_id=child.id, kind=task_kind(review), due_on=review.due_on)


def task_kind(review: Review) -> TaskKind:
    """The kind of task a review becomes."""
    if review.kind is ReviewKind.EXTENSION_END:
        return TaskKind.REVIEW_EXTENSION
    if review.kind in (ReviewKind.LITERACY, ReviewKind.LITERACY_END):
        return _LITERACY[review.months]
    return _BY_MONTH[review.months]
