"""The tab "Übergabe" of a case: asking KIM, what became of it, handing on and returning."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts import queries as people
from app.errors import Conflict, Invalid
from app.policies import Actor, permits
from app.web.actors import current_actor
from app.web.forms import EinstiegForm
from cases.handover import pages, proposals, queries, services
from cases.handover.forms import DeskChoiceForm, HandOnForm, RequestForm, ReturnForm, WithdrawForm, show_error
from cases.handover.models import Handover
from cases.handover.policies import HandoverPermission
from cases.handover.rules import CRITERIA, Need, Urgency
from cases.handover.views.sentences import CHANGED, MISSING_CONSENT, sentence_for
from cases.models import Case
from cases.queries import get_case
from cases.services import read_case

blueprint = Blueprint("handover", __name__, url_prefix="/faelle/<uuid:case_id>/uebergabe")


@blueprint.get("")
def show(case_id: UUID) -> ResponseReturnValue:
    """Where the handover stands, or the form to ask for one."""
    actor = current_actor()
    case = read_case(actor, case_id=case_id, part="handover", permission=HandoverPermission.READ)
    return _page(actor, case, _request_form(case))


@blueprint.post("")
def request_(case_id: UUID) -> ResponseReturnValue:
    """Ask KIM to take the case."""
    actor = current_actor()
    case = get_case(actor, case_id, HandoverPermission.REQUEST)
    form = _request_form(case)
    if not form.consent_id.choices:
        form.form_errors.append(MISSING_CONSENT)
    elif form.validate_on_submit() and _done(form, lambda: _request(actor, case_id, form)):
        flash("Die Übergabe ist angefragt. Eine passende Stelle wird gesucht.", "success")
        return redirect(url_for("handover.show", case_id=case_id), 303)
    return _page(actor, case, form), 422


@blueprint.post("/neu-zuordnen")
def reroute(case_id: UUID) -> ResponseReturnValue:
    """Have another desk sought."""
    actor, handover = current_actor(), _open(case_id, HandoverPermission.REQUEST)
    if _kept(lambda: services.reroute(actor, handover_id=handover.id)):
        flash("Es wird noch einmal eine passende Stelle gesucht.", "success")
    return redirect(url_for("handover.show", case_id=case_id), 303)


@blueprint.route("/stelle", methods=["GET", "POST"])
def choose(case_id: UUID) -> ResponseReturnValue:
    """Choose a desk by name, with what speaks for each."""
    actor, handover = current_actor(), _open(case_id, HandoverPermission.REQUEST)
    case = get_case(actor, case_id, HandoverPermission.REQUEST)
    found = proposals.for_handover(case, handover)
    form = DeskChoiceForm()
    named = queries.recipients(queries.consents_for(case_id, today=clock.today()))
    form.desk_id.choices = pages.desk_choices(found, queries.desk_facts(), named=named)
    if form.validate_on_submit() and _done(form, lambda: _choose(actor, handover, form)):
        flash("Die Übergabe ist dieser Stelle angeboten.", "success")
        return redirect(url_for("handover.show", case_id=case_id), 303)
    page = render_template("cases/handover/choose.html", case=case, form=form, found=found)
    return page, 422 if form.errors else 200


@blueprint.route("/zuruecknehmen", methods=["GET", "POST"])
def withdraw(case_id: UUID) -> ResponseReturnValue:
    """Take the handover back, after showing what that does."""
    actor, handover = current_actor(), _open(case_id, HandoverPermission.REQUEST)
    case = get_case(actor, case_id, HandoverPermission.REQUEST)
    form = WithdrawForm()
    if form.validate_on_submit():
        if _kept(lambda: services.withdraw(actor, handover_id=handover.id, reason=form.reason.data or "")):
            flash("Die Übergabe ist zurückgenommen.", "success")
        return redirect(url_for("handover.show", case_id=case_id), 303)
    page = render_template("cases/handover/withdraw.html", case=case, form=form, handover=handover)
    return page, 422 if form.errors else 200


@blueprint.route("/weitergeben", methods=["GET", "POST"])
def hand_on(case_id: UUID) -> ResponseReturnValue:
    """Offer the case to a colleague, another desk or body."""
    actor, handover = current_actor(), _open(case_id, HandoverPermission.HAND_ON)
    case = get_case(actor, case_id, HandoverPermission.HAND_ON)
    form = HandOnForm()
    form.to.choices = pages.receivers(queries.colleagues(actor), queries.desk_facts(), handover)
    if form.validate_on_submit() and _done(form, lambda: _hand_on(actor, handover, form)):
        flash("Die Weitergabe ist angeboten. Bis jemand annimmt, bleibt der Fall bei Ihnen.", "success")
        return redirect(url_for("handover.show", case_id=case_id), 303)
    return render_template("cases/handover/hand_on.html", case=case, form=form), 422 if form.errors else 200


@blueprint.post("/behalten")
def keep(case_id: UUID) -> ResponseReturnValue:
    """Keep the case after all."""
    actor, handover = current_actor(), _open(case_id, HandoverPermission.HAND_ON)
    if _kept(lambda: services.cancel_hand_on(actor, handover_id=handover.id)):
        flash("Der Fall bleibt bei Ihnen.", "success")
    return redirect(url_for("handover.show", case_id=case_id), 303)


@blueprint.route("/zurueckgeben", methods=["GET", "POST"])
def give_back(case_id: UUID) -> ResponseReturnValue:
    """Return the case to its sender."""
    actor, handover = current_actor(), _open(case_id, HandoverPermission.HAND_ON)
    case = get_case(actor, case_id, HandoverPermission.HAND_ON)
    form = ReturnForm()
    if form.validate_on_submit():
        if not _kept(lambda: services.return_case(actor, handover_id=handover.id, reason=form.reason.data or "")):
            return redirect(url_for("handover.show", case_id=case_id), 303)
        flash("Der Fall ist zurückgegeben. Sie sehen ihn nicht mehr; die Beratung ist benachrichtigt.", "success")
        return redirect(url_for("offers.index"), 303)
    return render_template("cases/handover/give_back.html", case=case, form=form), 422 if form.errors else 200


def _page(actor: Actor, case: Case, form: RequestForm) -> str:
    present = queries.open_handover(case)
    over = [handover for handover in queries.handovers_of(case) if present is None or handover.id != present.id]
    return render_template(
        "cases/handover/show.html",
        case=case,
        form=form,
        criteria=CRITERIA,
        present=pages.view_of(actor, present) if present else None,
        over=[pages.view_of(actor, handover) for handover in over],
        may_request=permits(actor, HandoverPermission.REQUEST, case),
        may_hand_on=permits(actor, HandoverPermission.HAND_ON, case),
        is_closed=case.closed_at is not None,
    )


def _open(case_id: UUID, permission: HandoverPermission) -> Handover:
    """The open handover of a case on which the actor holds `permission`, else 404."""
    handover = queries.open_handover(get_case(current_actor(), case_id, permission))
    if handover is None:
        abort(404)
    return handover


def _request_form(case: Case) -> RequestForm:
    form = RequestForm()
    bodies = {body.id: body.name for body in people.organisations(*queries.BODIES)}
    form.consent_id.choices = [
        (str(consent.id), pages.consent_label(consent, bodies))
        for consent in queries.consents_for(case.id, today=clock.today())
    ]
    return form


def _request(actor: Actor, case_id: UUID, form: RequestForm) -> None:
    services.request_handover(
        actor,
        case_id=case_id,
        consent_id=UUID(form.consent_id.data),
        needs=[Need(value) for value in form.needs.data or []],
        reason=form.reason.data or "",
        wish=form.wish.data or "",
        urgency=Urgency(form.urgency.data),
    )


def _choose(actor: Actor, handover: Handover, form: DeskChoiceForm) -> None:
    desk_id, reason = UUID(form.desk_id.data), form.reason.data or ""
    services.choose_desk(actor, handover_id=handover.id, desk_id=desk_id, reason=reason)


def _hand_on(actor: Actor, handover: Handover, form: HandOnForm) -> None:
    colleague_id, desk_id = pages.receiver_of(form.to.data)
    services.hand_on(
        actor, handover_id=handover.id, reason=form.reason.data or "", colleague_id=colleague_id, desk_id=desk_id
    )


def _done(form: EinstiegForm, act: Callable[[], object]) -> bool:
    """Whether `act` went through; a refusal stands at its field, a conflict above the form."""
    try:
        act()
    except Invalid as error:
        show_error(form, error.field, sentence_for(error))
        return False
    except Conflict:
        form.form_errors.append(CHANGED)
        return False
    return True


def _kept(act: Callable[[], object]) -> bool:
    """Whether `act` went through; what stands in its way is said on the next page."""
    try:
        act()
    except Invalid as error:
        flash(sentence_for(error), "danger")
        return False
    except Conflict:
        flash(CHANGED, "warning")
        return False
    return True
