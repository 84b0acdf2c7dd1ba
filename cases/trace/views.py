"""The trace of a case: who saw and changed what."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.web.actors import current_actor
from app.web.pagination import page_number, page_urls
from cases import services
from cases.policies import CasePermission
from cases.trace import queries

blueprint = Blueprint("trace", __name__)


@blueprint.get("/faelle/<uuid:case_id>/verlauf")
def show(case_id: UUID) -> ResponseReturnValue:
    """The trace, newest first; to look at it is part of it."""
    actor = current_actor()
    case = services.read_case(actor, case_id=case_id, part="trace", permission=CasePermission.READ_TRACE)
    only_changes = request.args.get("nur") == "aenderungen"
    page = queries.trace_of(actor, case, number=page_number(request), only_changes=only_changes)
    return render_template(
        "cases/trace/show.html", case=case, page=page, url_of=page_urls(request), only_changes=only_changes
    )
