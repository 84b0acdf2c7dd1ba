"""How two people's texts come together without losing a word, and when somebody counts as writing now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

WRITING_FOR = timedelta(minutes=2)
"""After the last save somebody counts as writing for this long; it is information, it locks nobody out."""


def merge_texts(theirs: str, mine: str, *, their_title: str, my_title: str) -> str:
    """Both texts below each other under their titles; where one holds the other whole, that one alone."""
    if mine.strip() in theirs:
        return theirs
    if theirs.strip() in mine:
        return mine
    return f"[{their_title}]\n{theirs.strip()}\n\n[{my_title}]\n{mine.strip()}"


def merge_lines(theirs: str, mine: str) -> str:
    """Both short texts on one line; where one holds the other, that one alone."""
    if mine.strip() in theirs:
        return theirs
    return mine if theirs.strip() in mine else f"{theirs.strip()}; {mine.strip()}"


def merge_choices(theirs: Sequence[str], mine: Sequence[str]) -> list[str]:
    """Everything either of two people ticked, in the order of first mention."""
    return list(dict.fromkeys([*theirs, *mine]))


def is_writing(author_id: str, changed_at: datetime, *, me: str, now: datetime) -> bool:
    """Whether somebody else saved this text a moment ago."""
    return bool(author_id) and author_id != me and now - changed_at <= WRITING_FOR
