"""What packages above have to do or to say when something is erased or restricted; they bind it here."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar
from uuid import UUID

Listener = Callable[[UUID], None]
"""Deletes what a package holds of a case beyond rows that name it; in the transaction of the erasure."""

ChildListener = Callable[[UUID, UUID], None]
"""The same for one child: case id, child id."""

Obstacle = Callable[[UUID], str | None]
"""Answers a German sentence on what has to happen before a case is erased or restricted, or None."""

WithKim = Callable[[Collection[UUID]], set[UUID]]
"""Of these cases, those that KIM accepted at some time."""

Bound = TypeVar("Bound")

_listeners: list[Listener] = []
_child_listeners: list[ChildListener] = []
_obstacles: list[Obstacle] = []
_kim: list[WithKim] = []


def on_erasure(listener: Listener) -> None:
    """Call `listener` at every erasure of a case; bound again it is called once."""
    _bind(_listeners, listener)


def on_child_erasure(listener: ChildListener) -> None:
    """Call `listener` at every erasure of one child; bound again it is called once."""
    _bind(_child_listeners, listener)


def asks(obstacle: Obstacle) -> None:
    """Ask `obstacle` before a case is erased; bound again it is asked once."""
    _bind(_obstacles, obstacle)


def lend_kim(with_kim: WithKim) -> None:
    """Let `with_kim` say which cases were with KIM."""
    _kim[:] = [with_kim]


def forget(bound: Callable[..., object]) -> None:
    """Take a listener or obstacle out again."""
    for holders in (_listeners, _child_listeners, _obstacles):
        kept = [one for one in holders if one is not bound]
        holders[:] = kept  # type: ignore[index]


def erased(case_id: UUID) -> None:
    """Tell everybody that this case is being erased."""
    for listener in list(_listeners):
        listener(case_id)


def child_erased(case_id: UUID, child_id: UUID) -> None:
    """Tell everybody that this child is being erased."""
    for listener in list(_child_listeners):
        listener(case_id, child_id)


def obstacles(case_id: UUID) -> list[str]:
    """What has to happen first, in sentences."""
    return [sentence for obstacle in _obstacles if (sentence := obstacle(case_id)) is not None]


def were_with_kim(case_ids: Collection[UUID]) -> set[UUID]:
    """Of these cases, those that KIM accepted at some time; none where no package of handovers is bound."""
    return _kim[0](case_ids) if _kim and case_ids else set()


def _bind(holders: list[Bound], one: Bound) -> None:
    if one not in holders:
        holders.append(one)
