"""Messages that did not go out, and what to do about each; their content stays sealed."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import Invalid, WrongState
from app.messages import queries, services, states
from app.messages.composers import kind_of
from app.messages.kinds import Reason
from app.messages.models import Message
from app.messages.policies import MessagePermission
from app.messages.references import references
from app.policies import authorise
from app.web.actors import current_actor

blueprint = Blueprint("messages", __name__)


@blueprint.get("/nachrichten")
def index() -> ResponseReturnValue:
    """What is uncertain, failed or held at one's own organisation, and whether messages leave at all."""
    actor = current_actor()
    authorise(actor, MessagePermission.LIST)
    found = queries.messages_to_look_at(actor.organisation_id)
    return render_template(
        "messages/index.html",
        messages=found,
        cases=references(actor, [message.case_id for message in found]),
        backlog=queries.backlog(actor.organisation_id),
        label_of=_label,
        reason_of=_reason,
        may_send_again=_may_send_again,
    )


@blueprint.post("/nachrichten/<uuid:message_id>/gesendet")
def mark_sent(message_id: UUID) -> ResponseReturnValue:
    """It arrived after all."""
    actor = current_actor()
    services.mark_sent(actor, queries.get_message(actor, message_id))
    return _back("Als gesendet vermerkt.")


@blueprint.post("/nachrichten/<uuid:message_id>/nochmal")
def send_again(message_id: UUID) -> ResponseReturnValue:
    """Send it once more."""
    actor = current_actor()
    message = queries.get_message(actor, message_id)
    try:
        services.send_again(actor, message)
    except Invalid:
        flash("Für diese Nachricht ist es zu spät. Bitte rufen Sie die Familie an.", "warning")
        return redirect(url_for("messages.index"), 303)
    return _back("Die Nachricht wird noch einmal gesendet.")


@blueprint.post("/nachrichten/<uuid:message_id>/aufgeben")
def give_up(message_id: UUID) -> ResponseReturnValue:
    """Do without it."""
    actor = current_actor()
    services.give_up(actor, queries.get_message(actor, message_id))
    return _back("Die Nachricht wird nicht mehr gesendet.")


@blueprint.errorhandler(WrongState)
def decided_already(_: WrongState) -> ResponseReturnValue:
    """Somebody else was quicker: the list shows how it stands now."""
    flash("Um diese Nachricht hat sich inzwischen jemand gekümmert.", "info")
    return redirect(url_for("messages.index"), 303)


def _back(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("messages.index"), 303)


def _label(message: Message) -> str:
    return kind_of(message.kind).label


def _reason(message: Message) -> str:
    return Reason(message.reason).label if message.reason in frozenset(Reason) else ""


def _may_send_again(message: Message) -> bool:
    return not states.is_expired(message.expires_at, clock.now())
