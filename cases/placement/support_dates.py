"""The review days of a child's initial support as its page lists them."""

from __future__ import annotations

from cases.child_states import ChildState
from cases.placement.queries import ChildFile
from cases.placement.reviews import Review, review_dates

_IN_SUPPORT = (ChildState.ADMITTED, ChildState.INITIAL_SUPPORT, ChildState.EXTENDED)


def reviews_of(file: ChildFile) -> tuple[Review, ...]:
    """Every review from the first school day on; none for a child that is not in initial support."""
    start = file.child.support_started_on
    if start is None or file.child.state not in _IN_SUPPORT:
        return ()
    return review_dates(start, literacy_group=file.decision is not None and file.decision.literacy_group)
