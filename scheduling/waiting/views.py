"""The waiting list for staff: who waits in which order, what is offered, and adding a family."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts import queries as accounts
from app.policies import authorise, permits
from app.web.actors import current_actor
from cases.models import Case
from cases.policies import CasePermission
from cases.services import read_case
from scheduling import queries as talks
from scheduling.booking.channels import may_be_invited
from scheduling.booking.forms import NO_CHANNEL
from scheduling.booking.links import GERMAN
from scheduling.gate import lacks_papers
from scheduling.states import AppointmentKind
from scheduling.waiting import services
from scheduling.waiting.forms import PARTS, WEEKDAYS, AddForm, UrgencyForm
from scheduling.waiting.models import WaitingEntry, WaitingSheet
from scheduling.waiting.policies import WaitingPermission
from scheduling.waiting.queries import waiting_lines

blueprint = Blueprint("waiting", __name__)
OVER = "Dieses Angebot gilt nicht mehr: Es ist beantwortet, zurückgezogen oder verfallen."


@blueprint.get("/termine/warteliste")
def index() -> ResponseReturnValue:
    """Who waits, the first in order at the top."""
    actor = current_actor()
    authorise(actor, WaitingPermission.LIST)
    lines = waiting_lines(actor)
    services.note_list_read(actor, case_ids=[line.entry.case_id for line in lines])
    return render_template(
        "waiting/index.html",
        lines=lines,
        may_mark=permits(actor, WaitingPermission.MARK_URGENT),
        names=accounts.names({line.entry.urgent_by for line in lines}),
        wish_of=_wish_in_words,
        form_of=lambda entry: UrgencyForm(formdata=None, data={"reason": entry.urgency or ""}, prefix=""),
    )


@blueprint.route("/faelle/<uuid:case_id>/warteliste", methods=["GET", "POST"])
def add(case_id: UUID) -> ResponseReturnValue:
    """Put a family on the list, or change what suits it."""
    actor = current_actor()
    case = read_case(actor, case_id=case_id, part="waiting", permission=CasePermission.INVITE)
    form = AddForm(data=_contact(case), lacks_papers=lacks_papers(case))
    if not form.validate_on_submit():
        return render_template("waiting/add.html", case=case, form=form), 422 if form.errors else 200
    family = talks.family_of(case)
    contact = WaitingSheet(
        language=family.letter_language or family.language or GERMAN,
        channel=form.channel.data,
        email=form.email.data or "",
        phone=form.phone.data or "",
    )
    kind = AppointmentKind(form.kind.data)
    services.join(actor, case_id=case_id, kind=kind, suits=form.suits(), contact=contact, without_papers=form.reason)
    flash("Die Familie steht auf der Warteliste.", "success")
    return redirect(url_for("waiting.index"), 303)


@blueprint.post("/termine/warteliste/<uuid:entry_id>/entfernen")
def remove(entry_id: UUID) -> ResponseReturnValue:
    """Take a family off the list."""
    services.leave(current_actor(), entry_id=entry_id)
    return _back("Die Familie steht nicht mehr auf der Warteliste.")


@blueprint.post("/termine/warteliste/<uuid:entry_id>/dringend")
def urgent(entry_id: UUID) -> ResponseReturnValue:
    """Let a family come first, or no more."""
    form = UrgencyForm()
    if not form.validate_on_submit():
        flash("Bitte wählen Sie einen Grund aus der Liste.", "danger")
        return redirect(url_for("waiting.index"), 303)
    services.mark_urgent(current_actor(), entry_id=entry_id, reason=form.chosen())
    return _back("Gespeichert. Ihr Name steht dabei." if form.chosen() else "Die Familie ist nicht mehr dringend.")


@blueprint.post("/termine/warteliste/<uuid:entry_id>/weiter")
def resume(entry_id: UUID) -> ResponseReturnValue:
    """The family was reached: offer it times again."""
    services.resume(current_actor(), entry_id=entry_id)
    return _back("Die Familie bekommt wieder Angebote.")


@blueprint.post("/termine/warteliste/angebot/<uuid:offer_id>/annehmen")
def accept(offer_id: UUID) -> ResponseReturnValue:
    """The family said yes on the telephone."""
    try:
        services.accept(current_actor(), offer_id=offer_id)
    except services.OfferOver:
        flash(OVER, "warning")
        return redirect(url_for("waiting.index"), 303)
    return _back("Der Termin ist gebucht.")


@blueprint.post("/termine/warteliste/angebot/<uuid:offer_id>/ablehnen")
def decline(offer_id: UUID) -> ResponseReturnValue:
    """The family said no on the telephone."""
    try:
        services.decline(current_actor(), offer_id=offer_id)
    except services.OfferOver:
        flash(OVER, "warning")
        return redirect(url_for("waiting.index"), 303)
    return _back("Die Familie behält ihren Platz. Die Nächste wird gefragt.")


def _back(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("waiting.index"), 303)


def _contact(case: Case) -> dict[str, str | None]:
    """The addresses of the file; mails are suggested where the family may be written to."""
    family = talks.family_of(case)
    channel = "email" if may_be_invited(case, family.email) else NO_CHANNEL
    return {"channel": channel, "email": family.email, "phone": family.phone or None}


def _wish_in_words(entry: WaitingEntry) -> str:
    """What suits the family, short: `Montag, Dienstag; ab 1.12.2026; Vormittags, bis 12 Uhr`."""
    said = [", ".join(str(WEEKDAYS[day]) for day in entry.weekdays if day in WEEKDAYS)]
    if entry.until_minute is not None:
        said.append(str(PARTS["morning"]))
    if entry.from_minute is not None:
        said.append(str(PARTS["afternoon"]))
    if entry.earliest_on is not None:
        said.append(f"ab {entry.earliest_on:%d.%m.%Y}")
    return "; ".join(part for part in said if part) or "jede Zeit"
