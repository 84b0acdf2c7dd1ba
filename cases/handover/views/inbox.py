"""The inbox of a KIM body: offers without names, each to be accepted or declined with a reason."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.errors import Conflict, Invalid, NotFound
from app.policies import authorise, permits
from app.web.actors import current_actor
from cases.handover import queries, services
from cases.handover.forms import AcceptForm, DeclineForm
from cases.handover.policies import HandoverPermission
from cases.handover.rules import Urgency, need_labels
from cases.handover.views.sentences import OFFER_GONE, sentence_for
from cases.queries import summaries

blueprint = Blueprint("offers", __name__, url_prefix="/uebergaben")
blueprint.add_app_template_filter(need_labels, "need_labels")
blueprint.add_app_template_filter(lambda value: Urgency(value).label if value else "–", "urgency_label")


@blueprint.get("")
def index() -> ResponseReturnValue:
    """What is offered to the actor's body, and what the actor has accepted."""
    actor = current_actor()
    authorise(actor, HandoverPermission.LIST_OFFERS)
    offers, accepted = services.read_handovers(actor)
    return render_template(
        "cases/handover/inbox.html",
        offers=offers,
        accepted=accepted,
        summaries=summaries(actor, [case.id for _, case in accepted]),
        desks=queries.desks_of(actor),
        may_manage=permits(actor, HandoverPermission.MANAGE_DESKS),
    )


@blueprint.get("/<uuid:handover_id>")
def show(handover_id: UUID) -> ResponseReturnValue:
    """One offer: needs, language, district, ages, and the two answers."""
    return _page(handover_id, AcceptForm(formdata=None), DeclineForm(formdata=None))


@blueprint.post("/<uuid:handover_id>/annehmen")
def accept(handover_id: UUID) -> ResponseReturnValue:
    """Take the case on; only now it opens."""
    actor, form = current_actor(), AcceptForm()
    authorise(actor, HandoverPermission.LIST_OFFERS)
    if not form.validate_on_submit():
        return _page(handover_id, form, DeclineForm(formdata=None)), 422
    try:
        handover = services.accept(actor, handover_id=handover_id, text=form.text.data or "")
    except (Conflict, NotFound):
        return _gone()
    except Invalid as error:
        flash(sentence_for(error), "danger")
        return redirect(url_for("offers.index"), 303)
    flash("Der Fall ist angenommen und jetzt für Sie offen. Die Beratung ist benachrichtigt.", "success")
    return redirect(url_for("cases.show", case_id=handover.case_id), 303)


@blueprint.post("/<uuid:handover_id>/ablehnen")
def decline(handover_id: UUID) -> ResponseReturnValue:
    """Say no with a reason."""
    actor, form = current_actor(), DeclineForm()
    authorise(actor, HandoverPermission.LIST_OFFERS)
    if not form.validate_on_submit():
        return _page(handover_id, AcceptForm(formdata=None), form), 422
    try:
        services.decline(actor, handover_id=handover_id, reason=form.reason.data or "")
    except (Conflict, NotFound):
        return _gone()
    flash("Abgelehnt. Die Beratung ist benachrichtigt und sucht eine andere Stelle.", "success")
    return redirect(url_for("offers.index"), 303)


def _page(handover_id: UUID, accepting: AcceptForm, declining: DeclineForm) -> str:
    offer = services.read_preview(current_actor(), handover_id=handover_id)
    return render_template(
        "cases/handover/offer.html", offer=offer, accepting=accepting, declining=declining, form=declining
    )


def _gone() -> ResponseReturnValue:
    flash(OFFER_GONE, "warning")
    return redirect(url_for("offers.index"), 303)
