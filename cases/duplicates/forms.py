"""What the page of a merge asks: which people are the same, and which value wins where both say something."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from app.web.forms import EinstiegForm

SAME = "same-"
TAKE = "take-"
MERGED = "merged"


class CompareForm(EinstiegForm):
    """Two case references, for a pair nobody proposed."""

    kept = StringField("Fall, der bleibt", [InputRequired(), Length(max=20)], render_kw={"placeholder": "D-2026-00012"})
    merged = StringField(
        "Fall, der aufgeht", [InputRequired(), Length(max=20)], render_kw={"placeholder": "D-2026-00034"}
    )


class MergeForm(EinstiegForm):
    """The token against forged requests; people and fields come as `same-<id>` and `take-<key>`."""


def same_of(sent: Mapping[str, str]) -> dict[UUID, UUID]:
    """People of the merged case by the person of the kept one they were said to be."""
    found = {}
    for name, value in sent.items():
        if name.startswith(SAME) and value:
            with suppress(ValueError):
                found[UUID(name.removeprefix(SAME))] = UUID(value)
    return found


def chosen_of(sent: Mapping[str, str]) -> dict[str, bool]:
    """Where the merged case's value wins, by `Conflict.key`."""
    return {name.removeprefix(TAKE): value == MERGED for name, value in sent.items() if name.startswith(TAKE)}
