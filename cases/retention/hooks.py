"""What packages above have to do when something is erased; they bind it here."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar
from uuid import UUID

Listener = Callable[[UUID], None]
"""Deletes what a package holds of a case beyond rows that name it; in the transaction of the erasure."""

ChildListener = Callable[[UUID, UUID], None]
"""The same for one child: case id, child id."""

WithKim = Callable[[Collection[UUID]], set[UUID]]
"""Of these cases, those that KIM accepted at some time."""

Bound = TypeVar("Bound")

_listeners: list[Listener] = []
_child_listeners: list[ChildListener] = []
_kim: list[WithKim] = []


def on_erasure(listener: Listener) -> None:
    """Call `listener` at every erasure of a case; bound again it is called once."""
    _bind(_listeners, listener)


def on_child_erasure(listener: ChildListener) -> None:
    """Call `listener` at every erasure of one child; bound again it is called once."""
    _bind(_child_listeners, listener)


def lend_kim(with_kim: WithKim) -> None:
    """Let `with_kim` say which cases were with KIM."""
    _kim[:] = [with_kim]


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


def were_with_kim(case_ids: Collection[UUID]) -> set[UUID]:
    """Of these cases, those that KIM accepted at some time; none where no package of handovers is bound."""
    return _kim[0](case_ids) if _kim and case_ids else set()


def _bind(holders: list[Bound], one: Bound) -> None:
    if one not in holders:
        holders.append(one)
