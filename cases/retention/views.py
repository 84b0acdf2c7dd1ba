"""What falls due in a KI: the list with its decisions, the rules in force, and the receipts."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import Invalid
from app.policies import Actor, permits
from app.web.actors import current_actor
from app.web.pagination import page_number, page_urls
from cases.retention import pages, queries, services
from cases.retention.forms import ConfirmForm, DueForm, PickForm
from cases.retention.hindrances import Hindered
from cases.retention.kinds import ArchiveAnswer, ErasureBasis, ExtensionReason
from cases.retention.policies import RetentionPermission
from cases.retention.queries import Standing
from cases.services import record_list_read

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

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
    form = DueForm()
    _offered(actor, form)
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
    standings = _offered(actor, form)
    if not form.validate_on_submit():
        page = DueForm(formdata=None)
        page.cases.errors = form.cases.errors
        return _page(actor, page), 422
    if not request.form.get("asked") or not confirm.validate():
        return _confirmation(actor, standings, confirm if request.form.get("asked") else ConfirmForm(formdata=None))
    done = [_erased(actor, one.case.id) for one in standings]
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
    found = queries.overview(actor)
    may_list = permits(actor, RetentionPermission.LIST_CASES)
    if may_list and (found.due or found.soon):
        record_list_read(actor, case_ids=[one.case.id for one in [*found.due, *found.soon]])
    return render_template(
        "cases/retention/index.html",
        form=form,
        found=found,
        may_list=may_list,
        due=pages.lines(actor, found.due) if may_list else [],
        soon=pages.lines(actor, found.soon) if may_list else [],
        archive_step=queries.settings().archive_offer,
        backup_days=queries.settings().backup_days,
    )


def _offered(actor: Actor, form: PickForm) -> list[Standing]:
    """Where the posted cases stand; the form takes those of the actor's own house and no other."""
    posted = {UUID(value) for value in request.form.getlist("cases") if ID.fullmatch(value)}
    standings = queries.chosen(actor, posted)
    form.offer(str(one.case.id) for one in standings)
    return standings


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
