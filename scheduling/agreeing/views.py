"""The tab "Termine" of a case: invite, print the letter, book for a caller, move, call off."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from app import clock
from app.errors import NotFound
from app.web.actors import current_actor
from cases.models import Case
from cases.policies import CasePermission
from cases.queries import get_case
from cases.services import read_case
from scheduling import queries, services
from scheduling.agreeing.asked import asked_day, asked_kind, contact_of, details_of, starting
from scheduling.agreeing.forms import BookForm, InviteForm, MoveForm
from scheduling.agreeing.queries import appointments_of, invitations_of, offers
from scheduling.booking import services as invitations
from scheduling.booking.links import written_language
from scheduling.booking.pages import qr_code
from scheduling.booking.texts import PHONE
from scheduling.gate import lacks_papers
from scheduling.models import Appointment
from scheduling.offering.queries import setting_of, settings_of
from scheduling.queries import Needs
from scheduling.states import AppointmentKind

blueprint = Blueprint("appointments", __name__, url_prefix="/faelle/<uuid:case_id>/termine")

TAKEN = "Diese Zeit ist inzwischen vergeben oder nicht mehr möglich. Bitte wählen Sie eine andere."


@blueprint.get("")
def show(case_id: UUID) -> ResponseReturnValue:
    """Appointments and invitations of the family."""
    case = read_case(current_actor(), case_id=case_id, part="appointments", permission=CasePermission.INVITE)
    return _show(case, _invite_form(case))


@blueprint.post("/einladen")
def invite(case_id: UUID) -> ResponseReturnValue:
    """Send or print a link with which the family books by itself."""
    actor = current_actor()
    case = get_case(actor, case_id, CasePermission.INVITE)
    form = _invite_form(case)
    if not form.validate_on_submit():
        return _show(case, form)
    kind = AppointmentKind(form.kind.data)
    try:
        invited = invitations.invite(actor, case_id=case_id, kind=kind, without_papers=form.reason)
    except invitations.HasAppointment:
        form.form_errors.append("Die Familie hat schon einen Termin. Verschieben Sie ihn oder sagen Sie ihn ab.")
        return _show(case, form)
    sent = "Die Einladung geht per E-Mail hinaus." if invited.by_mail else "Drucken Sie jetzt den Brief."
    flash(f"Die Familie ist eingeladen. {sent}", "success")
    return redirect(url_for("appointments.show", case_id=case_id), 303)


@blueprint.post("/einladung/<uuid:invitation_id>/zurueckziehen")
def revoke(case_id: UUID, invitation_id: UUID) -> ResponseReturnValue:
    """Make a link useless."""
    invitations.revoke(current_actor(), case_id=case_id, invitation_id=invitation_id)
    flash("Der Link gilt nicht mehr.", "success")
    return redirect(url_for("appointments.show", case_id=case_id), 303)


@blueprint.get("/einladung/<uuid:invitation_id>/brief")
def letter(case_id: UUID, invitation_id: UUID) -> ResponseReturnValue:
    """The invitation as a letter with its QR code, in the family's language and in German."""
    case = read_case(current_actor(), case_id=case_id, part="invitation", permission=CasePermission.INVITE)
    found = next((each for each in invitations_of(case) if each.invitation.id == invitation_id), None)
    if found is None:
        raise NotFound("invitation")
    family = queries.family_of(case)
    code = written_language(family.letter_language or family.language)
    with force_locale(code):
        return render_template(
            "scheduling/letter.html",
            family=family, open_invitation=found, qr=qr_code(found.url), code=code, phone=PHONE, today=clock.today(),
            minutes=queries.needs_of(case, found.invitation.kind).minutes,
        )  # fmt: skip


