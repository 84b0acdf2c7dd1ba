"""What a booking page is asked for by its address, and what it knows of a family before anybody types."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from flask import request

from app import clock
from cases.models import Case
from scheduling import queries
from scheduling.agreeing.forms import BookForm
from scheduling.booking.channels import may_be_invited
from scheduling.hours import named_day
from scheduling.models import AppointmentSheet
from scheduling.states import AppointmentKind


def details_of(case: Case, form: BookForm) -> AppointmentSheet:
    """What is kept of a talk agreed on by telephone."""
    family = queries.family_of(case)
    return AppointmentSheet(
        language=family.letter_language or family.language or queries.GERMAN,
        interpreter_language=queries.needs_of(case, AppointmentKind.FIRST_TALK).language or "",
        coming_count=form.count.data or 0,
        channel=form.channel.data,
        email=form.email.data or "",
        phone=form.phone.data or "",
    )


def contact_of(case: Case) -> dict[str, object]:
    """How the family is reached so far: the mail if it has one."""
    family = queries.family_of(case)
    return {
        "email": family.email,
        "phone": family.phone or None,
        "channel": "email" if may_be_invited(case, family.email) else "none",
        "count": 1 + len(case.children),
    }


def starting(text: str) -> datetime:
    """The instant a choice of ours stands for, epoch seconds as text."""
    return datetime.fromtimestamp(int(text), clock.BERLIN)


def asked_day() -> date:
    """The day from which times are shown; today unless the address names another."""
    return named_day(request.args.get("ab", "")) or clock.today()


def asked_kind() -> AppointmentKind:
    """What the talk is for; the first talk unless the address names another kind."""
    try:
        return AppointmentKind(request.args.get("art", ""))
    except ValueError:
        return AppointmentKind.FIRST_TALK


def asked_start() -> datetime | None:
    """The start that a free cell of the grid stands for."""
    return asked_instant("beginn")


def asked_instant(name: str) -> datetime | None:
    """An instant of the address in epoch seconds; None for none and for what is no instant of ours."""
    text = request.args.get(name, "")
    return starting(text) if text.isascii() and text.isdecimal() and len(text) <= 10 else None


def asked_advisor() -> UUID | None:
    """Whose free cell it was."""
    try:
        return UUID(request.args.get("wer", ""))
    except ValueError:
        return None
