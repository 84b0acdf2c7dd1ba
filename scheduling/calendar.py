"""Appointments as iCalendar (RFC 5545, RFC 5546) for mails and feeds, without personal data.

What stands in summary, location and description is the caller's choice and must name no person; here it is
only made safe. All times are written in UTC, so no VTIMEZONE can be wrong. Bytes come with CRLF, folded at 75
octets.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from icalendar import Calendar, Event, vCalAddress, vDuration

PRODUCT_ID = "-//Einstieg//Termine//DE"
REFRESH = timedelta(minutes=15)
"""How often a subscriber is asked to look (RFC 7986, 5.7)."""


class Method(StrEnum):
    """What the receiver is asked to do (RFC 5546); stands in the body and in the MIME part alike."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class EventStatus(StrEnum):
    """Whether the appointment stands (RFC 5545, 3.8.1.11)."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One appointment in a calendar; times are aware, `stamp` is the instant of its last change.

    `uid` stays the same for life, `sequence` grows by one with each change.
    """

    uid: str
    sequence: int
    starts: datetime
    ends: datetime
    summary: str
    location: str
    description: str
    stamp: datetime
    status: EventStatus = EventStatus.CONFIRMED


def appointment_ics(
    *,
    uid: str,
    sequence: int,
    starts: datetime,
    ends: datetime,
    summary: str,
    location: str,
    description: str,
    stamp: datetime,
    method: Method = Method.PUBLISH,
    status: EventStatus = EventStatus.CONFIRMED,
    organizer: str | None = None,
    attendee: str | None = None,
) -> bytes:
    """One appointment to attach to a mail; a CANCEL is always marked CANCELLED.

    `organizer` is the office's mail address, which REQUEST and CANCEL need; `attendee` that of the receiver, who has
    agreed already and is asked for no answer. ValueError for naive or swapped times.
    """
    if method is Method.CANCEL:
        status = EventStatus.CANCELLED
    if method is not Method.PUBLISH and organizer is None:
        raise ValueError("REQUEST and CANCEL need an organizer (RFC 5546)")
    entry = Entry(uid, sequence, starts, ends, summary, location, description, stamp, status)
    calendar = _calendar()
    calendar.add("method", method.value)
    event = _event(entry)
    if organizer is not None:
        event.add("organizer", vCalAddress(f"mailto:{organizer}"))
    if attendee is not None:
        event.add("attendee", _attendee(attendee))
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def feed_ics(entries: Iterable[Entry], *, name: str) -> bytes:
    """A calendar to subscribe to; equal entries give equal bytes, so that an ETag can be taken from them."""
    calendar = _calendar()
    calendar.add("name", _plain(name))
    calendar.add("x-wr-calname", _plain(name))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for entry in sorted(entries, key=lambda e: (e.starts, e.uid)):
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def content_type(method: Method | None = None) -> str:
    """The MIME type that goes with the bytes; a feed has no method."""
    suffix = f"; method={method.value}" if method is not None else ""
    return f"text/calendar; charset=utf-8{suffix}"


def _calendar() -> Calendar:
    """An empty calendar with the properties RFC 5545 asks for."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT_ID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _event(entry: Entry) -> Event:
    """One VEVENT; DTSTAMP and LAST-MODIFIED both tell the last change, as nothing else is known of it."""
    starts, ends = _utc(entry.starts), _utc(entry.ends)
    if ends <= starts:
        raise ValueError("an appointment ends after it starts")
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", _utc(entry.stamp))
    event.add("last-modified", _utc(entry.stamp))
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("status", entry.status.value)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if entry.status is EventStatus.CANCELLED else "OPAQUE")
    for name in ("summary", "location", "description"):
        text = _plain(getattr(entry, name))
        if text:
            event.add(name, text)
    return event


def _attendee(address: str) -> vCalAddress:
    """The receiver: without an answer asked for, as nobody reads the mailbox the invitations come from."""
    found = vCalAddress(f"mailto:{address}")
    for name, value in (
        ("CUTYPE", "INDIVIDUAL"),
        ("ROLE", "REQ-PARTICIPANT"),
        ("PARTSTAT", "ACCEPTED"),
        ("RSVP", "FALSE"),
    ):
        found.params[name] = value
    return found


def _utc(at: datetime) -> datetime:
    """The same instant in UTC to the second; a naive time could mean anything and is refused."""
    if at.tzinfo is None:
        raise ValueError("naive time in a calendar")
    return at.astimezone(UTC).replace(microsecond=0)


def _plain(text: str) -> str:
    """Text with one kind of line break and no other control character, as RFC 5545 demands."""
    joined = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(c for c in joined if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
