"""The checklist of a case: states, files, and the message that names what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, cast
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from app.data.scanning import ScanState
from app.errors import Invalid, NotFound, StorageFull
from app.policies import permits
from app.web import languages
from app.web.actors import current_actor
from cases.documents import checking, file_types, queries, services
from cases.documents.forms import AskForm, UploadForm
from cases.documents.letters import compose
from cases.kinds import DocumentKind
from cases.models import Attachment, Document
from cases.policies import CasePermission
from cases.queries import contact_of, get_case, summary_of
from cases.services import read_case, record_read
from cases.states import DocumentState

blueprint = Blueprint("documents", __name__, url_prefix="/faelle/<uuid:case_id>/unterlagen")

SENTENCES = {
    "wrong_type": "Diese Art von Datei nehmen wir nicht an. Möglich sind PDF, JPEG, PNG und HEIC.",
    "too_large": "Diese Datei ist größer als 25 MB. Bitte wählen Sie ein Foto in geringerer Auflösung.",
    "empty": "Diese Datei ist leer. Bitte wählen Sie sie noch einmal aus.",
    "infected": "In dieser Datei steckt ein Virus. Sie ist nicht gespeichert. Bitte lassen Sie sich das Papier noch "
    "einmal schicken, am besten als Foto.",
    "unchecked": "Diese Datei ist noch nicht auf Viren geprüft und darum gesperrt. Das wird von selbst nachgeholt.",
    "storage_full": "Der Speicher ist voll: Diese Datei ist nicht gespeichert, alles davor schon. "
    "Bitte rufen Sie die Technik an.",
    "already_asked": "Diese Unterlage steht schon auf der Liste.",
    "nothing_missing": "Es fehlt nichts mehr.",
    "no_address": "Zu dieser Familie gibt es keine E-Mail-Adresse. Bitte drucken Sie den Brief.",
    "no_consent": "Die Familie hat E-Mails noch nicht zugestimmt. Bitte drucken Sie den Brief.",
}


CHECKED = {
    ScanState.CLEAN: ("In der Datei wurde kein Virus gefunden.", "success"),
    ScanState.INFECTED: (
        "In der Datei steckt ein Virus. Sie ist gelöscht, das Papier fehlt wieder.",
        "danger",
    ),
    ScanState.UNCHECKED: (
        "Der Virenscanner antwortet gerade nicht. Die Prüfung wird von selbst nachgeholt.",
        "warning",
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that was not kept, as the page tells of it."""

    name: str
    sentence: str


@blueprint.get("")
def show(case_id: UUID) -> ResponseReturnValue:
    """The checklist; on the first look, and when a child came along, its papers are asked for."""
    actor = current_actor()
    case = read_case(actor, case_id=case_id, part="documents")
    if permits(actor, CasePermission.MANAGE_DOCUMENTS, case):
        services.start_checklist(actor, case_id=case_id)
    return _page(case_id)


