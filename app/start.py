"""The first page after signing in; composed of panels that packages hand in as data."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.web.actors import current_actor

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """What this person has to know today, by role."""
    current_actor()
    return render_template("home/show.html", today=clock.today())