@blueprint.route("/neu", methods=["GET", "POST"])
def new(case_id: UUID) -> ResponseReturnValue:
    """Book for a caller: the first free times as a list."""
    actor = current_actor()
    case = read_case(actor, case_id=case_id, part="booking", permission=CasePermission.INVITE)
    kind = asked_kind()
    setting = setting_of(case.organisation_id, kind)
    form = BookForm(data=contact_of(case), lacks_papers=lacks_papers(case, setting))
    status, gone = 422 if form.is_submitted() else 200, None
    if form.validate_on_submit():
        try:
            services.book(
                actor, case_id=case_id, kind=kind, starts=starting(form.starts.data), details=details_of(case, form),
                without_papers=form.reason,
            )  # fmt: skip
        except services.SlotTaken:
            form.form_errors.append(TAKEN)
            status, gone = 409, starting(form.starts.data)
        except services.AlreadyBooked:
            form.form_errors.append("Die Familie hat schon einen Termin. Verschieben Sie ihn oder sagen Sie ihn ab.")
            status = 409
        else:
            flash("Der Termin ist gebucht. Der Code für die Familie steht unten beim Termin.", "success")
            return redirect(url_for("appointments.show", case_id=case_id), 303)
    return _times_page("scheduling/new.html", case, form, queries.needs_of(case, kind), gone=gone), status


@blueprint.route("/<uuid:appointment_id>/verschieben", methods=["GET", "POST"])
def move(case_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    """Another time for the same appointment."""
    actor = current_actor()
    appointment, case = queries.get_appointment(actor, appointment_id)
    if case.id != case_id:
        raise NotFound("appointment")
    form = MoveForm()
    status, gone = 422 if form.is_submitted() else 200, None
    if form.validate_on_submit():
        try:
            services.move(actor, appointment_id=appointment_id, starts=starting(form.starts.data))
        except services.SlotTaken:
            form.form_errors.append(TAKEN)
            status, gone = 409, starting(form.starts.data)
        else:
            flash("Der Termin ist verschoben. Die Familie bekommt eine Nachricht, wenn sie das möchte.", "success")
            return redirect(url_for("appointments.show", case_id=case_id), 303)
    needs = queries.needs_of(case, appointment.kind, queries.wishes_of(appointment))
    return _times_page("scheduling/move.html", case, form, needs, gone=gone, appointment=appointment), status


@blueprint.post("/<uuid:appointment_id>/absagen")
def cancel(case_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    """Call an appointment off."""
    _, case = queries.get_appointment(current_actor(), appointment_id)
    if case.id != case_id:
        raise NotFound("appointment")
    services.cancel(current_actor(), appointment_id=appointment_id)
    flash("Der Termin ist abgesagt, die Zeit ist wieder frei.", "success")
    return redirect(url_for("appointments.show", case_id=case_id), 303)


def _invite_form(case: Case) -> InviteForm:
    """What families may be invited to; only where the chosen kind wants papers a reason is asked for."""
    settings = settings_of(case.organisation_id)
    kinds = [kind for kind, setting in settings.items() if setting.is_bookable_by_families]
    chosen = next((kind for kind in kinds if kind.value == request.form.get("kind")), None)
    return InviteForm(kinds=kinds, lacks_papers=lacks_papers(case, settings[chosen] if chosen else None))


def _show(case: Case, form: InviteForm) -> ResponseReturnValue:
    lines = appointments_of(case)
    return render_template(
        "scheduling/case.html",
        case=case,
        form=form,
        upcoming=[line for line in lines if line.is_open],
        past=[line for line in lines if not line.is_open],
        invitations=invitations_of(case),
        lacks_papers=lacks_papers(case),
        written_language=written_language,
    ), 422 if form.errors or form.form_errors else 200


def _times_page(
    template: str,
    case: Case,
    form: BookForm | MoveForm,
    needs: Needs,
    *,
    gone: datetime | None,
    appointment: Appointment | None = None,
) -> str:
    """The first free times from the day asked for; after one that is gone, those nearest to it."""
    policy, own = queries.policy_of(current_actor(), needs.setting), [appointment.id] if appointment else []
    days, later = offers(needs, policy=policy, start=asked_day(), own=own, gone=gone)
    return render_template(
        template, case=case, form=form, kind=needs.kind, kinds=list(AppointmentKind), needs=needs, days=days,
        later=later, start=asked_day(), appointment=appointment,
    )  # fmt: skip
