"""Which question comes next on a family's way to its talk, and how many there are."""

from __future__ import annotations

from flask import url_for

from cases.models import Case
from scheduling import queries
from scheduling.booking.forms import NO_CHANNEL
from scheduling.booking.visits import Visit
from scheduling.models import AppointmentSheet

OPEN_STEPS = 7
"""On the open page: language, name, children, contact, time, check, code."""


def steps_of(visit: Visit) -> int:
    """How many questions there are; without a contact no code follows, and one child needs no choice."""
    if visit.is_request:
        is_silent = queries.family_of(visit.case).channel == NO_CHANNEL
        return OPEN_STEPS - 1 if is_silent else OPEN_STEPS
    return 5 if asks_children(visit.case) else 4


def time_step(visit: Visit) -> int:
    """The number of the question for the time."""
    return 5 if visit.is_request else 1


def asks_children(case: Case) -> bool:
    """Whether a family is asked for which of its children the talk is."""
    return len(case.children) > 1


def next_step(visit: Visit) -> str:
    """The page of the first question of the open page that this family has not answered."""
    if not visit.case.children:
        return url_for("booking_open.children")
    if not queries.family_of(visit.case).channel:
        return url_for("booking_open.reach")
    held = queries.draft_of(visit.case.id)
    return url_for("booking.times" if held is None else "booking.check")


def after_time(visit: Visit, answers: AppointmentSheet | None) -> str:
    """The page after a time was chosen: what is missing, else the check of all answers."""
    if visit.is_request:
        return url_for("booking.check")
    if answers and answers.channel:
        return url_for("booking.check")
    if asks_children(visit.case) and not (answers and answers.children):
        return url_for("booking.children")
    if not (answers and answers.coming):
        return url_for("booking.coming")
    return url_for("booking.contact")
