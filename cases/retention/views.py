"""What falls due in a KI: the list with its decisions, the rules in force, and the receipts."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import Invalid
from app.policies import Actor, authorise, permits
from app.web.actors import current_actor
from app.web.pagination import page_number, page_urls
from cases.retention import pages, queries, services
from cases.retention.forms import ConfirmForm, DueForm, PickForm
from cases.retention.hindrances import Hindered
from cases.retention.kinds import ArchiveAnswer, ErasureBasis, ExtensionReason
from cases.retention.policies import RetentionPermission
from cases.retention.queries import Standing
from cases.services import record_list_read

blueprint = Blueprint("retention", __name__, url_prefix="/aufbewahrung")

Decision = Callable[[Actor, UUID, DueForm], object]

DECISIONS: dict[str, tuple[str, Decision]] = {
    "extend": (
        "verlängert",
        lambda actor, case_id, form: services.extend(actor, case_id=case_id, reason=ExtensionReason(form.reason.data)),
    ),
    "offer": ("dem Archiv angeboten", lambda actor, case_id, _: services.offer_to_archive(actor, case_id=case_id)),
    "taken_over": (
        "vom Archiv übernommen",
        lambda actor, case_id, _: services.note_archive_answer(actor, case_id=case_id, answer=ArchiveAnswer.TAKEN_OVER),
    ),
    "declined": (
        "nicht archivwürdig",
        lambda actor, case_id, _: services.note_archive_answer(actor, case_id=case_id, answer=ArchiveAnswer.DECLINED),
    ),
}
REFUSED = {
    "not_due": "Die Aufbewahrungsfrist läuft noch.",
    "extended_before": "Dieser Fall wurde schon einmal verlängert; ein zweites Mal geht es nicht.",
    "not_offered": "Dieser Fall wurde dem Archiv noch nicht angeboten.",
    "no_archive": "In dieser Einrichtung wird dem Archiv nichts angeboten.",
}


@blueprint.get("")
def index() -> ResponseReturnValue:
    """What is due: counts for whoever may see the page, the cases by name for the lead."""
    return _page(current_actor(), DueForm())


@blueprint.post("")
def decide() -> ResponseReturnValue:
    """Extend, offer to the archive or note its answer, for every case ticked."""
    actor = current_actor()
    form = _due_form(actor)
    chosen = DECISIONS.get(request.form.get("decision", ""))
    if chosen is None or not form.validate_on_submit():
        return _page(actor, form), 422
    done = [_decided(actor, UUID(case_id), form, chosen[1]) for case_id in form.cases.data or []]
    if any(done):
        flash(f"{sum(done)} Fälle: {chosen[0]}." if sum(done) > 1 else f"1 Fall: {chosen[0]}.", "success")
    return redirect(url_for("retention.index"), 303)


@blueprint.post("/loeschen")
def erase() -> ResponseReturnValue:
    """Erase the cases ticked, after a page that says what goes."""
    actor = current_actor()
    form, confirm = PickForm(), ConfirmForm()
    form.offer(str(one.case.id) for one in queries.due_cases(actor))
    if not form.validate_on_submit():
        page = DueForm(formdata=None)
        page.cases.errors = form.cases.errors
        return _page(actor, page), 422
    chosen = [one for one in queries.due_cases(actor) if str(one.case.id) in (form.cases.data or [])]
    if not request.form.get("asked") or not confirm.validate():
        return _confirmation(actor, chosen, confirm if request.form.get("asked") else ConfirmForm(formdata=None))
    done = [_erased(actor, one.case.id) for one in chosen]
    if any(done):
        flash(f"Gelöschte Fälle: {sum(done)}. Der Nachweis steht unten.", "success")
    return redirect(url_for("retention.receipts" if any(done) else "retention.index"), 303)


@blueprint.get("/regeln")
def rules() -> ResponseReturnValue:
    """The rules in force, with their sources."""
    return render_template("cases/retention/rules.html", rules=queries.rules_in_force(current_actor()))


@blueprint.get("/nachweise")
def receipts() -> ResponseReturnValue:
    """What was erased: receipts without anything about people."""
    page = queries.receipts(current_actor(), number=page_number(request))
    return render_template(
        "cases/retention/receipts.html",
        page=page,
        proofs=pages.proofs(page.items, today=clock.today()),
        url_of=page_urls(request),
        backup_days=queries.settings().backup_days,
    )


@blueprint.get("/nachweise/<uuid:receipt_id>")
def receipt(receipt_id: UUID) -> ResponseReturnValue:
    """One receipt on paper."""
    found = queries.receipt(current_actor(), receipt_id)
    proof = pages.proofs([found], today=clock.today())[0]
    return render_template("cases/retention/receipt.html", proof=proof, backup_days=queries.settings().backup_days)


def _page(actor: Actor, form: DueForm) -> str:
    authorise(actor, RetentionPermission.SEE)
    may_list = permits(actor, RetentionPermission.LIST_CASES)
    standings = queries.due_cases(actor) if may_list else []
    if standings:
        record_list_read(actor, case_ids=[one.case.id for one in standings])
    lines = pages.lines(actor, standings) if may_list else []
    return render_template(
        "cases/retention/index.html",
        form=form,
        counts=queries.counts(actor, standings if may_list else None),
        may_list=may_list,
        due=[line for line in lines if line.has_come],
        soon=[line for line in lines if not line.has_come],
        archive_step=queries.settings().archive_offer,
        backup_days=queries.settings().backup_days,
    )


def _due_form(actor: Actor) -> DueForm:
    form = DueForm()
    form.offer(str(one.case.id) for one in queries.due_cases(actor))
    return form


def _confirmation(actor: Actor, chosen: list[Standing], confirm: ConfirmForm) -> ResponseReturnValue:
    hindered = {one.case.id: services.hindrances(actor, one.case, basis=ErasureBasis.DUE) for one in chosen}
    page = render_template(
        "cases/retention/confirm.html",
        form=confirm,
        lines=[line for line in pages.lines(actor, chosen) if not hindered[line.case_id]],
        hindered=[(line, hindered[line.case_id]) for line in pages.lines(actor, chosen) if hindered[line.case_id]],
        backup_days=queries.settings().backup_days,
    )
    return page, 422 if confirm.errors else 200


def _decided(actor: Actor, case_id: UUID, form: DueForm, decision: Decision) -> bool:
    try:
        decision(actor, case_id, form)
    except Invalid as error:
        flash(REFUSED[error.code], "warning")
        return False
    return True


def _erased(actor: Actor, case_id: UUID) -> bool:
    try:
        services.erase_case(actor, case_id=case_id, basis=ErasureBasis.DUE)
    except Hindered as error:
        flash(" ".join(error.sentences), "warning")
        return False
    return True
