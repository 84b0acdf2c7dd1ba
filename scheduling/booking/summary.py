"""A family's answers in its own language, for checking before it books."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext

from app.messages.models import Channel
from app.web.layout import page_language
from scheduling import queries
from scheduling.booking.children import children_in_words
from scheduling.booking.forms import COMING, NO_CHANNEL
from scheduling.booking.pages import language_in_words, place_in_words
from scheduling.booking.steps import asks_children
from scheduling.booking.visits import Visit
from scheduling.kinds import Gender
from scheduling.models import Appointment, AppointmentSheet

Row = tuple[str, str, str | None, str | None]


def answer_rows(visit: Visit, draft: Appointment, answers: AppointmentSheet) -> list[Row]:
    """Question, answer, where to change it, and what that link is called for those who hear it."""
    needs = visit.needs
    spoken = language_in_words(needs.language) or gettext("Deutsch")
    comma = "، " if page_language().direction == "rtl" else ", "
    coming = comma.join(str(COMING[each]) for each in answers.coming if each in COMING)
    reach = url_for("booking_open.reach" if visit.is_request else "booking.contact")
    rows: list[Row] = [
        (gettext("Dauer"), gettext("%(minutes)s Minuten", minutes=needs.minutes), None, None),
        (gettext("Ort"), place_in_words(draft), None, None),
        (gettext("Sprache im Gespräch"), spoken, None, None),
    ]
    if visit.is_request:
        name = queries.family_of(visit.case).family_name
        rows.append((gettext("Familienname"), name, None, None))
        rows.append((gettext("Kinder"), _children(visit, comma), url_for("booking_open.children"), None))
    else:
        if asks_children(visit.case):
            chosen = _children(visit, comma, answers)
            rows.append((gettext("Für welche Kinder?"), chosen, url_for("booking.children"), None))
        rows.append((gettext("Wer kommt?"), coming, url_for("booking.coming"), None))
        rows.append((gettext("Personen zusammen"), str(answers.coming_count), url_for("booking.coming"), None))
        wished = comma.join(_wishes(answers))
        rows += [(gettext("Ihre Wünsche"), wished, url_for("booking.coming"), None)] if wished else []
    return [*rows, (gettext("Erinnerung"), _reminder(answers), reach, None)]


def _wishes(answers: AppointmentSheet) -> list[str]:
    """What the family asked for besides, each in some words."""
    said = [
        (answers.childcare, gettext("kleine Kinder kommen mit")),
        (answers.step_free, gettext("ein Weg ohne Stufen")),
        (answers.interpreter_gender == Gender.FEMALE, gettext("eine Frau übersetzt")),
        (answers.interpreter_gender == Gender.MALE, gettext("ein Mann übersetzt")),
        (bool(answers.remarks), answers.remarks),
    ]
    return [words for is_said, words in said if is_said]


def _children(visit: Visit, comma: str, answers: AppointmentSheet | None = None) -> str:
    words = children_in_words(visit.case)
    return comma.join(said for child_id, said in words if answers is None or child_id in answers.children)


def _reminder(answers: AppointmentSheet) -> str:
    if answers.channel == NO_CHANNEL:
        return str(gettext("keine"))
    return answers.email if answers.channel == Channel.EMAIL else answers.phone
