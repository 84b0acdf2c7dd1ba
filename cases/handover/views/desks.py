"""The desks of a KIM body: what each is for, and how many cases it can carry."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.errors import Invalid
from app.policies import authorise
from app.web.actors import current_actor
from cases.handover import queries, services
from cases.handover.forms import DeskForm, show_error
from cases.handover.policies import HandoverPermission
from cases.handover.rules import Need, need_labels
from cases.handover.services import DeskPlan
from cases.handover.views.sentences import sentence_for

blueprint = Blueprint("desks", __name__, url_prefix="/stellen")


@blueprint.get("")
def index() -> ResponseReturnValue:
    """All desks of the body with their load."""
    actor = current_actor()
    authorise(actor, HandoverPermission.LIST_DESKS)
    lines = [(desk, need_labels(desk.needs)) for desk in queries.desks_of(actor)]
    return render_template("cases/handover/desks.html", lines=lines)


@blueprint.route("/neu", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    """Open a desk."""
    actor = current_actor()
    authorise(actor, HandoverPermission.MANAGE_DESKS)
    form = DeskForm()
    if form.validate_on_submit():
        try:
            services.add_desk(actor, plan=_plan(form))
        except Invalid as error:
            show_error(form, error.field, sentence_for(error))
        else:
            flash("Die Stelle ist angelegt.", "success")
            return redirect(url_for("desks.index"), 303)
    return render_template("cases/handover/desk.html", form=form, desk=None), 422 if form.errors else 200


@blueprint.route("/<uuid:desk_id>", methods=["GET", "POST"])
def change(desk_id: UUID) -> ResponseReturnValue:
    """Change a desk."""
    actor = current_actor()
    desk = queries.get_desk(actor, desk_id)
    form = DeskForm(obj=desk)
    if form.validate_on_submit():
        try:
            services.change_desk(actor, desk_id=desk_id, plan=_plan(form))
        except Invalid as error:
            show_error(form, error.field, sentence_for(error))
        else:
            flash("Die Stelle ist geändert.", "success")
            return redirect(url_for("desks.index"), 303)
    return render_template("cases/handover/desk.html", form=form, desk=desk), 422 if form.errors else 200


def _plan(form: DeskForm) -> DeskPlan:
    return DeskPlan(
        name=form.name.data or "",
        capacity=form.capacity.data or 0,
        needs=[Need(value) for value in form.needs.data or []],
        districts=form.districts.data or [],
        languages=form.languages.data or [],
        is_active=bool(form.is_active.data),
    )
