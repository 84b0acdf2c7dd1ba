"""Correcting a statement: choose it, see what stands there, decide."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import Conflict, Invalid, VersionConflict
from app.web.actors import current_actor
from cases.models import Case
from cases.rights import correcting, queries
from cases.rights.correctable import Statement, statement, statements_of, words_of
from cases.rights.correcting import Claim
from cases.rights.forms import ChooseForm, DecisionForm, value_form
from cases.rights.kinds import Outcome, RightKind
from cases.rights.policies import RightsPermission
from cases.services import read_case

blueprint = Blueprint("corrections", __name__, url_prefix="/faelle/<uuid:case_id>/rechte/berichtigung")

IMPOSSIBLE = "Diese Angabe kann so nicht stimmen. Bitte prüfen Sie sie."
SAME = "Genau das steht dort schon. Bitte tragen Sie ein, wie es richtig heißt."


@blueprint.get("")
def choose(case_id: UUID) -> ResponseReturnValue:
    """Which statement is wrong."""
    actor = current_actor()
    case = read_case(actor, case_id=case_id, part="rights", permission=RightsPermission.MANAGE)
    if request.args.get("angabe"):
        return redirect(url_for("corrections.decide", case_id=case_id, key=request.args["angabe"]), 303)
    form = ChooseForm(formdata=None)
    form.angabe.choices = [(each.key, f"{each.about}: {each.label}") for each in statements_of(actor, case)]
    return render_template("cases/rights/choose.html", case=case, form=form)


@blueprint.route("/<key>", methods=["GET", "POST"])
def decide(case_id: UUID, key: str) -> ResponseReturnValue:
    """What stands there, what the family says, and the decision."""
    actor = current_actor()
    case = read_case(actor, case_id=case_id, part="rights", permission=RightsPermission.MANAGE)
    found = statement(actor, case, key)
    form, value = _decision_form(case), value_form(found)
    if request.method == "GET":
        value.fill(found.sheet, found.version)
    is_valid = form.validate_on_submit()
    if is_valid and value.validate() and _decided(case, found, form, value):
        return redirect(url_for("rights.show", case_id=case_id), 303)
    return render_template(
        "cases/rights/decide.html",
        case=case,
        form=form,
        value=value,
        field=value[found.name],
        found=found,
        stands=words_of(found, found.value),
        page_errors=bool(form.errors or value.errors),
    ), 422 if form.errors or value.errors else 200


def _decided(case: Case, found: Statement, form: DecisionForm, value: Any) -> bool:
    """Do as the form says; what cannot be stands beside the field."""
    if value.seen.data != value.digest(found.sheet):
        value[found.name].errors = ["Diese Angabe hat eben jemand geändert. Bitte sehen Sie noch einmal hin."]
        value.mark(found.sheet, found.version)
        return False
    claim = Claim(
        asked_by=form.asked_by.data or "",
        reason=form.reason.data or "",
        evidence=form.evidence.data or "",
        request=form.request_id.data or "",
    )
    act = correcting.correct if form.outcome.data == Outcome.MADE.value else correcting.refuse
    try:
        act(current_actor(), case_id=case.id, key=found.key, value=value.changes()[found.name], claim=claim)
    except (Conflict, VersionConflict):
        value[found.name].errors = [SAME]
    except Invalid:
        value[found.name].errors = [IMPOSSIBLE]
    else:
        flash(MADE if form.outcome.data == Outcome.MADE.value else REFUSED, "success")
        return True
    return False


def _decision_form(case: Case) -> DecisionForm:
    form = DecisionForm()
    lines = queries.requests_of(current_actor(), case)
    asked = [line for line in lines if line.is_open and line.request.kind is RightKind.RECTIFICATION]
    form.request_id.choices = [
        ("", "ohne eigenen Antrag"),
        *((str(line.request.id), f"{line.request.kind.label}, {line.request.received_on:%d.%m.%Y}") for line in asked),
    ]
    return form


MADE = "Die Angabe ist berichtigt. Wer die falsche bekommen hat, steht mit einer Aufgabe in der Liste."
REFUSED = (
    "Die Ablehnung ist festgehalten. Die Familie kann verlangen, dass die Angabe bis zur Klärung nicht benutzt wird."
)
