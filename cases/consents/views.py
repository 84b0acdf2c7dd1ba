"""Consents of a case: the list, recording one, its withdrawal, and the notice in the family's language."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts import queries as people
from app.errors import Invalid, NotFound
from app.policies import OrganisationKind
from app.web import languages
from app.web.actors import current_actor
from cases.consents import notice as notices
from cases.consents import queries, services
from cases.consents.forms import FORM_LABELS, ConsentForm, WithdrawForm
from cases.kinds import ConsentPurpose, LegalBasis
from cases.models import Case
from cases.policies import CasePermission
from cases.queries import contact_of, get_case, guardians_of
from cases.services import read_case, record_read
from cases.sheets import ConsentDetail

blueprint = Blueprint("consents", __name__, url_prefix="/faelle/<uuid:case_id>/einwilligungen")

SENTENCES = {
    "needs_consent": "Für diesen Zweck reicht das Gesetz nicht aus: Er braucht die Einwilligung der Familie.",
    "future": "Dieses Datum liegt in der Zukunft.",
    "before_given": "Das Ende liegt vor dem Tag der Zustimmung.",
    "unknown": "Diese Stelle gibt es nicht mehr. Bitte wählen Sie eine andere.",
    "required": "Bitte wählen Sie die Stelle aus, die den Fall bekommen soll.",
    "not_withdrawable": "Was auf dem Gesetz beruht, lässt sich nicht widerrufen.",
    "out_of_order": "Der Widerruf liegt nicht zwischen dem Tag der Zustimmung und heute.",
}

WHAT_ENDS = {
    ConsentPurpose.COLLECTION: "Nachrichten, offene Einladungen und der Zugang zu Gesundheitsangaben. Eine Aufgabe "
    "fragt, was zu löschen ist.",
    ConsentPurpose.SCHOOL_AUTHORITY: "Weitergaben an die Schulaufsicht: Was dort liegt, wird zurückgezogen.",
    ConsentPurpose.SCHOOL: "Weitergaben an die Schule. Eine Aufgabe erinnert daran, es ihr mitzuteilen.",
    ConsentPurpose.HEALTH_OFFICE: "Weitergaben an das Gesundheitsamt. Eine Aufgabe erinnert daran, es ihm mitzuteilen.",
    ConsentPurpose.KIM_HANDOVER: "Angebote an KIM und der Zugriff von KIM auf diesen Fall.",
    ConsentPurpose.CONTACT_EMAIL: "Alle E-Mails, auch Bestätigungen und Erinnerungen.",
    ConsentPurpose.CONTACT_SMS: "Alle SMS, auch Bestätigungen und Erinnerungen.",
    ConsentPurpose.INTERPRETER: "Die Buchung von Sprachmittlung, auch für vereinbarte Termine.",
    ConsentPurpose.HEALTH: "Der Zugang zu den Gesundheitsangaben. Eine Aufgabe fragt, was zu löschen ist.",
}


@blueprint.get("")
def show(case_id: UUID) -> ResponseReturnValue:
    """What the family agreed to, and what is still missing."""
    actor = current_actor()
    case = read_case(actor, case_id=case_id, part="consents", permission=CasePermission.READ_CONSENTS)
    lines = queries.consents_of(actor, case, today=clock.today())
    return render_template(
        "cases/consents/show.html",
        case=case,
        lines=lines,
        missing=queries.missing_purposes(lines),
        how=FORM_LABELS,
        notice_language=_readable(contact_of(actor, case).letter_language),
        languages=languages.active_languages(),
    )


@blueprint.route("/neu", methods=["GET", "POST"])
def record(case_id: UUID) -> ResponseReturnValue:
    """Record one consent."""
    actor = current_actor()
    case = get_case(actor, case_id, CasePermission.MANAGE_CONSENTS)
    form = _form_for(case)
    if form.validate_on_submit():
        try:
            services.record_consent(actor, case_id=case_id, **_input(form))
        except Invalid as error:
            form[error.field].errors = [SENTENCES[error.code]]
        else:
            flash("Die Einwilligung ist festgehalten.", "success")
            return redirect(url_for("consents.show", case_id=case_id), 303)
    record_read(actor, case, "consents")
    return render_template("cases/consents/record.html", case=case, form=form), 422 if form.errors else 200


@blueprint.route("/<uuid:consent_id>/widerruf", methods=["GET", "POST"])
def withdraw(case_id: UUID, consent_id: UUID) -> ResponseReturnValue:
    """Withdraw one consent, after showing what stops."""
    actor = current_actor()
    consent = queries.get_consent(actor, consent_id, CasePermission.MANAGE_CONSENTS)
    if consent.case_id != case_id:
        abort(404)
    form = WithdrawForm(withdrawn_on=clock.today())
    if form.validate_on_submit():
        try:
            services.withdraw_consent(actor, consent_id=consent_id, on=form.withdrawn_on.data)
        except Invalid as error:
            form.withdrawn_on.errors = [SENTENCES[error.code]]
        else:
            flash("Der Widerruf ist festgehalten. Was darauf beruhte, läuft nicht weiter.", "success")
            return redirect(_after_withdrawal(case_id), 303)
    case = get_case(actor, case_id, CasePermission.MANAGE_CONSENTS)
    record_read(actor, case, "consents")
    return render_template(
        "cases/consents/withdraw.html", case=case, consent=consent, form=form, what_ends=WHAT_ENDS[consent.purpose]
    ), 422 if form.errors else 200


@blueprint.get("/hinweis/<language_code>")
def notice(case_id: UUID, language_code: str) -> ResponseReturnValue:
    """The notice of Art. 13 GDPR on paper, in the family's language with the German beside it."""
    case = read_case(current_actor(), case_id=case_id, part="notice", permission=CasePermission.READ_CONSENTS)
    if _readable(language_code) != language_code:
        abort(404)
    house = people.organisation(case.organisation_id)
    name = house.name if house else ""
    return render_template("cases/consents/notice.html", case=case, blocks=notices.blocks(language_code, house=name))


