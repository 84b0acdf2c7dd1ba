"""A family's answers in its own language, for checking before it books."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext

from app.messages.models import Channel
from app.web.layout import page_language
from scheduling.booking.forms import COMING, NO_CHANNEL
from scheduling.booking.pages import language_in_words, place_in_words
from scheduling.booking.visits import Visit
from scheduling.models import Appointment, AppointmentSheet

Row = tuple[str, str, str | None, str | None]


def answer_rows(visit: Visit, draft: Appointment, answers: AppointmentSheet) -> list[Row]:
    """Question, answer, where to change it, and what that link is called for those who hear it."""
    needs = visit.needs
    spoken = language_in_words(needs.language) or gettext("Deutsch")
    comma = "، " if page_language().direction == "rtl" else ", "
    coming = comma.join(str(COMING[each]) for each in answers.coming if each in COMING)
    return [
        (gettext("Dauer"), gettext("%(minutes)s Minuten", minutes=needs.minutes), None, None),
        (gettext("Ort"), place_in_words(draft), None, None),
        (gettext("Sprache im Gespräch"), spoken, None, None),
        (gettext("Wer kommt?"), coming, url_for("booking.coming"), None),
        (gettext("Personen zusammen"), str(answers.coming_count), url_for("booking.coming"), None),
        (gettext("Erinnerung"), _reminder(answers), url_for("booking.contact"), None),
    ]


def _reminder(answers: AppointmentSheet) -> str:
    if answers.channel == NO_CHANNEL:
        return str(gettext("keine"))
    return answers.email if answers.channel == Channel.EMAIL else answers.phone
