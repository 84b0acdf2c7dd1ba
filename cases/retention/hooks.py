"""What packages above have to do when something is erased; they bind it here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select

Listener = Callable[[UUID], None]
"""Deletes what a package holds of a case beyond rows that name it; in the transaction of the erasure."""

ChildListener = Callable[[UUID, UUID], None]
"""The same for one child: case id, child id."""

WithKim = Callable[[], Select[UUID]]
"""Selects the ids of the cases that KIM accepted at some time."""

Sweeper = Callable[[datetime], int]
"""Deletes technical leftovers that ended before an instant, in the open transaction; answers how many."""

Bound = TypeVar("Bound")

_listeners: list[Listener] = []
_child_listeners: list[ChildListener] = []
_kim: list[WithKim] = []
_invitation_sweepers: list[Sweeper] = []


def on_erasure(listener: Listener) -> None:
    """Call `listener` at every erasure of a case; bound again it is called once."""
    _bind(_listeners, listener)


def on_child_erasure(listener: ChildListener) -> None:
    """Call `listener` at every erasure of one child; bound again it is called once."""
    _bind(_child_listeners, listener)


def lend_kim(with_kim: WithKim) -> None:
    """Let `with_kim` say which cases were with KIM."""
    _kim[:] = [with_kim]


def sweeps_invitations(sweeper: Sweeper) -> None:
    """Let `sweeper` end invitations that ran out; bound again it is asked once."""
    _bind(_invitation_sweepers, sweeper)


def forget(bound: Callable[..., object]) -> None:
    """Take a listener out again."""
    _listeners[:] = [one for one in _listeners if one is not bound]
    _child_listeners[:] = [one for one in _child_listeners if one is not bound]


def erased(case_id: UUID) -> None:
    """Tell everybody that this case is being erased."""
    for listener in list(_listeners):
        listener(case_id)


def child_erased(case_id: UUID, child_id: UUID) -> None:
    """Tell everybody that this child is being erased."""
    for listener in list(_child_listeners):
        listener(case_id, child_id)


def cases_with_kim() -> Select[UUID] | None:
    """Selects the ids of the cases that KIM accepted at some time; None where no package of handovers is bound."""
    return _kim[0]() if _kim else None


def sweep_invitations(before: datetime) -> int:
    """End invitations that ran out before an instant; answers how many."""
    return sum(sweeper(before) for sweeper in _invitation_sweepers)


def _bind(holders: list[Bound], one: Bound) -> None:
    if one not in holders:
        holders.append(one)
