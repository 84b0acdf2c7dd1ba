"""The pages on which the lead keeps rooms and interpreters."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import Invalid
from app.policies import Role
from app.web.actors import current_actor
from scheduling import spoken
from scheduling.holidays import data_ends_on
from scheduling.kinds import Gender
from scheduling.models import Interpreter, InterpreterProfile
from scheduling.resources import services
from scheduling.resources.forms import IN_HOLIDAYS, USUAL_NOTICE_DAYS, WEEKDAYS, InterpreterForm, RoomForm
from scheduling.resources.pages import KINDS, done, form_page
from scheduling.resources.queries import get_pool, get_room
from scheduling.resources.services import Terms
from scheduling.resources.week import clock_of, in_short
from scheduling.warnings import runs_out

blueprint = Blueprint("resources", __name__, url_prefix="/sprechzeiten")
TAKEN = "Diesen Raum gibt es schon."


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Everything that can be booked."""
    today = clock.today()
    return render_template(
        "scheduling/resources/index.html",
        pool=get_pool(current_actor()),
        kinds=KINDS,
        weekdays=WEEKDAYS,
        in_holidays=IN_HOLIDAYS,
        clock_of=clock_of,
        in_short=in_short,
        today=today,
        language_of=spoken.german_name,
        runs_out=runs_out(today),
        data_ends_on=data_ends_on(),
        has_absences="absences.add" in current_app.view_functions,
    )


@blueprint.route("/raeume/neu", methods=["GET", "POST"])
def add_room() -> ResponseReturnValue:
    """A further room."""
    actor, form = current_actor(), RoomForm()
    get_pool(actor)
    del form.is_active
    if form.validate_on_submit():
        try:
            services.add_room(
                actor,
                name=form.name.data or "",
                place=form.place.data or "",
                capacity=form.capacity.data or 1,
                is_step_free=form.is_step_free.data,
            )
        except Invalid:
            form.name.errors = [TAKEN]
        else:
            return done("Der Raum ist angelegt.")
    return form_page("Raum anlegen", form)


@blueprint.route("/raeume/<uuid:room_id>", methods=["GET", "POST"])
def change_room(room_id: UUID) -> ResponseReturnValue:
    """Name, address, size of a room, and whether it is in use."""
    actor = current_actor()
    form = RoomForm(obj=get_room(actor, room_id))
    if form.validate_on_submit():
        try:
            services.change_room(
                actor,
                room_id=room_id,
                name=form.name.data or "",
                place=form.place.data or "",
                capacity=form.capacity.data or 1,
                is_step_free=form.is_step_free.data,
                is_active=form.is_active.data,
            )
        except Invalid:
            form.name.errors = [TAKEN]
        else:
            return done("Der Raum ist geändert. Vereinbarte Termine bleiben.")
    return form_page("Raum ändern", form)


@blueprint.post("/raeume/<uuid:room_id>/wechseln")
def switch_room(room_id: UUID) -> ResponseReturnValue:
    """Take a room out of use or back."""
    room = get_room(current_actor(), room_id)
    services.set_room_active(current_actor(), room_id=room_id, is_active=not room.is_active)
    return done("Der Raum ist geändert. Vereinbarte Termine bleiben.")


@blueprint.route("/sprachmittlung/neu", methods=["GET", "POST"])
def add_interpreter() -> ResponseReturnValue:
    """Somebody new in the pool."""
    actor, form = current_actor(), _form()
    get_pool(actor)
    if form.validate_on_submit():
        services.add_interpreter(
            actor, profile=_profile(form), languages=form.languages.data or [], terms=_terms(form, None)
        )
        return done("Die Person ist angelegt. Tragen Sie noch ihre Zeiten ein.")
    return form_page("Sprachmittlung anlegen", form, "interpreter")


@blueprint.route("/sprachmittlung/<uuid:interpreter_id>", methods=["GET", "POST"])
def change_interpreter(interpreter_id: UUID) -> ResponseReturnValue:
    """Name, contact, languages and terms of somebody."""
    actor = current_actor()
    known = {row.id: (row, profile) for row, profile in get_pool(actor).interpreters}
    row, profile = known.get(interpreter_id, (None, None))
    form = _form(row, profile)
    if form.validate_on_submit():
        services.change_interpreter(
            actor,
            interpreter_id=interpreter_id,
            profile=_profile(form),
            languages=form.languages.data or [],
            is_active=form.is_active.data,
            terms=_terms(form, row),
        )
        return done("Die Angaben sind gespeichert.")
    return form_page("Sprachmittlung ändern", form, "interpreter")


def _form(row: Interpreter | None = None, profile: InterpreterProfile | None = None) -> InterpreterForm:
    """The form with what is known; the last word on hours is the lead's."""
    data: dict[str, object] = {}
    if row is not None and profile is not None:
        names = ("languages", "notice_days", "budget_hours", "may_exceed_budget", "is_active")
        data = {name: getattr(row, name) for name in names} | {"gender": row.gender.value if row.gender else ""}
        data |= {"name": profile.name, "email": profile.email, "remarks": profile.remarks}
        data["phone"] = profile.phone or None
    form = InterpreterForm(data=data)
    known = set(row.languages) if row is not None else set()
    form.languages.choices = sorted(spoken.choices(known), key=lambda choice: choice[0] not in known)
    if not current_actor().has(Role.LEAD):
        del form.may_exceed_budget
    return form


def _terms(form: InterpreterForm, row: Interpreter | None) -> Terms:
    field = form.may_exceed_budget
    kept = row.may_exceed_budget if row is not None else False
    return Terms(
        gender=Gender(form.gender.data) if form.gender.data else None,
        notice_days=USUAL_NOTICE_DAYS if form.notice_days.data is None else form.notice_days.data,
        budget_hours=form.budget_hours.data,
        may_exceed_budget=field.data if field is not None else kept,
    )


def _profile(form: InterpreterForm) -> InterpreterProfile:
    return InterpreterProfile(
        name=form.name.data or "",
        phone=form.phone.data or "",
        email=form.email.data or "",
        remarks=form.remarks.data or "",
    )
