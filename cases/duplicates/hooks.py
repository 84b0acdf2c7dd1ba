"""What a merge moves and what may forbid it: packages above name their tables and their obstacles here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from app.data.database import Model
from cases.models import Case, Child

Same = Mapping[UUID, UUID]
"""People of the merged case that are people of the kept one: row id there to row id here."""
Obstacle = Callable[[Case, Case, Same], str | None]
"""Answers from (kept, merged, same people) a German sentence on what to settle first, or None."""


@dataclass(frozen=True, slots=True)
class Move:
    """A table whose rows go with their case; `follows` are columns whose row's way back they share at an undo."""

    model: type[Model]
    follows: Mapping[str, type[Model]] = field(default_factory=dict)
    stays: Callable[[Case, Case, Same], set[UUID]] | None = None

    @property
    def table(self) -> str:
        """The table's name."""
        return str(self.model.__tablename__)

    @property
    def names_child(self) -> bool:
        """Whether a row may be about one child, by `child_id`."""
        return self.follows.get("child_id") is Child


_moves: dict[str, Move] = {}
_stays: dict[str, str] = {}
_obstacles: list[Obstacle] = []


def moves(
    model: type[Model],
    *,
    follows: Mapping[str, type[Model]] | None = None,
    stays: Callable[[Case, Case, Same], set[UUID]] | None = None,
) -> None:
    """Rows of `model` move with their case, in the order they are named; parents of `follows` come first."""
    move = Move(model, follows or {}, stays)
    _moves.setdefault(move.table, move)


def remains(model: type[Model], *, because: str) -> None:
    """Rows of `model` stay with the case they were written for."""
    _stays[str(model.__tablename__)] = because


def asks(obstacle: Obstacle) -> None:
    """Ask `obstacle` before a merge; bound again it is asked once."""
    if obstacle not in _obstacles:
        _obstacles.append(obstacle)


def all_moves() -> list[Move]:
    """Everything that moves, parents first."""
    return list(_moves.values())


def reasons_to_stay() -> dict[str, str]:
    """The tables that stay, each with its reason."""
    return dict(_stays)


def obstacles(kept: Case, merged: Case, same: Same) -> list[str]:
    """What has to be settled before these two are merged."""
    return [sentence for ask in _obstacles if (sentence := ask(kept, merged, same)) is not None]