def _after_withdrawal(case_id: UUID) -> str:
    """The list again; KIM may have lost the case with the consent it rested on."""
    try:
        get_case(current_actor(), case_id, CasePermission.READ_CONSENTS)
    except NotFound:
        return url_for("home.show")
    return url_for("consents.show", case_id=case_id)


def _form_for(case: Case) -> ConsentForm:
    actor = current_actor()
    contact = contact_of(actor, case)
    guardians = [stored.sheet.name for stored in guardians_of(actor, case).values()]
    form = ConsentForm(
        purpose=request.args.get("zweck", ConsentPurpose.COLLECTION.value),
        given_on=clock.today(),
        explained_in=contact.language,
        given_by=guardians[0] if guardians else "",
    )
    houses = people.organisations(OrganisationKind.KIM, OrganisationKind.WELFARE, OrganisationKind.AUTHORITY)
    form.recipient_id.choices = [("", "keine bestimmte Stelle"), *((str(house.id), house.name) for house in houses)]
    return form


def _input(form: ConsentForm) -> dict[str, Any]:
    """The form's values as `record_consent` takes them."""
    return {
        "purpose": ConsentPurpose(form.purpose.data),
        "legal_basis": LegalBasis(form.legal_basis.data),
        "given_on": form.given_on.data,
        "valid_until": form.valid_until.data,
        "recipient_id": UUID(form.recipient_id.data) if form.recipient_id.data else None,
        "detail": ConsentDetail(
            given_by=form.given_by.data or "",
            explained_in=form.explained_in.data or "",
            recipient=form.recipient.data or "",
            data=form.details.data or "",
            form=form.manner.data or "",
            remarks=form.remarks.data or "",
        ),
    }


def _readable(code: str) -> str:
    """`code` if our pages exist in it, else German."""
    return code if code in {entry.code for entry in languages.active_languages()} else "de"
