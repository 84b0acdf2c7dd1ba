"""The pages on which the lead keeps what can be booked."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.web.actors import current_actor
from scheduling.hours import SchoolHolidays
from scheduling.models import InterpreterProfile
from scheduling.resources import services
from scheduling.resources.forms import (
    IN_HOLIDAYS,
    WEEKDAYS,
    WHOLE_OFFICE,
    AbsenceForm,
    HoursForm,
    InterpreterForm,
    RoomForm,
)
from scheduling.resources.queries import Pool, conflicts_of, get_absence, get_pool, get_room
from scheduling.resources.week import clock_of, in_short
from scheduling.world import ResourceKind

blueprint = Blueprint("resources", __name__, url_prefix="/sprechzeiten")

KINDS = {ResourceKind.ADVISOR: "Beratung", ResourceKind.INTERPRETER: "Sprachmittlung", ResourceKind.ROOM: "Raum"}


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Everything that can be booked."""
    return render_template(
        "scheduling/resources/index.html",
        pool=get_pool(current_actor()),
        kinds=KINDS,
        weekdays=WEEKDAYS,
        in_holidays=IN_HOLIDAYS,
        clock_of=clock_of,
        in_short=in_short,
    )


@blueprint.route("/raeume/neu", methods=["GET", "POST"])
def add_room() -> ResponseReturnValue:
    """A further room."""
    actor, form = current_actor(), RoomForm()
    pool = get_pool(actor)
    if form.validate_on_submit():
        if all(room.name != form.name.data for room in pool.rooms):
            services.add_room(
                actor, name=form.name.data or "", place=form.place.data or "", capacity=form.capacity.data or 1
            )
            return _done("Der Raum ist angelegt.")
        form.name.errors = ["Diesen Raum gibt es schon."]
    return _form_page("Raum anlegen", form)


@blueprint.post("/raeume/<uuid:room_id>/wechseln")
def switch_room(room_id: UUID) -> ResponseReturnValue:
    """Take a room out of use or back."""
    room = get_room(current_actor(), room_id)
    services.set_room_active(current_actor(), room_id=room_id, is_active=not room.is_active)
    return _done("Der Raum ist geändert. Vereinbarte Termine bleiben.")


@blueprint.route("/sprachmittlung/neu", methods=["GET", "POST"])
def add_interpreter() -> ResponseReturnValue:
    """Somebody new in the pool."""
    actor, form = current_actor(), InterpreterForm()
    get_pool(actor)
    if form.validate_on_submit():
        services.add_interpreter(actor, profile=_profile(form), languages=form.languages.data or [])
        return _done("Die Person ist angelegt. Tragen Sie noch ihre Zeiten ein.")
    return _form_page("Sprachmittlung anlegen", form)


@blueprint.route("/sprachmittlung/<uuid:interpreter_id>", methods=["GET", "POST"])
def change_interpreter(interpreter_id: UUID) -> ResponseReturnValue:
    """Name, contact and languages of somebody."""
    actor = current_actor()
    known = {row.id: (row, profile) for row, profile in get_pool(actor).interpreters}
    row, profile = known.get(interpreter_id, (None, None))
    form = InterpreterForm(
        data={
            "name": profile.name if profile else "",
            "phone": profile.phone or None if profile else None,
            "email": profile.email if profile else "",
            "remarks": profile.remarks if profile else "",
            "languages": row.languages if row else [],
            "is_active": row.is_active if row else True,
        }
    )
    if form.validate_on_submit():
        services.change_interpreter(
            actor,
            interpreter_id=interpreter_id,
            profile=_profile(form),
            languages=form.languages.data or [],
            is_active=form.is_active.data,
        )
        return _done("Die Angaben sind gespeichert.")
    return _form_page("Sprachmittlung ändern", form)


@blueprint.route("/zeiten/neu", methods=["GET", "POST"])
def add_hours() -> ResponseReturnValue:
    """A weekly line of hours."""
    actor = current_actor()
    pool = get_pool(actor)
    form = HoursForm(data={"valid_from": clock.today()})
    form.resource.choices = _choices(pool)
    if form.validate_on_submit():
        kind, _, resource_id = form.resource.data.partition(":")
        services.add_hours(
            actor,
            kind=ResourceKind(kind),
            resource_id=UUID(resource_id),
            weekdays=form.weekdays.data or [],
            opens=form.opens.data,
            closes=form.closes.data,
            valid_from=form.valid_from.data,
            valid_until=form.valid_until.data,
            school_holidays=SchoolHolidays(form.school_holidays.data),
        )
        return _done("Die Zeiten sind eingetragen.")
    return _form_page("Zeiten eintragen", form)


@blueprint.post("/zeiten/<uuid:rule_id>/entfernen")
def remove_hours(rule_id: UUID) -> ResponseReturnValue:
    """Drop a line of hours."""
    services.remove_hours(current_actor(), rule_id=rule_id)
    return _done("Die Zeit ist entfernt. Vereinbarte Termine bleiben.")


@blueprint.route("/abwesenheiten/neu", methods=["GET", "POST"])
def add_absence() -> ResponseReturnValue:
    """Days away, or days on which the house is closed."""
    actor = current_actor()
    form = AbsenceForm()
    form.resource.choices = [WHOLE_OFFICE, *_choices(get_pool(actor))]
    if form.validate_on_submit():
        resource_id = UUID(form.resource.data.partition(":")[2]) if form.resource.data else None
        absence = services.add_absence(actor, resource_id=resource_id, first=form.first.data, last=form.last.data)
        if conflicts_of(absence):
            return redirect(url_for("resources.conflicts", absence_id=absence.id), 303)
        return _done("Die Abwesenheit ist eingetragen.")
    return _form_page("Abwesenheit oder Schließtag", form)


@blueprint.get("/abwesenheiten/<uuid:absence_id>")
def conflicts(absence_id: UUID) -> ResponseReturnValue:
    """Appointments that fall into an absence: staff speak with the families, nothing is sent by itself."""
    absence = get_absence(current_actor(), absence_id)
    return render_template("scheduling/resources/conflicts.html", absence=absence, appointments=conflicts_of(absence))


@blueprint.post("/abwesenheiten/<uuid:absence_id>/entfernen")
def remove_absence(absence_id: UUID) -> ResponseReturnValue:
    """Back earlier."""
    services.remove_absence(current_actor(), absence_id=absence_id)
    return _done("Die Abwesenheit ist entfernt.")


def _choices(pool: Pool) -> list[tuple[str, str]]:
    return [(f"{each.kind}:{each.id}", f"{KINDS[each.kind]}: {each.name}") for each in pool.bookable]


def _profile(form: InterpreterForm) -> InterpreterProfile:
    return InterpreterProfile(
        name=form.name.data or "",
        phone=form.phone.data or "",
        email=form.email.data or "",
        remarks=form.remarks.data or "",
    )


def _form_page(title: str, form: RoomForm | InterpreterForm | HoursForm | AbsenceForm) -> ResponseReturnValue:
    return render_template("scheduling/resources/form.html", title=title, form=form), 422 if form.errors else 200


def _done(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("resources.index"), 303)
