"""What a family reads of a free time: when, until when to answer, and the link; never a person or a topic."""

from __future__ import annotations

from datetime import datetime

from flask_babel import force_locale, gettext

from app.web.format import clock_time, day
from scheduling.booking.links import GERMAN, address, written_language
from scheduling.booking.texts import PHONE, Text, german_when, when

PAGE = "angebot"


def offer_email(starts_at: datetime, expires_at: datetime, *, token: str, language: str) -> Text:
    """The mail with a free time."""
    written = written_language(language)
    with force_locale(written):
        lines = [
            gettext("Guten Tag,"),
            "",
            gettext("Sie stehen auf unserer Warteliste. Jetzt ist ein Termin frei:"),
            when(starts_at),
            "",
            gettext("Möchten Sie ihn? Bitte antworten Sie hier bis %(when)s:", when=when(expires_at)),
            address(written, PAGE, token),
            "",
            gettext("Bis dahin halten wir ihn für Sie frei. Danach bekommt ihn eine andere Familie."),
            gettext("Sie bleiben auf der Warteliste, auch wenn Sie Nein sagen."),
            gettext("Telefon: %(phone)s", phone=PHONE),
        ]
        if written != GERMAN:
            lines += [
                "",
                "-- ",
                f"Deutsch: Frei geworden: {german_when(starts_at)}. Antwort bis {german_when(expires_at)}.",
            ]
        return Text(subject=gettext("Ein Termin ist frei geworden"), body="\n".join(lines) + "\n")


def offer_sms(starts_at: datetime, expires_at: datetime, *, token: str, language: str) -> str:
    """The text message: when, until when, the link."""
    written = written_language(language)
    with force_locale(written):
        said = gettext(
            "Termin frei: %(day)s, %(time)s. Antwort bis %(until_day)s, %(until)s:",
            day=day(starts_at), time=clock_time(starts_at),
            until_day=day(expires_at), until=clock_time(expires_at),
        )  # fmt: skip
    return f"{said} {address(written, PAGE, token)}"
