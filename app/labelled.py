"""Enums whose members carry their German words beside their value."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """Members are written as value and words; `label` is for pages, the value for the database and addresses."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        """A string of the value alone."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member
