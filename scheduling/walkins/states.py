"""The way of a number through the day, and what a screen at the entrance is for."""

from __future__ import annotations

from enum import StrEnum

from app.errors import WrongState


class WalkInState(StrEnum):
    """Where a number stands; `gone` is whoever did not answer when called, or left before."""

    WAITING = "waiting"
    CALLED = "called"
    DONE = "done"
    GONE = "gone"

    @property
    def label(self) -> str:
        """The German word staff read."""
        return _LABELS[self]


class ScreenPurpose(StrEnum):
    """What a screen shows: the board that calls people, or the kiosk that gives numbers out."""

    BOARD = "board"
    KIOSK = "kiosk"

    @property
    def label(self) -> str:
        """The German word staff read."""
        return {"board": "Anzeigetafel", "kiosk": "Nummernausgabe"}[self.value]


_LABELS = {
    WalkInState.WAITING: "wartet",
    WalkInState.CALLED: "aufgerufen",
    WalkInState.DONE: "beraten",
    WalkInState.GONE: "nicht mehr da",
}

# Whoever went is called again when they come back: the way to `waiting` undoes a wrong click as well.
TRANSITIONS: dict[WalkInState, frozenset[WalkInState]] = {
    WalkInState.WAITING: frozenset({WalkInState.CALLED, WalkInState.GONE}),
    WalkInState.CALLED: frozenset({WalkInState.DONE, WalkInState.GONE, WalkInState.WAITING}),
    WalkInState.GONE: frozenset({WalkInState.WAITING}),
    WalkInState.DONE: frozenset(),
}


def require_step(current: WalkInState, wanted: WalkInState) -> None:
    """Raise `WrongState` unless a number may go from one to the other."""
    if wanted not in TRANSITIONS[current]:
        raise WrongState(current, wanted)