@blueprint.post("/<uuid:document_id>/stand")
def change_state(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Say where one paper stands."""
    _document(case_id, document_id)
    state = request.form.get("state", "")
    if state not in set(DocumentState):
        abort(400)
    services.set_state(current_actor(), document_id=document_id, state=DocumentState(state))
    return redirect(url_for("documents.show", case_id=case_id, _anchor=f"papier-{document_id}"), 303)


@blueprint.post("/<uuid:document_id>/dateien")
def upload(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Keep files for one paper; those that cannot be kept are named, the others are kept all the same."""
    _document(case_id, document_id)
    form = UploadForm()
    if not form.validate_on_submit():
        return _page(case_id, [Problem("", "Die Seite war zu lange offen. Bitte laden Sie sie neu.")])
    chosen = [file for file in form.files.data or [] if isinstance(file, FileStorage) and file.filename]
    if not chosen:
        return _page(case_id, [Problem("", "Bitte wählen Sie zuerst eine Datei aus.")])
    problems = [problem for file in chosen if (problem := _keep(document_id, file)) is not None]
    kept = len(chosen) - len(problems)
    if kept:
        flash("Die Datei ist gespeichert." if kept == 1 else f"{kept} Dateien sind gespeichert.", "success")
    if problems:
        return _page(case_id, problems)
    return redirect(url_for("documents.show", case_id=case_id, _anchor=f"papier-{document_id}"), 303)


@blueprint.get("/dateien/<uuid:attachment_id>")
def download(case_id: UUID, attachment_id: UUID) -> ResponseReturnValue:
    """Hand out one file, never shown inside our pages."""
    _attachment(case_id, attachment_id)
    try:
        attachment, name, chunks = services.open_attachment(current_actor(), attachment_id=attachment_id)
    except Invalid as error:
        return _page(case_id, [Problem("", SENTENCES[error.code])])
    response = Response(stream_with_context(chunks), content_type=attachment.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=_safe_name(name, attachment.media_type))
    response.headers["Content-Length"] = str(attachment.size)
    return response


@blueprint.post("/dateien/<uuid:attachment_id>/pruefen")
def check(case_id: UUID, attachment_id: UUID) -> ResponseReturnValue:
    """Ask the virus scanner for a file it has not seen yet."""
    _attachment(case_id, attachment_id)
    said = checking.check_again(current_actor(), attachment_id=attachment_id)
    text, tone = CHECKED[said]
    flash(text, tone)
    return redirect(url_for("documents.show", case_id=case_id), 303)


@blueprint.post("/dateien/<uuid:attachment_id>/loeschen")
def remove(case_id: UUID, attachment_id: UUID) -> ResponseReturnValue:
    """Delete one file."""
    attachment = _attachment(case_id, attachment_id)
    document_id = attachment.document_id
    services.remove_attachment(current_actor(), attachment_id=attachment_id)
    flash("Die Datei ist gelöscht.", "success")
    return redirect(url_for("documents.show", case_id=case_id, _anchor=f"papier-{document_id}"), 303)


@blueprint.post("/weitere")
def ask(case_id: UUID) -> ResponseReturnValue:
    """Put one more paper on the list."""
    actor = current_actor()
    get_case(actor, case_id, CasePermission.MANAGE_DOCUMENTS)
    form = _ask_form(case_id)
    if form.validate_on_submit():
        child_id = UUID(form.child_id.data) if form.child_id.data else None
        kind, is_required = DocumentKind(form.kind.data), bool(form.is_required.data)
        try:
            services.ask_for(actor, case_id=case_id, kind=kind, child_id=child_id, is_required=is_required)
        except Invalid as error:
            form.kind.errors = [SENTENCES[error.code]]
        else:
            return redirect(url_for("documents.show", case_id=case_id), 303)
    return _page(case_id, ask_form=form)


@blueprint.route("/anfordern", methods=["GET", "POST"])
def request_missing(case_id: UUID) -> ResponseReturnValue:
    """Show the message that names the missing papers, and send it."""
    actor = current_actor()
    case = get_case(actor, case_id, CasePermission.MANAGE_DOCUMENTS)
    problem = None
    if request.method == "POST":
        try:
            message = services.request_missing(actor, case_id=case_id)
        except Invalid as error:
            problem = SENTENCES[error.code]
        else:
            text = (
                "Die Nachricht geht an die Familie." if message else "Diese Nachricht ging heute schon an die Familie."
            )
            flash(text, "success" if message else "info")
            return redirect(url_for("documents.show", case_id=case_id), 303)
    record_read(actor, case, "documents_request")
    contact = contact_of(actor, case)
    missing = queries.wanted(queries.documents_of(case_id))
    return render_template(
        "cases/documents/request.html",
        case=case,
        letter=compose(actor, case, missing, contact.letter_language),
        contact=contact,
        may_write=queries.may_write_email(case_id),
        languages=languages.active_languages(),
        missing=missing,
        problem=problem,
        page_errors=problem is not None,
    ), 422 if problem else 200


@blueprint.get("/brief/<language_code>")
def letter(case_id: UUID, language_code: str) -> ResponseReturnValue:
    """The same message on paper."""
    actor = current_actor()
    case = read_case(actor, case_id=case_id, part="documents_letter", permission=CasePermission.MANAGE_DOCUMENTS)
    missing = queries.wanted(queries.documents_of(case_id))
    composed = compose(actor, case, missing, language_code)
    if composed.language != language_code:
        abort(404)
    return render_template("cases/documents/letter.html", case=case, letter=composed)


def _page(case_id: UUID, problems: list[Problem] | None = None, ask_form: AskForm | None = None) -> ResponseReturnValue:
    actor = current_actor()
    case = get_case(actor, case_id)
    documents = queries.documents_of(case_id)
    is_bad = bool(problems or (ask_form and ask_form.errors))
    return render_template(
        "cases/documents/show.html",
        case=case,
        groups=queries.checklist(actor, case),
        progress=queries.progress(documents),
        missing=queries.wanted(documents),
        may_manage=permits(actor, CasePermission.MANAGE_DOCUMENTS, case),
        upload_form=UploadForm(),
        ask_form=ask_form or _ask_form(case_id),
        type_of=file_types.by_media_type,
        is_held_back=checking.is_held_back,
        problems=problems or [],
        page_errors=is_bad,
    ), _status(problems, is_bad)


def _status(problems: list[Problem] | None, is_bad: bool) -> int:
    if any(problem.sentence == SENTENCES["storage_full"] for problem in problems or []):
        return 503
    return 422 if is_bad else 200


def _keep(document_id: UUID, file: FileStorage) -> Problem | None:
    """Keep one file, or answer why not."""
    name = file.filename or ""
    try:
        services.attach(current_actor(), document_id=document_id, name=name, source=cast(BinaryIO, file.stream))
    except Invalid as error:
        return Problem(name, SENTENCES[error.code])
    except StorageFull:
        return Problem(name, SENTENCES["storage_full"])
    return None


def _ask_form(case_id: UUID) -> AskForm:
    actor = current_actor()
    form = AskForm()
    children = summary_of(actor, get_case(actor, case_id)).children
    form.child_id.choices = [("", "die ganze Familie"), *((line.child_id, line.name) for line in children)]
    return form


def _document(case_id: UUID, document_id: UUID) -> Document:
    document = queries.get_document(current_actor(), document_id)
    if document.case_id != case_id:
        raise NotFound("document")
    return document


def _attachment(case_id: UUID, attachment_id: UUID) -> Attachment:
    attachment = queries.get_attachment(current_actor(), attachment_id, CasePermission.READ)
    if attachment.case_id != case_id:
        raise NotFound("attachment")
    return attachment


def _safe_name(name: str, media_type: str) -> str:
    """The name with the ending that fits its content: a browser opens by ending what nobody checked."""
    known = file_types.by_media_type(media_type)
    ending = f".{known.ending}" if known else ""
    stem = name.rpartition(".")[0] or name
    return f"{stem}{ending}"
