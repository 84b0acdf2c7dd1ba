"""The trace of a case: who saw and changed what, who has seen it at all, and the same on paper for the family."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts import queries as people
from app.web import languages
from app.web.actors import current_actor
from app.web.pagination import page_number, page_urls
from cases import queries as case_queries
from cases import services
from cases.policies import CasePermission
from cases.trace import queries
from cases.trace.paper import paper_lines
from cases.trace.services import open_paper
from cases.trace.sightings import sightings_of
from config import Config

blueprint = Blueprint("trace", __name__, url_prefix="/faelle/<uuid:case_id>/verlauf")


@blueprint.get("")
def show(case_id: UUID) -> ResponseReturnValue:
    """The trace, newest first; to look at it is part of it."""
    actor = current_actor()
    case = services.read_case(actor, case_id=case_id, part="trace", permission=CasePermission.READ_TRACE)
    shown = "changes" if request.args.get("nur") == "aenderungen" else "all"
    page = queries.trace_of(actor, case, number=page_number(request), only_changes=shown == "changes")
    return render_template(
        "cases/trace/show.html",
        case=case,
        page=page,
        url_of=page_urls(request),
        shown=shown,
    )


@blueprint.get("/zugriffe")
def seen(case_id: UUID) -> ResponseReturnValue:
    """Who has seen the case, by person and day."""
    actor = current_actor()
    case = services.read_case(actor, case_id=case_id, part="trace", permission=CasePermission.READ_TRACE)
    wanted = case_queries.contact_of(actor, case).letter_language
    known = [entry.code for entry in languages.active_languages()]
    return render_template(
        "cases/trace/seen.html",
        case=case,
        sightings=sightings_of(actor, case),
        language=languages.language(wanted if wanted in known else "de"),
        languages=languages.active_languages(),
        shown="seen",
    )


@blueprint.get("/blatt/<language_code>")
def paper(case_id: UUID, language_code: str) -> ResponseReturnValue:
    """The same on paper for the family, in its language."""
    actor = current_actor()
    if language_code not in {entry.code for entry in languages.active_languages()}:
        abort(404)
    case = open_paper(actor, case_id=case_id, language_code=language_code)
    config: Config = current_app.extensions["config"]
    house = people.organisation(case.organisation_id)
    return render_template(
        "cases/trace/paper.html",
        case=case,
        lines=paper_lines(sightings_of(actor, case), with_names=config.names_in_trace),
        house=house.name if house else "",
        with_names=config.names_in_trace,
    )
