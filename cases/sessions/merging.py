"""Two versions of one talk's notes: where they differ, and both brought together."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from cases.sessions.rules import merge_choices, merge_lines, merge_texts
from cases.sheets import SessionNotes

TEXTS = {
    "notes": "Notizen",
    "results": "Ergebnis",
    "next_steps": "Nächste Schritte",
    "participants_other": "Weitere Beteiligte",
    "interpreter": "Sprachmittlung",
}
_ONE_LINE = frozenset({"participants_other", "interpreter"})
_MINE = "Meine Fassung"


@dataclass(frozen=True, slots=True, repr=False)
class Difference:
    """One text that two people wrote differently."""

    label: str
    theirs: str
    mine: str


def merged_notes(theirs: SessionNotes, mine: SessionNotes, *, their_name: str) -> SessionNotes:
    """Both people's notes in one: texts below each other where they differ, ticks of either."""
    title = f"Fassung von {their_name}"
    texts = {
        name: merge_lines(getattr(theirs, name), getattr(mine, name))
        if name in _ONE_LINE
        else merge_texts(getattr(theirs, name), getattr(mine, name), their_title=title, my_title=_MINE)
        for name in TEXTS
    }
    return msgspec.structs.replace(
        theirs,
        **texts,
        participants=merge_choices(theirs.participants, mine.participants),
        topics=merge_choices(theirs.topics, mine.topics),
        language=mine.language or theirs.language,
    )


def differences(theirs: SessionNotes, mine: SessionNotes) -> list[Difference]:
    """The texts that are not the same in both, in the order of the form."""
    pairs = ((label, getattr(theirs, name), getattr(mine, name)) for name, label in TEXTS.items())
    return [
        Difference(label, other.strip(), own.strip()) for label, other, own in pairs if other.strip() != own.strip()
    ]


def as_amendment(theirs: SessionNotes, mine: SessionNotes) -> str:
    """What somebody wrote after a colleague had completed the talk, as one text."""
    return "\n\n".join(f"{part.label}: {part.mine}" for part in differences(theirs, mine) if part.mine)
