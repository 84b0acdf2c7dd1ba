"""The first page after signing in: what this person has to know today."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import clock, today
from app.policies import Role
from app.web.actors import current_actor

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """Figures and boxes by role; reception, who answers the telephone, begins with the search."""
    actor = current_actor()
    page = today.of(actor)
    return render_template(
        "home/show.html", today=clock.today(), page=page, begins_with_search=actor.has(Role.RECEPTION)
    )
