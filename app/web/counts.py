"""Numbers beside entries of the navigation: counted once a minute in each process and after changes, never stored.

They are those of an organisation, so that whoever may see the entry sees the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

from flask import current_app

SECONDS = 60.0
EXTENSION = "navigation_counts"
_Known = dict[tuple[str, UUID], tuple[int, float]]


def known(name: str, organisation_id: UUID, count: Callable[[], int]) -> int:
    """The number at the last count; `count` is asked when that is a minute ago."""
    found = _counts().get((name, organisation_id))
    if found is None or time.monotonic() - found[1] > SECONDS:
        return remember(name, organisation_id, count())
    return found[0]


def remember(name: str, organisation_id: UUID, found: int) -> int:
    """Keep a number that somebody has just counted."""
    _counts()[name, organisation_id] = (found, time.monotonic())
    return found


def forget(name: str, organisation_id: UUID) -> None:
    """Count again for the next page, as something changed."""
    _counts().pop((name, organisation_id), None)


def _counts() -> _Known:
    counts: _Known = current_app.extensions.setdefault(EXTENSION, {})
    return counts
