"""The search: one field for names, birth dates, references, phone numbers and schools, answered while one types."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.web.actors import current_actor
from cases.progress import TONES
from cases.search import services

blueprint = Blueprint("search", __name__)
LONGEST = 120


@blueprint.route("/suche", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """Search, and offer to open a case once somebody has searched.

    What is searched for comes in the body: an address ends up in histories and logs.
    """
    text = request.form.get("q", "").strip()[:LONGEST]
    answer = services.answer(current_actor(), text=text) if text else services.Answer([])
    template = "cases/search/_results.html" if request.headers.get("HX-Request") else "cases/search/show.html"
    return render_template(template, search_text=text, answer=answer, rows=answer.rows, tones=TONES)
