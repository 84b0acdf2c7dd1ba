"""The desk for those who come without an appointment: the queue, giving a number out, the board, the screens."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.policies import authorise, permits
from app.web.actors import current_actor
from scheduling.booking.links import address
from scheduling.walkins import queries, services
from scheduling.walkins.board import board_page
from scheduling.walkins.forms import CallForm, NumberForm, ScreenForm
from scheduling.walkins.policies import WalkInPermission
from scheduling.walkins.states import ScreenPurpose

blueprint = Blueprint("walk_ins", __name__, url_prefix="/termine")
USED_UP = "Heute sind alle Nummern vergeben. Bitte bieten Sie einen Termin an."
BUSY = "Diese Person oder jeder Raum ist in der nächsten Zeit belegt. Bitte wählen Sie jemand anderen."


@blueprint.get("/ankunft")
def desk() -> ResponseReturnValue:
    """Who waits, who is called, and who is free."""
    return _desk(CallForm(formdata=None))


@blueprint.post("/ankunft/<uuid:walk_in_id>/aufrufen")
def call(walk_in_id: UUID) -> ResponseReturnValue:
    """Call a number to an advisor."""
    form = CallForm()
    if not form.validate_on_submit():
        return _desk(form), 422
    try:
        walk_in = services.call(current_actor(), walk_in_id=walk_in_id, advisor_id=UUID(form.advisor.data))
    except services.NobodyFree:
        form.form_errors.append(BUSY)
        return _desk(form), 409
    flash(f"Nummer {walk_in.number} ist aufgerufen.", "success")
    return redirect(url_for("walk_ins.desk"), 303)


@blueprint.post("/ankunft/<uuid:walk_in_id>/beraten")
def finish(walk_in_id: UUID) -> ResponseReturnValue:
    """The talk is over."""
    walk_in = services.finish(current_actor(), walk_in_id=walk_in_id)
    return _done(f"Nummer {walk_in.number} ist beraten, die Zeit ist wieder frei.")


@blueprint.post("/ankunft/<uuid:walk_in_id>/nicht-da")
def let_go(walk_in_id: UUID) -> ResponseReturnValue:
    """Nobody answered."""
    walk_in = services.let_go(current_actor(), walk_in_id=walk_in_id)
    return _done(f"Nummer {walk_in.number} ist nicht mehr da.")


@blueprint.post("/ankunft/<uuid:walk_in_id>/zurueck")
def put_back(walk_in_id: UUID) -> ResponseReturnValue:
    """The number waits again."""
    walk_in = services.put_back(current_actor(), walk_in_id=walk_in_id)
    return _done(f"Nummer {walk_in.number} wartet wieder.")


@blueprint.route("/ankunft/nummer", methods=["GET", "POST"])
def number() -> ResponseReturnValue:
    """Give a number out at the counter."""
    actor, form = current_actor(), NumberForm(data={"language": "de"})
    authorise(actor, WalkInPermission.DRAW)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            drawn = services.draw(actor, language=form.language.data)
        except services.NumbersUsedUp:
            form.form_errors.append(USED_UP)
            status = 409
        else:
            return redirect(url_for("walk_ins.ticket", walk_in_id=drawn.id), 303)
    return render_template("scheduling/walkins/number.html", form=form, today=clock.today()), status


@blueprint.get("/ankunft/nummer/<uuid:walk_in_id>")
def ticket(walk_in_id: UUID) -> ResponseReturnValue:
    """The number large enough to show it over the counter, or to print it."""
    found = queries.get_ticket(current_actor(), walk_in_id)
    return render_template("scheduling/walkins/ticket.html", ticket=found)


@blueprint.get("/tafel")
def board() -> ResponseReturnValue:
    """What the board at the entrance shows."""
    actor = current_actor()
    return board_page(queries.get_board(actor))


@blueprint.route("/bildschirme", methods=["GET", "POST"])
def screens() -> ResponseReturnValue:
    """The boards and kiosks with their links; a new link is shown once."""
    actor, form = current_actor(), ScreenForm()
    authorise(actor, WalkInPermission.MANAGE_SCREENS)
    link = ""
    if form.validate_on_submit():
        purpose = ScreenPurpose(form.purpose.data)
        _, token = services.set_up_screen(actor, purpose=purpose, place=form.place.data or "")
        link = address("de", token, "tafel" if purpose is ScreenPurpose.BOARD else "ankunft")
    status = 422 if form.errors else 200
    found = queries.get_screens(actor)
    return render_template("scheduling/walkins/screens.html", form=form, screens=found, link=link), status


@blueprint.post("/bildschirme/<uuid:screen_id>/zurueckziehen")
def revoke_screen(screen_id: UUID) -> ResponseReturnValue:
    """Make a screen's link useless."""
    services.revoke_screen(current_actor(), screen_id=screen_id)
    flash("Der Link gilt nicht mehr.", "success")
    return redirect(url_for("walk_ins.screens"), 303)


def _desk(form: CallForm) -> str:
    actor = current_actor()
    lines, choices = queries.get_lines(actor), queries.get_choices(actor)
    return render_template(
        "scheduling/walkins/desk.html",
        form=form,
        waiting=[line for line in lines if line.walk_in.state == "waiting"],
        called=[line for line in lines if line.walk_in.state == "called"],
        ended=[line for line in lines if line.walk_in.ended_at],
        choices=choices,
        today=clock.today(),
        may_manage=permits(actor, WalkInPermission.MANAGE_SCREENS),
    )


def _done(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("walk_ins.desk"), 303)
