"""The pages on which lead and administration set how each kind of appointment is."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.errors import NotFound
from app.policies import authorise
from app.web.actors import current_actor
from scheduling.offering import services
from scheduling.offering.forms import KindForm, values_of
from scheduling.offering.queries import choice_of, settings_of
from scheduling.policies import SchedulingPermission
from scheduling.states import AppointmentKind

blueprint = Blueprint("offering", __name__, url_prefix="/sprechzeiten/terminarten")


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Every kind on one page."""
    actor = current_actor()
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    return render_template("scheduling/offering/index.html", settings=settings_of(actor.organisation_id).values())


@blueprint.route("/<name>", methods=["GET", "POST"])
def change(name: str) -> ResponseReturnValue:
    """One kind."""
    actor, kind = current_actor(), _kind(name)
    authorise(actor, SchedulingPermission.MANAGE_RESOURCES)
    form = KindForm(data=values_of(settings_of(actor.organisation_id)[kind]))
    if form.validate_on_submit():
        services.change_kind(actor, setting=form.setting(kind))
        return _done("Gespeichert. Vereinbarte Termine bleiben, wie sie sind.")
    is_own = choice_of(actor.organisation_id, kind) is not None
    page = render_template("scheduling/offering/kind.html", form=form, kind=kind, is_own=is_own)
    return page, 422 if form.errors else 200


@blueprint.post("/<name>/zuruecksetzen")
def reset(name: str) -> ResponseReturnValue:
    """Back to the defaults."""
    services.reset_kind(current_actor(), kind=_kind(name))
    return _done("Die Terminart ist wieder so, wie sie voreingestellt ist.")


def _kind(name: str) -> AppointmentKind:
    """The kind an address names, with the dash of addresses; raises NotFound."""
    try:
        return AppointmentKind(name.replace("-", "_"))
    except ValueError:
        raise NotFound("kind") from None


def _done(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("offering.index"), 303)
