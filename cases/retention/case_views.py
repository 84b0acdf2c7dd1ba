"""Keeping and erasing as a tab of the case file: when it falls due, restriction, erasure of it or of a part."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts import queries as people
from app.policies import Actor, permits
from app.web.actors import current_actor
from cases.kinds import RestrictionReason
from cases.models import Case
from cases.queries import get_case
from cases.retention import pages, queries, services
from cases.retention.forms import ErasureForm, RestrictionForm
from cases.retention.hindrances import Hindered
from cases.retention.kinds import ErasedKind, ErasureBasis
from cases.retention.models import ErasureReceipt
from cases.retention.policies import RetentionPermission
from cases.services import read_case

blueprint = Blueprint("keeping", __name__, url_prefix="/faelle/<uuid:case_id>")


@blueprint.get("/aufbewahrung")
def show(case_id: UUID) -> ResponseReturnValue:
    """When the case falls due and by which rule, whether it is restricted, and what the lead can decide."""
    actor = current_actor()
    case = read_case(actor, case_id=case_id, part="retention", permission=RetentionPermission.READ)
    return _page(actor, case, RestrictionForm(formdata=None))


@blueprint.post("/einschraenkung")
def restrict(case_id: UUID) -> ResponseReturnValue:
    """Keep the case and stop its use."""
    actor = current_actor()
    case = get_case(actor, case_id, RetentionPermission.DECIDE)
    form = RestrictionForm()
    if not form.validate_on_submit():
        return _page(actor, case, form), 422
    try:
        services.restrict(actor, case_id=case_id, reason=RestrictionReason(form.reason.data))
    except Hindered as error:
        form.form_errors.extend(error.sentences)
        return _page(actor, get_case(actor, case_id, RetentionPermission.DECIDE), form), 409
    flash("Die Verarbeitung ist eingeschränkt. Nur Sie und die zuständige Beratung sehen den Fall noch.", "success")
    return redirect(url_for("keeping.show", case_id=case_id), 303)


@blueprint.post("/einschraenkung/ende")
def lift(case_id: UUID) -> ResponseReturnValue:
    """Let the case be used again."""
    services.lift_restriction(current_actor(), case_id=case_id)
    flash("Die Einschränkung ist aufgehoben. Eine Aufgabe erinnert daran, die Familie zu unterrichten.", "success")
    return redirect(url_for("keeping.show", case_id=case_id), 303)


@blueprint.route("/loeschen", methods=["GET", "POST"])
def erase(case_id: UUID) -> ResponseReturnValue:
    """Erase the case, one child of it, or one file, after saying what goes and that it cannot come back."""
    actor = current_actor()
    case = read_case(actor, case_id=case_id, part="retention", permission=RetentionPermission.DECIDE)
    form = ErasureForm()
    form.subject.choices = [(part.value, part.name) for part in pages.parts(actor, case)]
    form.subject.data = form.subject.data if form.is_submitted() else form.subject.choices[0][0]
    if form.validate_on_submit():
        try:
            receipt = _erase(actor, case, str(form.subject.data), ErasureBasis(form.basis.data))
        except Hindered as error:
            form.form_errors.extend(error.sentences)
            case = get_case(actor, case_id, RetentionPermission.DECIDE)
        else:
            flash(f"Gelöscht. In Sicherungen wirksam spätestens am {receipt.effective_on:%d.%m.%Y}.", "success")
            return redirect(url_for("retention.receipts"), 303)
    days = queries.settings().backup_days
    page = render_template("cases/retention/erase.html", case=case, form=form, backup_days=days)
    return page, 422 if form.errors else 200


def _erase(actor: Actor, case: Case, subject: str, basis: ErasureBasis) -> ErasureReceipt:
    kind, _, subject_id = subject.partition(":")
    if kind == ErasedKind.CHILD:
        return services.erase_child(actor, case_id=case.id, child_id=UUID(subject_id), basis=basis)
    if kind == ErasedKind.ATTACHMENT:
        return services.erase_attachment(actor, attachment_id=UUID(subject_id), basis=basis)
    return services.erase_case(actor, case_id=case.id, basis=basis)


def _page(actor: Actor, case: Case, form: RestrictionForm) -> str:
    who = people.names([case.restricted_by]).get(case.restricted_by, "") if case.restricted_by else ""
    return render_template(
        "cases/retention/show.html",
        case=case,
        standing=queries.standing(actor, case),
        form=form,
        restricted_by=who,
        may_decide=permits(actor, RetentionPermission.DECIDE, case),
        today=clock.today(),
    )
