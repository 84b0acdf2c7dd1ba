"""The tab on rights: the extract, what the family gave itself, and the register of requests."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import Conflict, Invalid
from app.web.actors import current_actor
from cases.queries import get_case
from cases.rights import exporting, hooks, queries, registering
from cases.rights.extract import all_sections
from cases.rights.forms import AnswerForm, ExtendForm, ExtractForm, RequestForm
from cases.rights.kinds import RequestState, RightKind
from cases.rights.policies import RightsPermission
from cases.rights.sheets import RequestSheet
from cases.services import read_case

blueprint = Blueprint("rights", __name__, url_prefix="/faelle/<uuid:case_id>/rechte")

SENTENCES = {
    "future": "Dieses Datum liegt in der Zukunft.",
    "out_of_order": "Dieser Tag liegt vor dem Eingang oder in der Zukunft.",
    "required": "Bitte schreiben Sie den Grund dazu.",
    "too_late": "Die Frist ist schon abgelaufen. Sie lässt sich nur vorher verlängern.",
}
TYPES = {"pdf": "application/pdf", "json": "application/json", "zip": "application/zip", "csv": "text/csv"}


@blueprint.get("")
def show(case_id: UUID) -> ResponseReturnValue:
    """What the family can ask for, what it asked for, and who got its data."""
    return _page(case_id)


@blueprint.post("/auskunft")
def extract(case_id: UUID) -> ResponseReturnValue:
    """Hand out the extract."""
    form = _extract_form()
    if "alles" in request.form and request.form.get("form") in TYPES:
        return _handed_out(case_id, request.form["form"], None)
    if not form.validate_on_submit():
        return _page(case_id, extract_form=form)
    return _handed_out(case_id, str(form.form.data), frozenset(form.parts.data or []))


@blueprint.get("/auskunft")
def read(case_id: UUID) -> ResponseReturnValue:
    """The extract as a page: for screen readers, and to go through it together."""
    case, found = exporting.preview(current_actor(), case_id=case_id)
    return render_template("cases/rights/extract.html", case=case, extract=found)


@blueprint.post("/uebertragen/<any(json, csv):form>")
def portable(case_id: UUID, form: str) -> ResponseReturnValue:
    """What the family gave itself, to take elsewhere."""
    make = exporting.portable_csv if form == "csv" else exporting.portable_json
    return _download(make(current_actor(), case_id=case_id), "eigene-daten", form)


@blueprint.route("/antraege/neu", methods=["GET", "POST"])
def record(case_id: UUID) -> ResponseReturnValue:
    """Take a request down."""
    actor = current_actor()
    case = read_case(actor, case_id=case_id, part="rights", permission=RightsPermission.MANAGE)
    form = RequestForm(received_on=clock.today())
    if form.validate_on_submit():
        sheet = RequestSheet(
            asked_by=form.asked_by.data or "", wish=form.wish.data or "", evidence=form.evidence.data or ""
        )
        kind, day = RightKind(form.kind.data), form.received_on.data
        try:
            registering.record_request(actor, case_id=case_id, kind=kind, received_on=day, sheet=sheet)
        except Invalid as error:
            form[error.field].errors = [SENTENCES[error.code]]
        else:
            flash("Der Antrag ist festgehalten. Die Frist steht in den Aufgaben.", "success")
            return redirect(url_for("rights.show", case_id=case_id), 303)
    return render_template("cases/rights/request.html", case=case, form=form), 422 if form.errors else 200


@blueprint.route("/antraege/<uuid:request_id>", methods=["GET", "POST"])
def answer(case_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Note what the family was told."""
    actor = current_actor()
    case = read_case(actor, case_id=case_id, part="rights", permission=RightsPermission.MANAGE)
    line = queries.request_of(actor, case, request_id)
    form = AnswerForm(answered_on=clock.today())
    if form.validate_on_submit():
        state, told, on = RequestState(form.state.data), form.answer.data or "", form.answered_on.data
        try:
            registering.answer_request(actor, case_id=case_id, request_id=request_id, state=state, answer=told, on=on)
        except Invalid as error:
            form[error.field].errors = [SENTENCES[error.code]]
        except Conflict:
            flash("Der Antrag ist schon beantwortet.", "info")
            return redirect(url_for("rights.show", case_id=case_id), 303)
        else:
            flash("Die Antwort ist festgehalten.", "success")
            return redirect(url_for("rights.show", case_id=case_id), 303)
    values = {"case": case, "line": line, "form": form, "extend_form": ExtendForm(formdata=None)}
    return render_template("cases/rights/answer.html", **values), 422 if form.errors else 200


@blueprint.post("/antraege/<uuid:request_id>/verlaengern")
def extend(case_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Take two months more, with the reason the family was told."""
    actor = current_actor()
    case = get_case(actor, case_id, RightsPermission.MANAGE)
    form = ExtendForm()
    if form.validate_on_submit():
        try:
            because = form.extension.data or ""
            registering.extend_request(actor, case_id=case_id, request_id=request_id, because=because)
        except Invalid as error:
            form.extension.errors = [SENTENCES[error.code]]
        except Conflict:
            flash("Die Frist ist schon verlängert, oder der Antrag ist beantwortet.", "info")
            return redirect(url_for("rights.show", case_id=case_id), 303)
        else:
            flash("Die Frist ist verlängert.", "success")
            return redirect(url_for("rights.show", case_id=case_id), 303)
    line = queries.request_of(actor, case, request_id)
    answer_form = AnswerForm(formdata=None, answered_on=clock.today())
    values = {"case": case, "line": line, "form": answer_form, "extend_form": form}
    return render_template("cases/rights/answer.html", **values, page_errors=True), 422


def _page(case_id: UUID, extract_form: ExtractForm | None = None) -> ResponseReturnValue:
    actor = current_actor()
    case = read_case(actor, case_id=case_id, part="rights", permission=RightsPermission.MANAGE)
    form = extract_form or _extract_form()
    return render_template(
        "cases/rights/show.html",
        case=case,
        form=form,
        requests=queries.requests_of(actor, case),
        history=queries.history_of(actor, case),
        recipients=hooks.recipients_of(case),
        keeping=hooks.keeping_of(case),
    ), 422 if form.errors else 200


def _handed_out(case_id: UUID, form: str, chosen: frozenset[str] | None) -> Response:
    actor = current_actor()
    if form == "zip":
        pieces = exporting.extract_zip(actor, case_id=case_id, chosen=chosen)
        return _download(stream_with_context(pieces), "auskunft", "zip")
    make = exporting.extract_json if form == "json" else exporting.extract_pdf
    return _download(make(actor, case_id=case_id, chosen=chosen), "auskunft", form)


def _extract_form() -> ExtractForm:
    form = ExtractForm(parts=[key for key, _ in _parts()])
    form.parts.choices = _parts()
    return form


def _parts() -> list[tuple[str, str]]:
    return [(section.key, section.title) for section in all_sections()]


def _download(content: object, name: str, form: str) -> Response:
    """A file whose name says nothing of the family; no copy stays in the browser's cache."""
    response = Response(content, content_type=TYPES[form])  # type: ignore[arg-type]
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{form}")
    response.headers["Cache-Control"] = "no-store"
    return response
