"""What stops when a family withdraws a consent: packages above bind their own work here."""

from __future__ import annotations

from typing import Protocol

from app.policies import Actor
from cases.kinds import ConsentPurpose
from cases.models import Consent


class OnWithdrawn(Protocol):
    """Something that rests on consents; it runs in the transaction of the withdrawal and may be called twice."""

    def __call__(self, actor: Actor, consent: Consent) -> None:
        """Stop what rested on `consent`."""


_listeners: dict[OnWithdrawn, frozenset[ConsentPurpose]] = {}


def on_withdrawn(listener: OnWithdrawn, *purposes: ConsentPurpose) -> None:
    """Call `listener` at every withdrawal, or at those of these purposes; bound again it is called once."""
    _listeners[listener] = frozenset(purposes or ConsentPurpose)


def forget(listener: OnWithdrawn) -> None:
    """Call `listener` no longer."""
    _listeners.pop(listener, None)


def withdrawn(actor: Actor, consent: Consent) -> None:
    """Tell everybody that this consent is withdrawn."""
    for listener, purposes in list(_listeners.items()):
        if consent.purpose in purposes:
            listener(actor, consent)
