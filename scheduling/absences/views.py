"""The pages of absences: the lead's for everybody and the whole house, an advisor's own with her calendar."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.data.database import session
from app.web.actors import current_actor
from config import Config
from scheduling.absences import services
from scheduling.absences.forms import AbsenceForm, CalendarForm, OwnAbsenceForm
from scheduling.absences.queries import absences_of, own_hours
from scheduling.calendars import services as calendar_services
from scheduling.calendars.models import OwnCalendar
from scheduling.calendars.rounds import is_stale
from scheduling.resource_kinds import AbsenceSource
from scheduling.resources.forms import IN_HOLIDAYS, WEEKDAYS, WHOLE_OFFICE
from scheduling.resources.pages import done, form_page, resource_choices
from scheduling.resources.queries import get_pool
from scheduling.resources.week import clock_of
from scheduling.warnings import runs_out

blueprint = Blueprint("absences", __name__, url_prefix="/sprechzeiten/abwesenheiten")
own_blueprint = Blueprint("own_times", __name__, url_prefix="/termine/meine-zeiten")
MOST_SHOWN = 12
HINT = "Ohne letzten Tag gilt der erste allein, ohne Uhrzeiten gelten ganze Tage. Der Grund wird nicht gefragt."


@blueprint.route("/neu", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    """Days or hours away, or when the house is closed."""
    actor = current_actor()
    form = AbsenceForm()
    form.resource.choices = [WHOLE_OFFICE, *resource_choices(get_pool(actor))]
    if form.validate_on_submit():
        resource_id = UUID(form.resource.data.partition(":")[2]) if form.resource.data else None
        services.add_absence(actor, resource_id=resource_id, starts_at=form.starts_at, ends_at=form.ends_at)
        return done("Die Abwesenheit ist eingetragen. Vereinbarte Termine bleiben.")
    return form_page("Abwesenheit oder Schließzeit", form, first_field="resource", hint=HINT)


@blueprint.post("/<uuid:absence_id>/entfernen")
def remove(absence_id: UUID) -> ResponseReturnValue:
    """Back earlier."""
    services.remove_absence(current_actor(), absence_id=absence_id)
    return done("Die Abwesenheit ist entfernt.")


@own_blueprint.route("", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """One's own hours, absences and calendar; entering an absence."""
    actor, form = current_actor(), OwnAbsenceForm()
    own_hours(actor)
    if form.validate_on_submit():
        services.add_own_absence(actor, starts_at=form.starts_at, ends_at=form.ends_at)
        return done("Die Abwesenheit ist eingetragen. Vereinbarte Termine bleiben.", "own_times.show")
    return _own_page(form, CalendarForm(formdata=None))


@own_blueprint.post("/<uuid:absence_id>/entfernen")
def remove_own(absence_id: UUID) -> ResponseReturnValue:
    """Being there after all."""
    services.remove_own_absence(current_actor(), absence_id=absence_id)
    return done("Die Abwesenheit ist entfernt.", "own_times.show")


@own_blueprint.post("/kalender")
def set_calendar() -> ResponseReturnValue:
    """Name one's own calendar."""
    actor, form = current_actor(), CalendarForm()
    own_hours(actor)
    if not form.validate_on_submit():
        return _own_page(OwnAbsenceForm(formdata=None), form)
    calendar_services.set_calendar(actor, address=form.address.data or "")
    flash("Ihr Kalender ist eingetragen und wird in der nächsten Minute gelesen.", "success")
    return redirect(url_for("own_times.show"), 303)


@own_blueprint.post("/kalender/lesen")
def read_calendar() -> ResponseReturnValue:
    """Have the own calendar read now."""
    calendar_services.read_soon(current_actor())
    flash("Ihr Kalender wird in der nächsten Minute gelesen.", "success")
    return redirect(url_for("own_times.show"), 303)


@own_blueprint.post("/kalender/entfernen")
def drop_calendar() -> ResponseReturnValue:
    """Have it read no more."""
    calendar_services.drop_calendar(current_actor())
    return done("Ihr Kalender wird nicht mehr gelesen, seine Zeiten sind gelöscht.", "own_times.show")


def _own_page(form: OwnAbsenceForm, calendar_form: CalendarForm) -> ResponseReturnValue:
    actor = current_actor()
    rules = own_hours(actor)
    calendar = session().get(OwnCalendar, actor.user_id)
    away = absences_of(actor.organisation_id, resource_id=actor.user_id)
    busy = [row for row in away if row.source is AbsenceSource.CALENDAR]
    config: Config = current_app.extensions["config"]
    status = 422 if form.errors or calendar_form.errors else 200
    return render_template(
        "scheduling/absences/own.html",
        form=form,
        calendar_form=calendar_form,
        calendar=calendar,
        is_stale=calendar is not None and is_stale(calendar, clock.now()),
        stale_hours=config.calendar_stale_hours,
        absences=[row for row in away if row.source is AbsenceSource.ENTERED],
        busy=busy[:MOST_SHOWN],
        busy_count=len(busy),
        rules=rules,
        weekdays=WEEKDAYS,
        in_holidays=IN_HOLIDAYS,
        clock_of=clock_of,
        runs_out=runs_out(clock.today()),
    ), status
