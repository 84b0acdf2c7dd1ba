"""The pages on which the team plans group talks and sees who comes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import Invalid
from app.policies import authorise, permits
from app.web.actors import current_actor
from app.web.format import clock_time, day
from app.web.forms import EinstiegForm
from scheduling.groups import services
from scheduling.groups.forms import ANYBODY, GroupTalkForm
from scheduling.groups.queries import advisors_of, get_talk, guests_of, is_planned, line_of, talks_ahead
from scheduling.hours import instant
from scheduling.kinds import TalkMode
from scheduling.offering.queries import setting_of
from scheduling.policies import SchedulingPermission
from scheduling.series import weekly_series

blueprint = Blueprint("groups", __name__, url_prefix="/termine/gruppen")

ASK_YOURSELF = "Bitte fragen Sie die Sprachmittlung selbst an: Für Gruppentermine geht keine Anfrage von allein hinaus."


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Every group talk to come."""
    actor = current_actor()
    lines = talks_ahead(actor)
    may_plan = permits(actor, SchedulingPermission.PLAN_GROUPS)
    return render_template("scheduling/groups/index.html", lines=lines, may_plan=may_plan)


@blueprint.route("/neu", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Plan a talk, once or every week."""
    actor = current_actor()
    authorise(actor, SchedulingPermission.PLAN_GROUPS)
    setting = setting_of(actor.organisation_id, services.KIND)
    form = GroupTalkForm(data={"capacity": setting.capacity, "language": "de"})
    form.advisor.choices = [ANYBODY, *((str(user_id), name) for user_id, name in advisors_of(actor))]
    if not form.validate_on_submit():
        return _form_page(form), 422 if form.is_submitted() else 200
    try:
        planned = services.plan_series(actor, _plan(form), _starts(form))
    except Invalid:
        form.capacity.errors = ["So viele Plätze hat kein Raum, der dann frei ist."]
        return _form_page(form), 422
    if not planned.talks:
        form.form_errors.append("Zu dieser Zeit ist niemand frei, der das Gespräch führen kann, oder kein Raum.")
        return _form_page(form), 409
    flash("Der Termin ist angelegt." if len(planned.talks) == 1 else f"{len(planned.talks)} Termine sind angelegt.")
    if any(talk.interpreter_id for talk in planned.talks):
        flash(
            "Bitte fragen Sie die Sprachmittlung selbst an: Für Gruppentermine geht keine Anfrage von allein hinaus.",
            "info",
        )
    if planned.impossible:
        days = ", ".join(day(at) for at in planned.impossible)
        flash(f"Nicht angelegt, weil dann niemand oder kein Raum frei ist: {days}.", "warning")
    return redirect(url_for("groups.index"), 303)


@blueprint.get("/<uuid:talk_id>")
def show(talk_id: UUID) -> ResponseReturnValue:
    """One talk and the families that come."""
    actor = current_actor()
    talk = get_talk(actor, talk_id)
    return render_template(
        "scheduling/groups/show.html",
        line=line_of(actor, talk),
        guests=guests_of(actor, talk),
        may_call_off=is_planned(talk) and permits(actor, SchedulingPermission.PLAN_GROUPS),
    )


@blueprint.route("/<uuid:talk_id>/absagen", methods=["GET", "POST"])
def call_off(talk_id: UUID) -> ResponseReturnValue:
    """Say how many families will be told, then call the talk off."""
    actor = current_actor()
    authorise(actor, SchedulingPermission.PLAN_GROUPS)
    talk = get_talk(actor, talk_id)
    form = EinstiegForm()
    if not form.validate_on_submit():
        return render_template("scheduling/groups/call_off.html", line=line_of(actor, talk), form=form)
    untold = services.call_off(actor, talk_id=talk_id)
    flash(f"„{talk.title}“ am {day(talk.starts_at)} um {clock_time(talk.starts_at)} Uhr ist abgesagt.")
    if untold:
        flash(
            f"Ohne Nachricht, weil die Akte eingeschränkt ist: {len(untold)}. Bitte sprechen Sie mit der Leitung.",
            "warning",
        )
    return redirect(url_for("groups.show", talk_id=talk_id), 303)


def _plan(form: GroupTalkForm) -> services.Plan:
    return services.Plan(
        title=form.title.data or "",
        language=form.language.data,
        capacity=form.capacity.data or 1,
        mode=TalkMode(form.mode.data),
        advisor_id=UUID(form.advisor.data) if form.advisor.data else None,
    )


def _starts(form: GroupTalkForm) -> list[datetime]:
    """The wished times; a series leaves public holidays out, a single day is the team's own wish."""
    first, at = form.day.data, form.at.data
    seconds = weekly_series(first, form.until.data, at) if form.until.data else [instant(first, at)]
    return [datetime.fromtimestamp(each, clock.BERLIN) for each in seconds]


def _form_page(form: GroupTalkForm) -> str:
    return render_template("scheduling/groups/form.html", form=form)
