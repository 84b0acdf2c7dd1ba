"""Emergency access: asking for it, leaving again, and the lead's review."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.errors import Conflict, Invalid
from app.web.actors import current_actor
from cases import queries as cases
from cases.emergency import queries, services
from cases.emergency.forms import EmergencyForm, ReviewForm
from cases.emergency.kinds import EmergencyReason, Verdict
from cases.policies import CasePermission
from cases.services import record_list_read

blueprint = Blueprint("emergency", __name__)
TOO_SHORT = "Bitte schreiben Sie etwas mehr: mindestens einen kurzen Satz."


@blueprint.route("/faelle/<uuid:case_id>/notfall", methods=["GET", "POST"])
def take(case_id: UUID) -> ResponseReturnValue:
    """Ask for a reason, then open the case for some hours."""
    actor = current_actor()
    case = cases.get_case(actor, case_id, CasePermission.OPEN_IN_EMERGENCY)
    form = EmergencyForm()
    if form.validate_on_submit():
        try:
            reason = EmergencyReason(form.reason.data)
            services.open_in_emergency(actor, case_id=case_id, reason=reason, text=form.text.data or "")
        except Invalid:
            form.text.errors = [TOO_SHORT]
        else:
            flash("Der Fall ist für vier Stunden offen. Die Leitung ist benachrichtigt.", "warning")
            return redirect(url_for("cases.show", case_id=case_id), 303)
    page = render_template("cases/emergency/take.html", case=case, form=form)
    return page, 422 if form.errors else 200


@blueprint.post("/faelle/<uuid:case_id>/notfall/ende")
def leave(case_id: UUID) -> ResponseReturnValue:
    """End one's own access."""
    services.end_access(current_actor(), case_id=case_id)
    flash("Der Notfallzugriff ist beendet.", "success")
    return redirect(url_for("cases.index"), 303)


@blueprint.get("/notfall")
def index() -> ResponseReturnValue:
    """Every access of the house, for its lead."""
    actor = current_actor()
    lines = queries.accesses(actor)
    record_list_read(actor, case_ids={line.case.id for line in lines})
    return render_template("cases/emergency/index.html", lines=lines)


@blueprint.route("/notfall/<uuid:access_id>", methods=["GET", "POST"])
def review(access_id: UUID) -> ResponseReturnValue:
    """Read why somebody came in, and say whether it was needed."""
    actor = current_actor()
    access = queries.get_access(actor, access_id)
    form = ReviewForm()
    if form.validate_on_submit():
        try:
            services.review(actor, access_id=access_id, verdict=Verdict(form.verdict.data), text=form.text.data or "")
        except Invalid:
            form.text.errors = ["Bitte schreiben Sie, was nicht in Ordnung war."]
        except Conflict:
            flash("Dieser Zugriff ist schon geprüft.", "info")
            return redirect(url_for("emergency.index"), 303)
        else:
            flash("Die Prüfung ist festgehalten.", "success")
            return redirect(url_for("emergency.index"), 303)
    line = queries.line_of(actor, access)
    record_list_read(actor, case_ids={line.case.id})
    page = render_template("cases/emergency/review.html", line=line, form=form)
    return page, 422 if form.errors else 200
