"""How a waiting family may be written to: only the way it chose, and only while it has not taken that back."""

from __future__ import annotations

from dataclasses import dataclass

from app.data import records
from app.messages import suppressions
from app.messages.kinds import Channel
from cases.consents.queries import may_write_by
from scheduling.booking.channels import PURPOSES
from scheduling.booking.links import GERMAN
from scheduling.waiting.models import WaitingEntry, WaitingSheet


@dataclass(frozen=True, slots=True, repr=False)
class Reach:
    """An open way to a family."""

    channel: Channel
    address: str
    language: str


def contact_of(entry: WaitingEntry) -> WaitingSheet:
    """What the family said of how to reach it."""
    stored = records.find(WaitingSheet, entry.id, reader=entry.organisation_id)
    return stored.sheet if stored else WaitingSheet(language=GERMAN)


def reach_of(entry: WaitingEntry) -> Reach | None:
    """The way an offer goes; None when somebody has to telephone."""
    contact = contact_of(entry)
    channel = next((each for each in Channel if each.value == contact.channel), None)
    if channel is None:
        return None
    address = contact.email if channel is Channel.EMAIL else contact.phone
    if not address or not may_write_by(entry.case_id, PURPOSES[channel]):
        return None
    return None if suppressions.is_suppressed(address, channel) else Reach(channel, address, contact.language)
