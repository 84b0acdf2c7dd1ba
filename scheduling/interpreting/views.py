"""The interpreter's own page behind her link: reading it changes nothing, the buttons answer."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import NotFound
from app.web.actors import public
from scheduling.booking.pages import limit_address, limit_link
from scheduling.booking.texts import PHONE
from scheduling.interpreting.answering import answer as keep_answer
from scheduling.interpreting.answering import open_link
from scheduling.resource_kinds import Answer

blueprint = Blueprint("interpreter_link", __name__, url_prefix="/s")

SAID = {
    Answer.CONFIRMED: "Danke, Sie haben zugesagt.",
    Answer.DECLINED: "Sie haben abgesagt. Wir suchen jemand anderen.",
}


@blueprint.get("/<token>")
@public
@limit_link
@limit_address
def show(token: str) -> ResponseReturnValue:
    """The talk asked for, and one's other talks ahead."""
    return render_template("scheduling/interpreting/link.html", page=open_link(token), token=token, phone=PHONE)


@blueprint.post("/<token>/antwort")
@public
@limit_link
@limit_address
def answer(token: str) -> ResponseReturnValue:
    """Yes or no to one of one's own talks."""
    said = {"ja": Answer.CONFIRMED, "nein": Answer.DECLINED}.get(request.form.get("antwort", ""))
    try:
        ask_id = UUID(request.form.get("anfrage", ""))
    except ValueError:
        raise NotFound("ask") from None
    if said is None:
        raise NotFound("ask")
    keep_answer(token, ask_id=ask_id, said=said)
    flash(SAID[said], "success")
    return redirect(url_for("interpreter_link.show", token=token), 303)


@blueprint.errorhandler(NotFound)
def gone(_: NotFound) -> ResponseReturnValue:
    """A link that leads nowhere tells nothing of anybody."""
    return render_template("scheduling/interpreting/gone.html", phone=PHONE), 404
