"""Counselling sessions of a case: the list, writing with autosave, completing, amending."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import Conflict, Invalid, NotFound, Unavailable, VersionConflict
from app.web.actors import current_actor
from cases.models import Case, CounsellingSession
from cases.policies import CasePermission
from cases.queries import get_case
from cases.services import read_case, record_read
from cases.sessions import merging, queries, services
from cases.sessions.forms import AmendForm, CompleteForm, SessionForm, read_version
from cases.sessions.queries import SessionView
from cases.sessions.rules import merge_texts
from cases.sessions.services import NextTask
from cases.tasks.queries import assignable

blueprint = Blueprint("sessions", __name__, url_prefix="/faelle/<uuid:case_id>/gespraeche")


@blueprint.get("")
def show(case_id: UUID) -> ResponseReturnValue:
    """Every talk with this family."""
    actor = current_actor()
    case = read_case(actor, case_id=case_id, part="sessions", permission=CasePermission.READ_NOTES)
    return render_template("cases/sessions/show.html", case=case, views=queries.sessions_of(actor, case))


@blueprint.post("")
def start(case_id: UUID) -> ResponseReturnValue:
    """Begin a talk now."""
    talk = services.start_session(current_actor(), case_id=case_id)
    return redirect(url_for("sessions.edit", case_id=case_id, session_id=talk.id), 303)


@blueprint.get("/<uuid:session_id>")
def edit(case_id: UUID, session_id: UUID) -> ResponseReturnValue:
    """The page a talk is written on; a completed one is read here."""
    actor = current_actor()
    case, talk = _talk(case_id, session_id, CasePermission.READ_NOTES)
    record_read(actor, case, "session")
    view = queries.session_view(actor, case, talk)
    if not view.is_draft:
        return _read_page(case, view, AmendForm())
    return _edit_page(case, view, SessionForm.of(view, queries.people_of(actor, case)))


@blueprint.post("/<uuid:session_id>")
def save(case_id: UUID, session_id: UUID) -> ResponseReturnValue:
    """Save the notes: by itself every few seconds (JSON), or by the button."""
    actor = current_actor()
    case, talk = _talk(case_id, session_id, CasePermission.WRITE_NOTES)
    form = SessionForm.of(queries.session_view(actor, case, talk), queries.people_of(actor, case))
    is_auto = request.headers.get("X-Requested-With") == "autosave"
    is_valid = form.validate()
    try:
        saved = services.save_notes(
            actor,
            session_id=session_id,
            notes=form.sheet(),
            expected=form.expected(),
            held_at=form.held_at(),
            minutes=form.length(),
        )
    except Conflict:
        return _conflict_page(case_id, session_id, form)
    except Unavailable:
        return _not_kept(case_id, session_id, form, is_auto=is_auto)
    if is_auto:
        return jsonify(version=saved.version, saved_at=saved.saved_at.isoformat())
    if not is_valid:
        form.version.data = str(saved.version)
        return _edit_page(case, queries.session_view(actor, case, talk), form)
    if "weiter" in request.form:
        return redirect(url_for("sessions.complete", case_id=case_id, session_id=session_id), 303)
    flash("Das Gespräch ist gespeichert.", "success")
    return redirect(url_for("sessions.edit", case_id=case_id, session_id=session_id), 303)


@blueprint.post("/<uuid:session_id>/zusammenfuehren")
def merge(case_id: UUID, session_id: UUID) -> ResponseReturnValue:
    """Bring a colleague's texts and the ones sent together, and go on writing in them."""
    actor = current_actor()
    case, talk = _talk(case_id, session_id, CasePermission.WRITE_NOTES)
    form = SessionForm.of(queries.session_view(actor, case, talk), queries.people_of(actor, case))
    try:
        services.merge_notes(actor, session_id=session_id, notes=form.sheet())
    except Conflict:
        return _conflict_page(case_id, session_id, form)
    flash("Beide Fassungen stehen jetzt untereinander. Bitte lesen Sie sie durch und kürzen Sie.", "success")
    return redirect(url_for("sessions.edit", case_id=case_id, session_id=session_id), 303)


@blueprint.route("/<uuid:session_id>/abschliessen", methods=["GET", "POST"])
def complete(case_id: UUID, session_id: UUID) -> ResponseReturnValue:
    """Close the notes with a result and the next tasks."""
    actor = current_actor()
    case, talk = _talk(case_id, session_id, CasePermission.WRITE_NOTES)
    view = queries.session_view(actor, case, talk)
    if not view.is_draft:
        return redirect(url_for("sessions.edit", case_id=case_id, session_id=session_id), 303)
    form = _complete_form(view)
    if not form.validate_on_submit():
        record_read(actor, case, "session")
        return _complete_page(case, view, form, status=422 if form.errors else 200)
    tasks = [
        NextTask(row.what.data, row.when.data, UUID(row.who.data) if row.who.data else None)
        for row in form.rows()
        if row.what.data
    ]
    try:
        services.complete_session(
            actor,
            session_id=session_id,
            results=form.results.data or "",
            next_steps=form.next_steps.data or "",
            expected=read_version(form.version.data),
            next_tasks=tasks,
        )
    except VersionConflict:
        return _completion_conflict(case_id, session_id, form)
    flash("Das Gespräch ist abgeschlossen.", "success")
    return redirect(url_for("sessions.edit", case_id=case_id, session_id=session_id), 303)


