"""The family's own appointment: see it, take it along, move it, call it off; only buttons change anything."""

from __future__ import annotations

from flask import make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.web.actors import public
from app.web.layout import page_language
from scheduling import calendar, queries, services
from scheduling.booking.forms import ConfirmForm, TimeForm
from scheduling.booking.links import address
from scheduling.booking.notices import calendar_file
from scheduling.booking.pages import (
    family_blueprint,
    language_in_words,
    limit_link,
    offered_times,
    page,
    place_in_words,
    qr_code,
    starting,
)
from scheduling.booking.visits import LinkEnd, LinkUnusable, Visit, open_link
from scheduling.booking.wishes import wish_earlier
from scheduling.models import Appointment
from scheduling.queries import policy_of
from scheduling.requests import asking
from scheduling.states import cancel_deadline

blueprint = family_blueprint("booking_own")
MOST_SECONDS = 10**11


@blueprint.get("/<language_code>/<token>/termin")
@public
@limit_link
def appointment(language_code: str, token: str) -> ResponseReturnValue:
    """When and where, the code, the calendar file and the slip."""
    visit = open_link(token)
    if visit.appointment is None:
        return redirect(url_for("booking.invitation"), 303)
    return page("appointment", **_shown(visit, visit.appointment))


@blueprint.post("/<language_code>/<token>/termin/frueher")
@public
@limit_link
def earlier(language_code: str, token: str) -> ResponseReturnValue:
    """Say that an earlier time would be welcome, or no longer."""
    visit = open_link(token)
    booked = _booked(visit)
    if ConfirmForm().validate_on_submit():
        wish_earlier(visit.actor, appointment_id=booked.id, wanted=not booked.wants_earlier)
    return redirect(url_for("booking_own.appointment"), 303)


@blueprint.get("/<language_code>/<token>/termin.ics")
@public
@limit_link
def calendar_entry(language_code: str, token: str) -> ResponseReturnValue:
    """The appointment for a calendar."""
    booked = _booked(open_link(token))
    sheet = queries.sheet_of(booked)
    content = calendar_file(booked, code=sheet.code, token=sheet.token, language=language_code)
    response = make_response(content)
    response.headers["Content-Type"] = calendar.content_type(calendar.Method.PUBLISH)
    response.headers["Content-Disposition"] = 'attachment; filename="termin.ics"'
    return response


@blueprint.get("/<language_code>/<token>/zettel")
@public
@limit_link
def slip(language_code: str, token: str) -> ResponseReturnValue:
    """A page to print or to photograph."""
    visit = open_link(token)
    booked = _booked(visit)
    shown = _shown(visit, booked)
    return page("slip", qr=qr_code(address(language_code, queries.sheet_of(booked).token)), **shown)


@blueprint.route("/<language_code>/<token>/absagen", methods=["GET", "POST"])
@public
@limit_link
def cancel(language_code: str, token: str) -> ResponseReturnValue:
    """Ask once, then call the appointment off."""
    visit = open_link(token)
    booked = _booked(visit)
    form = ConfirmForm()
    if _is_too_late(booked):
        return _too_late_page(booked)
    if not form.validate_on_submit():
        return page("cancel", form=form, appointment=booked, back_url=url_for("booking_own.appointment"))
    try:
        services.cancel(visit.actor, appointment_id=booked.id)
    except services.TooLate:
        return _too_late_page(booked)
    return page("cancelled", appointment=booked)


@blueprint.route("/<language_code>/<token>/verschieben", methods=["GET", "POST"])
@public
@limit_link
def move(language_code: str, token: str) -> ResponseReturnValue:
    """Choose another time; nothing changes yet."""
    visit = open_link(token)
    booked = _booked(visit)
    if _is_too_late(booked):
        return _too_late_page(booked)
    form = TimeForm()
    if form.validate_on_submit():
        return redirect(url_for("booking_own.move_to", starts=form.chosen()), 303)
    return _other_times(visit, booked, form)


@blueprint.route("/<language_code>/<token>/verschieben/<int:starts>", methods=["GET", "POST"])
@public
@limit_link
def move_to(language_code: str, token: str, starts: int) -> ResponseReturnValue:
    """Show old and new time, and move with the button; the old time stays until the new one is booked."""
    visit = open_link(token)
    booked = _booked(visit)
    form = ConfirmForm()
    if starts >= MOST_SECONDS:
        raise LinkUnusable(LinkEnd.UNKNOWN)
    if form.validate_on_submit():
        try:
            services.move(visit.actor, appointment_id=booked.id, starts=starting(starts))
        except services.TooLate:
            return _too_late_page(booked)
        except services.SlotTaken:
            return _other_times(visit, booked, TimeForm(formdata=None), taken=starts)
        return redirect(url_for("booking_own.appointment"), 303)
    return page(
        "move_to", form=form, appointment=booked, starts_at=starting(starts), back_url=url_for("booking_own.move")
    )


def _shown(visit: Visit, booked: Appointment) -> dict[str, object]:
    """What the pages of a booked appointment tell; nothing of it says whose it is."""
    return {
        "appointment": booked,
        "place": place_in_words(booked),
        "minutes": round((booked.ends_at - booked.starts_at).total_seconds() / 60),
        "spoken": language_in_words(visit.needs.language),
        "code": queries.sheet_of(booked).code,
        "may_change": not _is_too_late(booked),
        "deadline": cancel_deadline(booked.starts_at),
        "is_german": page_language().code == "de",
        "earlier_form": ConfirmForm(formdata=None),
        "is_request": visit.is_request,
        "is_unproven": visit.is_request and not asking.is_proven(visit.case),
    }


def _booked(visit: Visit) -> Appointment:
    if visit.appointment is None:
        raise LinkUnusable(LinkEnd.UNKNOWN)
    return visit.appointment


def _is_too_late(booked: Appointment) -> bool:
    return clock.now() > cancel_deadline(booked.starts_at)


def _too_late_page(booked: Appointment) -> ResponseReturnValue:
    return page("too_late", appointment=booked, back_url=url_for("booking_own.appointment")), 409


def _other_times(visit: Visit, booked: Appointment, form: TimeForm, *, taken: int | None = None) -> ResponseReturnValue:
    slots = queries.first_free(visit.needs, policy=policy_of(visit.actor, visit.needs.setting), own=[booked.id])
    offered = offered_times([slot for slot in slots if slot.starts_at != booked.starts_at], taken=taken)
    status = 409 if taken is not None else 422 if form.errors else 200
    return page("move", form=form, appointment=booked, back_url=url_for("booking_own.appointment"), **offered), status
