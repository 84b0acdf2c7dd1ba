"""Who belongs to a case: guardians and children are added, changed and taken out again."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.data import records
from app.errors import Conflict, NotFound, VersionConflict
from app.web.actors import current_actor
from cases import queries
from cases import services as case_services
from cases.intake import services
from cases.intake.forms import GuardianForm
from cases.intake.subjects import differences
from cases.intake.views import blueprint as blueprint
from cases.kinds import GuardianKind
from cases.policies import CasePermission
from cases.sheets import GuardianSheet


@blueprint.get("/sorge")
def guardians(case_id: UUID) -> ResponseReturnValue:
    """Everybody with custody."""
    actor = current_actor()
    case = case_services.read_case(actor, case_id=case_id, part="intake.sorge")
    sheets = {key: stored.sheet for key, stored in queries.guardians_of(actor, case).items()}
    return render_template("cases/intake/guardians.html", case=case, guardians=sheets, kinds=GuardianKind)


@blueprint.route("/sorge/neu", methods=["GET", "POST"])
def add_guardian(case_id: UUID) -> ResponseReturnValue:
    """Add somebody with custody."""
    actor = current_actor()
    case = case_services.read_case(actor, case_id=case_id, part="intake.sorge", permission=CasePermission.CHANGE)
    form = GuardianForm()
    if form.validate_on_submit():
        services.add_guardian(actor, case_id=case_id, guardian=GuardianSheet(**form.changes()))
        flash("Die Person ist eingetragen.", "success")
        return redirect(url_for("intake.guardians", case_id=case_id), 303)
    page = render_template("cases/intake/guardian.html", case=case, form=form, guardian_id=None, conflict=None)
    return page, 422 if form.errors else 200


@blueprint.route("/sorge/<uuid:guardian_id>", methods=["GET", "POST"])
def guardian(case_id: UUID, guardian_id: UUID) -> ResponseReturnValue:
    """Change what is known of somebody with custody."""
    actor = current_actor()
    case = case_services.read_case(actor, case_id=case_id, part="intake.sorge", permission=CasePermission.CHANGE)
    if guardian_id not in {row.id for row in case.guardians}:
        raise NotFound("guardian")
    stored = records.get(GuardianSheet, guardian_id, reader=actor.organisation_id)
    form, found, status = GuardianForm(), None, 200
    if not form.is_submitted():
        form.fill(stored.sheet, stored.version)
    elif form.validate():
        try:
            services.change_guardian(
                actor, case_id=case_id, guardian_id=guardian_id, expected=form.expected(), changes=form.changes()
            )
            flash("Die Angaben sind gespeichert.", "success")
            return redirect(url_for("intake.guardians", case_id=case_id), 303)
        except VersionConflict:
            stored = records.get(GuardianSheet, guardian_id, reader=actor.organisation_id)
            found, status = differences(form, form.changes(), stored.sheet), 409
            form.mark(stored.sheet, stored.version)
    page = render_template("cases/intake/guardian.html", case=case, form=form, guardian_id=guardian_id, conflict=found)
    return page, 422 if form.errors else status


@blueprint.post("/sorge/<uuid:guardian_id>/entfernen")
def remove_guardian(case_id: UUID, guardian_id: UUID) -> ResponseReturnValue:
    """Take somebody out of the case."""
    services.remove_guardian(current_actor(), case_id=case_id, guardian_id=guardian_id)
    flash("Die Person ist entfernt.", "success")
    return redirect(url_for("intake.guardians", case_id=case_id), 303)


@blueprint.post("/kinder/<uuid:child_id>/entfernen")
def remove_child(case_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """Take out a child that was entered by mistake."""
    try:
        services.remove_child(current_actor(), case_id=case_id, child_id=child_id)
    except Conflict:
        flash(
            "Dieses Kind bleibt im Fall: Es ist das einzige, oder seine Vermittlung hat schon begonnen. "
            "Halten Sie stattdessen beim Kind fest, warum kein Platz mehr nötig ist.",
            "warning",
        )
    else:
        flash("Das Kind ist aus dem Fall entfernt.", "success")
    return redirect(url_for("intake.show", case_id=case_id), 303)