@blueprint.post("/<uuid:session_id>/nachtrag")
def amend(case_id: UUID, session_id: UUID) -> ResponseReturnValue:
    """Add to a completed talk; the text may also come from notes that were too late."""
    actor = current_actor()
    case, talk = _talk(case_id, session_id, CasePermission.WRITE_NOTES)
    view = queries.session_view(actor, case, talk)
    form = AmendForm()
    if "version" in request.form:
        late = SessionForm.of(view, queries.people_of(actor, case))
        form.text.data = merging.as_amendment(view.notes, late.sheet())
    elif not form.validate_on_submit():
        return _read_page(case, view, form)
    try:
        services.amend_session(actor, session_id=session_id, text=form.text.data or "")
    except Invalid:
        flash("Es gab nichts nachzutragen.", "info")
    else:
        flash("Der Nachtrag ist festgehalten.", "success")
    return redirect(url_for("sessions.edit", case_id=case_id, session_id=session_id), 303)


def _talk(case_id: UUID, session_id: UUID, permission: CasePermission) -> tuple[Case, CounsellingSession]:
    actor = current_actor()
    talk = queries.get_session(actor, session_id, permission)
    if talk.case_id != case_id:
        raise NotFound("session")
    return get_case(actor, case_id, permission), talk


def _edit_page(
    case: Case, view: SessionView, form: SessionForm, *, problem: str = "", status: int | None = None
) -> ResponseReturnValue:
    stored = queries.notes_of(current_actor(), view.talk.id)
    page = render_template(
        "cases/sessions/edit.html",
        case=case,
        view=view,
        form=form,
        writer=queries.writer_now(current_actor(), stored),
        problem=problem,
    )
    return page, status or (422 if form.errors else 200)


def _read_page(case: Case, view: SessionView, form: AmendForm) -> ResponseReturnValue:
    page = render_template("cases/sessions/read.html", case=case, view=view, form=form)
    return page, 422 if form.errors else 200


def _conflict_page(case_id: UUID, session_id: UUID, form: SessionForm) -> ResponseReturnValue:
    """Both texts side by side; this session's own script puts the part it needs into the page being written."""
    actor = current_actor()
    case, talk = _talk(case_id, session_id, CasePermission.WRITE_NOTES)
    record_read(actor, case, "session")
    view = queries.session_view(actor, case, talk)
    page = render_template(
        "cases/sessions/conflict.html",
        case=case,
        view=view,
        form=form,
        parts=merging.differences(view.notes, form.sheet()),
        page_errors=True,
    )
    return page, 409


def _not_kept(case_id: UUID, session_id: UUID, form: SessionForm, *, is_auto: bool) -> ResponseReturnValue:
    """The page again with everything that was typed: nothing could be written."""
    sentence = "Der Speicher ist voll oder nicht erreichbar. Ihr Text steht noch hier, ist aber nicht gespeichert."
    if is_auto:
        return jsonify(advice=sentence), 503
    case, talk = _talk(case_id, session_id, CasePermission.WRITE_NOTES)
    view = queries.session_view(current_actor(), case, talk)
    return _edit_page(case, view, form, problem=sentence, status=503)


def _complete_form(view: SessionView) -> CompleteForm:
    form = CompleteForm(version=str(view.version), results=view.notes.results, next_steps=view.notes.next_steps)
    choices = [("", "wer den Fall berät"), *((str(key), name) for key, name in assignable(current_actor()))]
    for row in form.rows():
        row.who.choices = choices
    return form


def _complete_page(
    case: Case, view: SessionView, form: CompleteForm, *, status: int, colleague: str = ""
) -> ResponseReturnValue:
    page = render_template("cases/sessions/complete.html", case=case, view=view, form=form, colleague=colleague)
    return page, status


def _completion_conflict(case_id: UUID, session_id: UUID, form: CompleteForm) -> ResponseReturnValue:
    """The form again with both people's result in it, to be read once more before completing."""
    actor = current_actor()
    case, talk = _talk(case_id, session_id, CasePermission.WRITE_NOTES)
    record_read(actor, case, "session")
    view = queries.session_view(actor, case, talk)
    title = f"Fassung von {view.author}"
    for field, theirs in ((form.results, view.notes.results), (form.next_steps, view.notes.next_steps)):
        field.data = merge_texts(theirs, field.data or "", their_title=title, my_title="Meine Fassung")
    form.version.data = str(view.version)
    return _complete_page(case, view, form, status=409, colleague=view.author)
