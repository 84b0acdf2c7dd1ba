"""The distribution list: four bands with counts and days, the children of one band, and the list as CSV."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.web.actors import current_actor
from app.web.pagination import PAGE_SIZE, Page, page_number, page_urls
from cases.bands import Band
from cases.placement import services
from cases.placement.distribution import waiting_children
from cases.placement.distribution_csv import written

blueprint = Blueprint("distribution", __name__)


@blueprint.get("/verteilliste")
def index() -> ResponseReturnValue:
    """Who waits for a seat, one band at a time; the first band with children stands open."""
    actor = current_actor()
    found = waiting_children(actor)
    band = _band(request.args.get("band", ""))
    if band is None and "band" not in request.args:
        band = next((entry.band for entry in found.bands if entry.count), Band.PRIMARY)
    rows, number = found.of(band), page_number(request)
    page = Page(rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], number, len(rows))
    services.record_list_read(actor, case_ids=[row.case_id for row in page.items], exported=False)
    return render_template(
        "cases/placement/distribution.html",
        found=found,
        band=band,
        page=page,
        unknown=len(found.of(None)),
        url_of=page_urls(request),
        today=clock.today(),
    )


@blueprint.get("/verteilliste.csv")
def export() -> ResponseReturnValue:
    """The whole list as a table for a spreadsheet: references and days, no names."""
    actor = current_actor()
    found = waiting_children(actor)
    services.record_list_read(actor, case_ids=[row.case_id for row in found.rows], exported=True)
    response = Response(written(found.rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="verteilliste-{clock.today():%Y-%m-%d}.csv"'
    return response


def _band(text: str) -> Band | None:
    return Band(text) if text in set(Band) else None
