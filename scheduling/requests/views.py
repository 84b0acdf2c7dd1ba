"""The inbox of requests: who asks, whom the house may know already, and what becomes of it; and trusted telephones."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.errors import NotFound, WrongState
from app.policies import permits
from app.web.actors import current_actor
from cases.duplicates.listing import named
from cases.duplicates.policies import DuplicatePermission
from cases.duplicates.services import Unmergeable
from scheduling.policies import SchedulingPermission
from scheduling.requests import phones, queries, services
from scheduling.requests.forms import DeclineForm, JoinForm, TrustForm
from scheduling.requests.queries import get_request
from scheduling.requests.states import DeclineReason

blueprint = Blueprint("requests", __name__, url_prefix="/termine")

DECIDED = "Diese Anfrage hat schon jemand bearbeitet."


@blueprint.get("/anfragen")
def index() -> ResponseReturnValue:
    """The requests that wait."""
    actor = current_actor()
    lines = queries.inbox(actor)
    services.note_inbox_read(actor, case_ids=[line.request.case_id for line in lines])
    return render_template(
        "scheduling/requests/index.html",
        lines=lines,
        is_open=queries.is_page_open(actor),
        may_manage=permits(actor, SchedulingPermission.MANAGE_RESOURCES),
    )


@blueprint.get("/anfragen/<uuid:request_id>")
def show(request_id: UUID) -> ResponseReturnValue:
    """One request beside the cases that may be the same family."""
    return _show(request_id, DeclineForm(formdata=None), JoinForm(formdata=None))


@blueprint.post("/anfragen/<uuid:request_id>/neuer-fall")
def take(request_id: UUID) -> ResponseReturnValue:
    """Make it a new case."""
    try:
        case = services.take(current_actor(), request_id=request_id)
    except WrongState:
        return _decided()
    flash(f"Der Fall {case.reference} ist angelegt. Der Termin der Familie gehört dazu.", "success")
    return redirect(url_for("cases.show", case_id=case.id), 303)


@blueprint.post("/anfragen/<uuid:request_id>/gehoert-zu")
def join(request_id: UUID) -> ResponseReturnValue:
    """Let it go into a case the house knows, named by its number."""
    actor, form = current_actor(), JoinForm()
    if not form.validate_on_submit():
        return _show(request_id, DeclineForm(formdata=None), form)
    kept_id = named(actor, form.reference.data or "")
    if kept_id is None:
        form.reference.errors = ["Zu dieser Nummer gibt es keinen Fall, den Sie bearbeiten dürfen."]
        return _show(request_id, DeclineForm(formdata=None), form)
    try:
        case = services.join(actor, request_id=request_id, kept_id=kept_id)
    except WrongState:
        return _decided()
    except NotFound:
        form.reference.errors = ["Diesen Fall dürfen Sie nicht bearbeiten. Bitte fragen Sie, wer ihn berät."]
        return _show(request_id, DeclineForm(formdata=None), form)
    except Unmergeable as error:
        form.form_errors.extend(error.sentences)
        return _show(request_id, DeclineForm(formdata=None), form)
    flash(f"Die Anfrage gehört jetzt zum Fall {case.reference}. Das lässt sich dort 30 Tage lang trennen.", "success")
    return redirect(url_for("cases.show", case_id=case.id), 303)


@blueprint.post("/anfragen/<uuid:request_id>/ablehnen")
def decline(request_id: UUID) -> ResponseReturnValue:
    """Say no, for a reason of the list."""
    form = DeclineForm()
    if not form.validate_on_submit():
        return _show(request_id, form, JoinForm(formdata=None))
    try:
        services.decline(current_actor(), request_id=request_id, reason=DeclineReason(form.reason.data))
    except WrongState:
        return _decided()
    flash("Die Anfrage ist abgelehnt, die Zeit ist wieder frei. In 7 Tagen wird sie gelöscht.", "success")
    return redirect(url_for("requests.index"), 303)


@blueprint.route("/vertraute-nummern", methods=["GET", "POST"])
def trusted() -> ResponseReturnValue:
    """Telephones of schools and shelters that may book for many families."""
    actor, form = current_actor(), TrustForm()
    known = queries.trusted_phones(actor)
    if form.validate_on_submit():
        phones.trust(actor, phone=form.phone.data or "", label=form.label.data or "")
        flash("Diese Nummer darf für viele Familien buchen.", "success")
        return redirect(url_for("requests.trusted"), 303)
    return render_template("scheduling/requests/phones.html", form=form, phones=known), 422 if form.errors else 200


@blueprint.post("/vertraute-nummern/<uuid:phone_id>/entfernen")
def untrust(phone_id: UUID) -> ResponseReturnValue:
    """Take a telephone off the list."""
    phones.trust_no_more(current_actor(), phone_id=phone_id)
    flash("Für diese Nummer gilt wieder die Grenze.", "success")
    return redirect(url_for("requests.trusted"), 303)


def _show(request_id: UUID, decline_form: DeclineForm, join_form: JoinForm) -> ResponseReturnValue:
    actor = current_actor()
    services.note_read(actor, request_id=request_id)
    line, _ = get_request(actor, request_id)
    suspects = queries.known_families(actor, line)
    in_error = decline_form.errors or join_form.errors or join_form.form_errors
    return render_template(
        "scheduling/requests/show.html",
        line=line,
        suspects=suspects,
        namesakes=queries.namesakes(actor, line, apart_from={suspect.case_id for suspect in suspects}),
        decline_form=decline_form,
        join_form=join_form,
        may_join=permits(actor, DuplicatePermission.LIST),
    ), 422 if in_error else 200


def _decided() -> ResponseReturnValue:
    flash(DECIDED, "warning")
    return redirect(url_for("requests.index"), 303)
