"""What families read about their appointment: in their language, with the German line beside it.

A text names date, time, place, code and link, and never a person, a school, or what the talk is about: mails are
read by others in shelters, and text messages light up on locked screens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString, force_locale, gettext

from app.web.format import clock_time, day, weekday_day
from app.web.layout import page_language
from scheduling import office
from scheduling.booking.links import GERMAN, address, written_language
from scheduling.kinds import MessageKind
from scheduling.models import Appointment, Room

PHONE = "0211 89-24077"


@dataclass(frozen=True, slots=True, repr=False)
class Facts:
    """What may be said about an appointment."""

    starts_at: datetime
    ends_at: datetime
    place: str
    code: str
    token: str


@dataclass(frozen=True, slots=True, repr=False)
class Text:
    """A finished message."""

    subject: str
    body: str


def place_of(room: Room | None) -> str:
    """Where to come: the room with its address, or the office."""
    if room is None or not room.place:
        return office.ADDRESS
    return f"{room.place}, {room.name}"


def facts_of(appointment: Appointment, *, code: str, token: str) -> Facts:
    """The facts of an appointment that may be told."""
    return Facts(appointment.starts_at, appointment.ends_at, place_of(appointment.room), code, token)


def when(starts_at: datetime) -> str:
    """`Dienstag, 24.11.2026, 09:30` in the language in force."""
    comma = "،" if page_language().direction == "rtl" else ","
    return f"{weekday_day(starts_at)}{comma} {clock_time(starts_at)}"


def german_when(starts_at: datetime) -> str:
    """The line that stands beside every other language, so that anybody can help: `Dienstag, 24.11.2026, 09:30 Uhr`."""
    with force_locale(GERMAN):
        return f"{weekday_day(starts_at, GERMAN)}, {clock_time(starts_at)} Uhr"


def email(kind: MessageKind, facts: Facts, *, language: str) -> Text:
    """The mail about an appointment."""
    written = written_language(language)
    with force_locale(written):
        opening, german = _OPENINGS[kind]()
        at = {"day": day(facts.starts_at), "time": clock_time(facts.starts_at)}
        lines = [gettext("Guten Tag,"), "", opening, "", *_appointment_lines(kind, facts, written)]
        if kind is not MessageKind.CANCELLED:
            lines += _no_more(facts.token, written)
        if written != GERMAN:
            lines += ["", "-- ", f"Deutsch: {german} {german_when(facts.starts_at)}, {facts.place}"]
        return Text(subject=gettext("Ihr Termin am %(day)s um %(time)s", **at), body="\n".join(lines) + "\n")


def sms(kind: MessageKind, facts: Facts, *, language: str) -> str:
    """At most two parts of a text message; the code's page stands in for the long link."""
    written = written_language(language)
    at = {"day": day(facts.starts_at), "time": clock_time(facts.starts_at)}
    with force_locale(written):
        if kind is MessageKind.CANCELLED:
            return str(gettext("Abgesagt: Termin %(day)s, %(time)s. Fragen: %(phone)s", **at, phone=PHONE))
        short = facts.place.split(",")[0]
        said = gettext("Termin: %(day)s, %(time)s, %(place)s. Code %(code)s", **at, place=short, code=facts.code)
    return f"{said} {address(written, 'code')}"


def invitation(token: str, *, language: str) -> Text:
    """The mail that asks a family to choose a time."""
    written = written_language(language)
    with force_locale(written):
        lines = [
            gettext("Guten Tag,"),
            "",
            gettext("bitte wählen Sie einen Termin bei uns. Das geht mit dem Telefon und ohne Anmeldung:"),
            address(written, token),
            "",
            gettext("Der Link ist nur für Sie. Bitte geben Sie ihn nicht weiter."),
            gettext("Sie können auch anrufen: %(phone)s", phone=PHONE),
            *_no_more(token, written),
        ]
        if written != GERMAN:
            lines += ["", "-- ", "Deutsch: Bitte wählen Sie über den Link einen Termin bei uns."]
        return Text(subject=gettext("Bitte wählen Sie Ihren Termin"), body="\n".join(lines) + "\n")


