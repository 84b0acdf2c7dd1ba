"""Who may look after messages that did not go out: the people families call."""

from __future__ import annotations

from typing import Any

from app.messages.models import Message
from app.policies import Actor, Permission, Predicate, Role


class MessagePermission(Permission):
    """What can be done with messages; the subject is the Message, or nothing for the list."""

    LIST = "message.list"
    RESOLVE = "message.resolve"


def looks_after_messages(actor: Actor, _: Any) -> bool:
    """Reception, advisors and lead."""
    return actor.has(Role.RECEPTION, Role.ADVISOR, Role.LEAD)


def looks_after(actor: Actor, message: Message) -> bool:
    """The same people, for messages of their own organisation."""
    return looks_after_messages(actor, message) and message.organisation_id == actor.organisation_id


TABLE: dict[Permission, Predicate] = {
    MessagePermission.LIST: looks_after_messages,
    MessagePermission.RESOLVE: looks_after,
}
