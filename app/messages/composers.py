"""The kinds of messages as packages declare them: their name, and who writes the text when it is sent.

A composer is asked at the last moment, inside the transaction that marks the message as on its way, so that
a moved or cancelled appointment is noticed. A kind without one sends the payload that was planned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.data import records
from app.errors import KeyMissing
from app.messages.kinds import Reason
from app.messages.models import Message, MessagePayload


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A composer's answer when there is nothing to tell any more."""

    reason: Reason = Reason.WITHDRAWN


Composer = Callable[[Message], MessagePayload | Cancelled]


@dataclass(frozen=True, slots=True)
class DeclaredKind:
    """One kind of message; an immediate one answers something just done and knows no quiet hours."""

    name: str
    label: str
    compose: Composer | None = None
    is_immediate: bool = False


_kinds: dict[str, DeclaredKind] = {}


def register(name: str, *, label: str, compose: Composer | None = None, is_immediate: bool = False) -> None:
    """Declare a kind (`label` is German, for staff); declared again, the later one counts."""
    _kinds[name] = DeclaredKind(name, label, compose, is_immediate)


def kind_of(name: str) -> DeclaredKind:
    """What is known of a kind; one that nobody declared sends its payload by day."""
    return _kinds.get(name) or DeclaredKind(name, "Nachricht")


def planned(message: Message) -> MessagePayload | Cancelled:
    """The text as it was planned; for composers that only ask whether it still holds."""
    try:
        stored = records.find(MessagePayload, message.id, reader=message.organisation_id)
    except KeyMissing:
        return Cancelled(Reason.ERASED)
    return stored.sheet if stored else Cancelled(Reason.NO_TEXT)