def request_code(code: str, *, language: str) -> Text:
    """The six digits of a request from the open page; nobody is named and no link given, so that none can be forged."""
    with force_locale(written_language(language)):
        said = gettext("Ihr Code: %(code)s. Er gilt 10 Minuten. Bitte sagen Sie ihn niemandem.", code=code)
        return Text(subject=gettext("Ihr Code"), body=str(said))


def request_declined(sentence: LazyString, *, language: str) -> Text:
    """Why there will be no talk at the time a family asked for on the open page; the telephone still helps."""
    with force_locale(written_language(language)):
        opening = gettext("Ihre Anfrage können wir leider nicht annehmen.")
        fallback = gettext("Fragen? %(phone)s", phone=PHONE)
        return Text(subject=gettext("Ihre Anfrage"), body=f"{opening} {sentence} {fallback}")


def ask_cancel(facts: Facts, *, language: str) -> str:
    """The question before a reply by text message calls an appointment off."""
    at = {"day": day(facts.starts_at), "time": clock_time(facts.starts_at)}
    with force_locale(written_language(language)):
        return str(
            gettext("Termin %(day)s, %(time)s absagen? Antworten Sie 2. Sie kommen doch? Antworten Sie 1.", **at)
        )


def calendar_words(facts: Facts, *, language: str) -> tuple[str, str, str]:
    """Summary, location and description of the calendar entry."""
    written = written_language(language)
    with force_locale(written):
        told = [gettext("Ihr Code: %(code)s", code=facts.code), address(written, facts.token)]
        return gettext("Termin"), facts.place, "\n".join(told)


def _no_more(token: str, written: str) -> list[str]:
    """How to stop our mails, in each of them."""
    return [
        "",
        gettext("Sie möchten keine Nachrichten mehr? Hier können Sie sie abbestellen:"),
        address(written, token, "nachrichten"),
    ]


def _appointment_lines(kind: MessageKind, facts: Facts, written: str) -> list[str]:
    at, phone = when(facts.starts_at), gettext("Telefon: %(phone)s", phone=PHONE)
    if kind is MessageKind.CANCELLED:
        again = gettext("Wenn Sie einen neuen Termin brauchen, rufen Sie uns bitte an.")
        return [gettext("Es war der Termin: %(when)s", when=at), "", again, phone]
    return [
        gettext("Wann: %(when)s", when=at),
        gettext("Wo: %(place)s", place=facts.place),
        gettext("Ihr Code: %(code)s", code=facts.code),
        "",
        gettext("Hier können Sie den Termin ansehen, verschieben oder absagen:"),
        address(written, facts.token),
        "",
        gettext("Wenn Sie nicht kommen können, sagen Sie bitte ab. Dann kann eine andere Familie kommen."),
        phone,
    ]


_OPENINGS: dict[MessageKind, Callable[[], tuple[str, str]]] = {
    MessageKind.BOOKED: lambda: (gettext("Ihr Termin ist gebucht."), "Der Termin ist gebucht:"),
    MessageKind.MOVED: lambda: (gettext("Ihr Termin hat eine neue Zeit."), "Der Termin hat eine neue Zeit:"),
    MessageKind.CHANGED: lambda: (
        gettext("Bei Ihrem Termin ändert sich der Ort oder die Person. Die Zeit bleibt gleich."),
        "Ort oder Person ändern sich, die Zeit bleibt:",
    ),
    MessageKind.CANCELLED: lambda: (gettext("Ihr Termin ist abgesagt."), "Abgesagt ist der Termin"),
    MessageKind.REMINDER_3_DAYS: lambda: (gettext("Bitte denken Sie an Ihren Termin."), "Erinnerung an den Termin"),
    MessageKind.REMINDER_1_DAY: lambda: (gettext("Ihr Termin ist morgen."), "Erinnerung an den Termin"),
}
