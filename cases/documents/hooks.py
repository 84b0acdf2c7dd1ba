"""What happens once a family's papers are complete: packages above bind their own work here."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from app.policies import Actor


class OnComplete(Protocol):
    """Something to do once; it runs in the transaction that completed the papers and may be called again later."""

    def __call__(self, actor: Actor, *, case_id: UUID) -> object:
        """Act on the case whose papers are complete now."""


_listeners: list[OnComplete] = []


def on_complete(listener: OnComplete) -> None:
    """Call `listener` whenever the papers of a case become complete; bound again it is called once."""
    if listener not in _listeners:
        _listeners.append(listener)


def forget(listener: OnComplete) -> None:
    """Call `listener` no longer."""
    if listener in _listeners:
        _listeners.remove(listener)


def completed(actor: Actor, *, case_id: UUID) -> None:
    """Tell everybody that the papers of this case are complete."""
    for listener in list(_listeners):
        listener(actor, case_id=case_id)
