"""The sheet for the authority on paper; making it is noted with its recipient."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts import queries as people
from app.errors import Invalid, NotFound
from app.web.actors import current_actor
from cases.placement import queries, services
from cases.placement.authority_sheet import blocks_for, field_names
from cases.placement.views import sentences
from cases.placement.views.seat import blueprint
from cases.policies import CasePermission
from cases.queries import get_case


@blueprint.get("/schulplaetze/<uuid:placement_id>/bogen")
def sheet(case_id: UUID, placement_id: UUID) -> ResponseReturnValue:
    """The printed sheet of one attempt."""
    actor = current_actor()
    case = get_case(actor, case_id, CasePermission.PLACE)
    placement = queries.get_placement(actor, case, placement_id)
    file = queries.child_file(actor, case, placement.child_id)
    attempt = next((entry for entry in file.attempts if entry.placement.id == placement_id), None)
    if attempt is None:
        raise NotFound("placement")
    blocks = blocks_for(actor, file, attempt)
    try:
        placement = services.record_export(
            actor, case_id=case_id, placement_id=placement_id, fields=field_names(blocks)
        )
    except Invalid:
        flash(sentences.SENTENCES["consent", "withdrawn"], "warning")
        return redirect(url_for("placement.show", case_id=case_id), 303)
    house, author = people.organisation(case.organisation_id), actor.user_id
    return render_template(
        "cases/placement/sheet.html",
        blocks=blocks,
        authority=placement.authority,
        reference=case.reference,
        house=house.name if house else "",
        author=people.names([author]).get(author, "") if author else "",
        today=clock.today(),
        has_consent=queries.has_consent(case, clock.today()),
        case=case,
        placement=placement,
    )
