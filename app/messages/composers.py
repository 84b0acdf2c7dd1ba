"""The kinds of messages as packages declare them: their name, and who writes the text when it is sent.

A composer is asked at the last moment, inside the transaction that marks the message as on its way, so that
a moved or cancelled appointment is noticed. A kind without one sends the payload that was planned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from app.data import records
from app.errors import KeyMissing
from app.messages.kinds import Channel, Reason
from app.messages.models import Message, MessagePayload


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A composer's answer when there is nothing to tell any more."""

    reason: Reason = Reason.WITHDRAWN


Composer = Callable[[Message], MessagePayload | Cancelled]


Guard = Callable[[UUID, Channel], bool]


@dataclass(frozen=True, slots=True)
class DeclaredKind:
    """One kind of message; an immediate one answers something just done and knows no quiet hours."""

    name: str
    label: str
    compose: Composer | None = None
    is_immediate: bool = False


_kinds: dict[str, DeclaredKind] = {}
_guards: list[Guard] = []


def register(name: str, *, label: str, compose: Composer | None = None, is_immediate: bool = False) -> None:
    """Declare a kind (`label` is German, for staff); declared again, the later one counts."""
    _kinds[name] = DeclaredKind(name, label, compose, is_immediate)


def kind_of(name: str) -> DeclaredKind:
    """What is known of a kind; one that nobody declared sends its payload by day."""
    return _kinds.get(name) or DeclaredKind(name, "Nachricht")


def guard(asks: Guard) -> None:
    """Ask `asks` (case, channel) before any message of a case is planned or sent; bound again it is asked once."""
    if asks not in _guards:
        _guards.append(asks)


def is_wanted(case_id: UUID | None, channel: Channel) -> bool:
    """Whether the family of a case may be written to this way; messages of no case are always wanted."""
    return case_id is None or all(asks(case_id, channel) for asks in _guards)


def planned(message: Message) -> MessagePayload | Cancelled:
    """The text as it was planned; for composers that only ask whether it still holds."""
    try:
        stored = records.find(MessagePayload, message.id, reader=message.organisation_id)
    except KeyMissing:
        return Cancelled(Reason.ERASED)
    return stored.sheet if stored else Cancelled(Reason.NO_TEXT)
