"""The list of appointments that no longer fit; each button is a person's decision, nothing happens by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import Invalid, WrongState
from app.web import navigation
from app.web.actors import current_actor
from scheduling import services as scheduling_services
from scheduling.assignment import SlotTaken
from scheduling.conflicts import counting, services
from scheduling.conflicts.listing import get_listing
from scheduling.conflicts.services import Team
from scheduling.day.services import note_day_read
from scheduling.interpreting import services as interpreting
from scheduling.queries import get_appointment, wishes_of
from scheduling.resource_kinds import Answer

blueprint = Blueprint("conflicts", __name__, url_prefix="/termine/konflikte")

GONE = "Das geht inzwischen nicht mehr. Hier steht der neue Stand."


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Every appointment that cannot stay as it is, the soonest first."""
    actor = current_actor()
    listing = get_listing(actor)
    navigation.tell("conflicts.index", counting.keep(actor.organisation_id, listing.total))
    if listing.lines:
        note_day_read(actor, first=clock.today(), case_ids=[line.appointment.case_id for line in listing.lines])
    return render_template("scheduling/conflicts/index.html", listing=listing)


@blueprint.post("/<uuid:appointment_id>/umbesetzen")
def reassign(appointment_id: UUID) -> ResponseReturnValue:
    """Take the people and the room proposed, at the same time."""
    actor = current_actor()
    get_appointment(actor, appointment_id)
    advisor_id = _asked_id("beratung")
    if advisor_id is None:
        return _done(GONE, "warning")
    team = Team(advisor_id, _asked_id("sprachmittlung"), _asked_id("raum"))
    tell = request.form.get("sagen") == "ja"
    services.reassign(actor, appointment_id=appointment_id, team=team, tell_family=tell)
    told = (
        " Die Familie bekommt eine Nachricht, wenn sie das möchte." if tell else " Die Familie bekommt keine Nachricht."
    )
    return _done(f"Der Termin ist neu besetzt.{told}")


@blueprint.post("/<uuid:appointment_id>/verschieben")
def move(appointment_id: UUID) -> ResponseReturnValue:
    """Take another time that was proposed; the family is told of it."""
    actor = current_actor()
    appointment, _ = get_appointment(actor, appointment_id)
    text = request.form.get("zeit", "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        return _done(GONE, "warning")
    wishes = replace(wishes_of(appointment), advisor_id=_asked_id("beratung"))
    starts = datetime.fromtimestamp(int(text), clock.BERLIN)
    scheduling_services.move(actor, appointment_id=appointment_id, starts=starts, wishes=wishes)
    return _done("Der Termin ist verschoben. Die Familie bekommt eine Nachricht, wenn sie das möchte.")


@blueprint.post("/<uuid:appointment_id>/absagen")
def cancel(appointment_id: UUID) -> ResponseReturnValue:
    """Call it off after all; the family is told of it."""
    scheduling_services.cancel(current_actor(), appointment_id=appointment_id)
    return _done("Der Termin ist abgesagt. Die Familie bekommt eine Nachricht, wenn sie das möchte.")


@blueprint.post("/<uuid:appointment_id>/sprachmittlung")
def note_answer(appointment_id: UUID) -> ResponseReturnValue:
    """The interpreter said yes or no on the telephone."""
    actor = current_actor()
    get_appointment(actor, appointment_id)
    said = {"ja": Answer.CONFIRMED, "nein": Answer.DECLINED}.get(request.form.get("antwort", ""))
    if said is None:
        return _done(GONE, "warning")
    interpreting.note_answer(actor, appointment_id=appointment_id, said=said)
    return _done("Die Antwort ist vermerkt.")


@blueprint.errorhandler(SlotTaken)
@blueprint.errorhandler(WrongState)
@blueprint.errorhandler(Invalid)
def no_longer(_: Exception) -> ResponseReturnValue:
    """Somebody was quicker, or the world changed: the list shows how it stands now."""
    return _done(GONE, "warning")


def _asked_id(name: str) -> UUID | None:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        return None


def _done(sentence: str, tone: str = "success") -> ResponseReturnValue:
    flash(sentence, tone)
    return redirect(url_for("conflicts.index"), 303)
