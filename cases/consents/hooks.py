"""What stops when a family withdraws a consent: packages above bind their own work here."""

from __future__ import annotations

from typing import Protocol

from app.policies import Actor
from cases.models import Consent


class OnWithdrawn(Protocol):
    """Something that rests on consents; it runs in the transaction of the withdrawal and may be called twice."""

    def __call__(self, actor: Actor, consent: Consent) -> None:
        """Stop what rested on `consent`."""


_listeners: list[OnWithdrawn] = []


def on_withdrawn(listener: OnWithdrawn) -> None:
    """Call `listener` at every withdrawal; bound again it is called once."""
    if listener not in _listeners:
        _listeners.append(listener)


def forget(listener: OnWithdrawn) -> None:
    """Call `listener` no longer."""
    if listener in _listeners:
        _listeners.remove(listener)


def withdrawn(actor: Actor, consent: Consent) -> None:
    """Tell everybody that this consent is withdrawn."""
    for listener in list(_listeners):
        listener(actor, consent)
