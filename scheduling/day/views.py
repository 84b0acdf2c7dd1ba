"""The day and the week of an advisor or of the whole team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.policies import Actor, Role, authorise
from app.web.actors import current_actor
from scheduling.day import services
from scheduling.day.queries import is_own_day, lines_between
from scheduling.day.rules import LATE_MINUTES
from scheduling.grid.queries import get_day, get_own_week, get_week
from scheduling.holidays import is_working_day, public_holidays
from scheduling.hours import named_day
from scheduling.policies import SchedulingPermission

blueprint = Blueprint("scheduling", __name__, url_prefix="/termine")


@dataclass(frozen=True, slots=True)
class View:
    """How a span of days is shown: list or grid, people or rooms, one's own talks or everybody's."""

    as_grid: bool
    by_room: bool
    own: bool


@blueprint.get("")
def day() -> ResponseReturnValue:
    """Who comes today, or on the day asked for, as a list or as a grid of people or rooms."""
    actor = current_actor()
    authorise(actor, SchedulingPermission.SEE_DAY)
    shown, view = _asked_day(), _asked_view(actor)
    lines = lines_between(actor, shown, shown, own=view.own)
    services.note_day_read(actor, first=shown, case_ids=[line.appointment.case_id for line in lines])
    only = actor.user_id if view.own else None
    return render_template(
        "scheduling/day.html",
        day=shown,
        lines=lines,
        grid=get_day(actor, shown, rooms=view.by_room, only=only) if view.as_grid else None,
        earlier=_working_day(shown, -1),
        later=_working_day(shown, 1),
        holiday=public_holidays(shown.year).get(shown),
        **_shared(view),
    )


@blueprint.get("/woche")
def week() -> ResponseReturnValue:
    """Monday to Sunday as a list, or Monday to Friday as a grid."""
    actor = current_actor()
    authorise(actor, SchedulingPermission.SEE_DAY)
    asked, view = _asked_day(), _asked_view(actor)
    monday = asked - timedelta(days=asked.weekday())
    days = [monday + timedelta(days=n) for n in range(7)]
    lines = lines_between(actor, days[0], days[-1], own=view.own)
    services.note_day_read(actor, first=monday, case_ids=[line.appointment.case_id for line in lines])
    of_day = {each: [line for line in lines if line.on == each] for each in days}
    shown = [each for each, found in of_day.items() if found or each.weekday() < 5]
    is_own_grid = view.as_grid and view.own and actor.user_id is not None
    return render_template(
        "scheduling/week.html",
        days=[(each, of_day[each], public_holidays(each.year).get(each)) for each in shown],
        day=asked,
        earlier=monday - timedelta(days=7),
        later=monday + timedelta(days=7),
        count=len(lines),
        grid=get_own_week(actor, shown, only=actor.user_id) if is_own_grid and actor.user_id else None,
        rows=get_week(actor, shown, rooms=view.by_room) if view.as_grid and not is_own_grid else None,
        **_shared(view),
    )


@blueprint.post("/<uuid:appointment_id>/angekommen")
def arrived(appointment_id: UUID) -> ResponseReturnValue:
    """The family is in the house and waits."""
    services.mark_arrived(current_actor(), appointment_id=appointment_id)
    flash("Als angekommen vermerkt. Die Beratung sieht es in ihrem Tag.", "success")
    return _back()


@blueprint.post("/<uuid:appointment_id>/doch-nicht-angekommen")
def not_arrived(appointment_id: UUID) -> ResponseReturnValue:
    """It was another family."""
    services.undo_arrival(current_actor(), appointment_id=appointment_id)
    flash("Der Vermerk ist zurückgenommen.", "success")
    return _back()


@blueprint.post("/<uuid:appointment_id>/verspaetet")
def late(appointment_id: UUID) -> ResponseReturnValue:
    """The family called: it comes later."""
    minutes = request.form.get("minuten", "")
    said = int(minutes) if minutes.isascii() and minutes.isdecimal() and len(minutes) < 4 else -1
    services.mark_late(current_actor(), appointment_id=appointment_id, minutes=said)
    flash(f"Vermerkt: etwa {said} Minuten später." if said else "Die Verspätung ist zurückgenommen.", "success")
    return _back()


@blueprint.post("/<uuid:appointment_id>/gekommen")
def attended(appointment_id: UUID) -> ResponseReturnValue:
    """The family is here."""
    services.mark_attended(current_actor(), appointment_id=appointment_id)
    flash("Als erschienen vermerkt.", "success")
    return _back()


@blueprint.post("/<uuid:appointment_id>/nicht-erschienen")
def no_show(appointment_id: UUID) -> ResponseReturnValue:
    """Nobody came."""
    services.mark_no_show(current_actor(), appointment_id=appointment_id)
    flash("Als nicht erschienen vermerkt. In den Aufgaben steht ein Rückruf.", "success")
    return _back()


@blueprint.post("/<uuid:appointment_id>/zuruecknehmen")
def undo(appointment_id: UUID) -> ResponseReturnValue:
    """The click was wrong."""
    services.undo_mark(current_actor(), appointment_id=appointment_id)
    flash("Der Vermerk ist zurückgenommen.", "success")
    return _back()


def _asked_day() -> date:
    return named_day(request.args.get("tag", "")) or clock.today()


def _working_day(day: date, step: int) -> date:
    day += timedelta(days=step)
    while not is_working_day(day):
        day += timedelta(days=step)
    return day


def _asked_view(actor: Actor) -> View:
    """Rooms are always the whole office's; people may be oneself alone."""
    by_room = request.args.get("nach") == "raum"
    as_grid = request.args.get("ansicht") == "raster"
    own = is_own_day(actor, request.args.get("wer")) and not (as_grid and by_room)
    return View(as_grid=as_grid, by_room=by_room and as_grid, own=own)


def _shared(view: View) -> dict[str, object]:
    actor = current_actor()
    who = None if view.own else "team"
    asked = {"wer": who, "ansicht": "raster" if view.as_grid else None, "nach": "raum" if view.by_room else None}
    return {
        "view": view,
        "own": view.own,
        "who": who,
        "asked": asked,
        "today": clock.today(),
        "may_choose": actor.has(Role.ADVISOR),
        "late_minutes": LATE_MINUTES,
        "can_record": "sessions.start" in current_app.view_functions and actor.has(Role.ADVISOR, Role.LEAD),
    }


def _back() -> ResponseReturnValue:
    """To the page of the day the button stood on."""
    endpoint = "scheduling.week" if request.form.get("seite") == "woche" else "scheduling.day"
    who = "team" if request.form.get("wer") == "team" else None
    return redirect(url_for(endpoint, tag=request.form.get("tag"), wer=who), 303)
