"""The ways of booking."""

from __future__ import annotations

from enum import StrEnum


class BookedVia(StrEnum):
    """Who booked: the family by its link, or staff on the phone."""

    FAMILY = "family"
    STAFF = "staff"
