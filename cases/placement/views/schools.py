"""The schools: a list to search, and one school with its facts and where they come from."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.web.actors import current_actor
from app.web.pagination import PAGE_SIZE, Page, page_number, page_urls
from cases.placement import schools as directory
from cases.placement.school_types import SchoolType

blueprint = Blueprint("schools", __name__)


@blueprint.get("/schulen")
def index() -> ResponseReturnValue:
    """Schools by name, filtered by words, school form and town."""
    text, code = request.args.get("q", "").strip(), request.args.get("form", "")
    type_ = SchoolType(code) if code in set(SchoolType) else None
    everywhere = request.args.get("ort") == "alle"
    found = directory.find_schools(current_actor(), text=text, type_=type_, everywhere=everywhere)
    number = page_number(request)
    page = Page(found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], number, len(found))
    return render_template(
        "schools/index.html",
        page=page,
        url_of=page_urls(request),
        text=text,
        type=type_,
        types=directory.school_types_in_use(),
        everywhere=everywhere,
        imported_at=directory.last_import(),
        today=clock.today(),
    )


@blueprint.get("/schulen/<number>")
def show(number: str) -> ResponseReturnValue:
    """One school."""
    actor = current_actor()
    school = directory.get_school(actor, number)
    return render_template(
        "schools/show.html", school=school, attempts=directory.attempts_at(actor, school), today=clock.today()
    )
