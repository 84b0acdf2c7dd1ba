"""What interpreters are written: when, where, which language, how long - nothing about the family."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from flask import current_app

from app.messages.kinds import Channel
from app.messages.models import MessagePayload
from app.web.format import clock_time, day, weekday_day
from config import Config
from scheduling import spoken
from scheduling.booking.texts import PHONE, place_of
from scheduling.kinds import TalkMode
from scheduling.models import Appointment, InterpreterProfile

Way = tuple[Channel, str]
"""How somebody is written to, and at which address."""

GERMAN = "de"


@dataclass(frozen=True, slots=True)
class Errand:
    """What an interpreter may know of a talk."""

    starts_at: datetime
    ends_at: datetime
    place: str
    language: str

    def at(self, starts_at: datetime, ends_at: datetime) -> Errand:
        """The same errand at the time it was asked for."""
        return replace(self, starts_at=starts_at, ends_at=ends_at)


def errand_of(appointment: Appointment, language: str) -> Errand:
    """The errand of an appointment; `language` is a tag, its name goes out."""
    place = place_of(appointment.room) if appointment.mode is TalkMode.ON_SITE else appointment.mode.label
    return Errand(appointment.starts_at, appointment.ends_at, place, spoken.german_name(language))


def address_of(token: str) -> str:
    """The interpreter's own page."""
    config: Config = current_app.extensions["config"]
    return f"{config.base_url}/s/{token}"


def way_to(profile: InterpreterProfile | None) -> Way | None:
    """How to write to somebody: by mail, else by text message, else not at all."""
    if profile is None:
        return None
    if profile.email:
        return Channel.EMAIL, profile.email
    return (Channel.SMS, profile.phone) if profile.phone else None


def asked(errand: Errand, token: str, *, answer_by: datetime, way: Way) -> MessagePayload:
    """The question, with the link that answers it."""
    channel, address = way
    until = f"{day(answer_by)}, {clock_time(answer_by)} Uhr"
    if channel is Channel.SMS:
        short = errand.place.split(",")[0]
        said = f"Einsatz {day(errand.starts_at)} {clock_time(errand.starts_at)}, {errand.language}, {short}."
        return MessagePayload(
            address=address, language=GERMAN, text=f"{said} Bitte antworten bis {until}: {address_of(token)}"
        )
    lines = [
        "Guten Tag,",
        "",
        "wir möchten Sie für einen Termin buchen:",
        "",
        *_facts(errand),
        "",
        f"Bitte sagen Sie bis {until} zu oder ab:",
        address_of(token),
        "",
        "Dort sehen Sie auch Ihre nächsten Einsätze. Der Link ist nur für Sie.",
        f"Telefon: {PHONE}",
    ]
    return _mail(address, f"Anfrage: {_subject(errand)}", lines)


def released(errand: Errand, *, way: Way) -> MessagePayload:
    """The talk is off, or takes place at another time or with somebody else."""
    channel, address = way
    if channel is Channel.SMS:
        when = f"{day(errand.starts_at)} {clock_time(errand.starts_at)}"
        return MessagePayload(address=address, language=GERMAN, text=f"Der Einsatz {when} entfällt. Fragen: {PHONE}")
    lines = ["Guten Tag,", "", "dieser Einsatz entfällt:", "", *_facts(errand), "", f"Telefon: {PHONE}"]
    return _mail(address, f"Entfällt: {_subject(errand)}", lines)


def _facts(errand: Errand) -> list[str]:
    return [
        f"Wann: {weekday_day(errand.starts_at, GERMAN)}, {clock_time(errand.starts_at)}"
        f"–{clock_time(errand.ends_at)} Uhr",
        f"Wo: {errand.place}",
        f"Sprache: {errand.language}",
    ]


def _subject(errand: Errand) -> str:
    return f"Termin am {day(errand.starts_at)} um {clock_time(errand.starts_at)}"


def _mail(address: str, subject: str, lines: list[str]) -> MessagePayload:
    return MessagePayload(address=address, language=GERMAN, subject=subject, text="\n".join(lines) + "\n")
