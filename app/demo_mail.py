"""The demo's mailbox as pages: what families would have received, for whoever tries the demo out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from app.errors import NotFound
from app.web.actors import public
from config import Config, Mode
from workers.mailbox import StoredMail, find_message, messages

MOST_SHOWN = 100

blueprint = Blueprint("demo_mail", __name__)


@blueprint.get("/demo/mail")
@public
def index() -> ResponseReturnValue:
    """All messages that the demo sent, newest first; elsewhere there is no such page."""
    found = messages(_demo().mail_folder, limit=MOST_SHOWN)
    return render_template("demo/mail_list.html", mails=found, written_at=_written_at)


@blueprint.get("/demo/mail/<uuid:mail_id>")
@public
def show(mail_id: UUID) -> ResponseReturnValue:
    """One message as text."""
    mail = find_message(_demo().mail_folder, str(mail_id))
    if mail is None:
        raise NotFound("mail")
    return render_template(
        "demo/mail.html",
        mail=mail,
        written_at=_written_at,
        language_code=mail.message.get("Content-Language") or "de",
        has_calendar=any(part.get_content_type() == "text/calendar" for part in mail.message.walk()),
    )


def _written_at(mail: StoredMail) -> datetime:
    """When it was due by the demo's own clock; when it came in, for mail of other programs."""
    written: datetime | None = getattr(mail.message.get("Date"), "datetime", None)
    return written if written is not None and written.tzinfo else mail.received_at


def _demo() -> Config:
    """The settings of a demo; raises NotFound in every other installation."""
    config: Config = current_app.extensions["config"]
    if config.mode is not Mode.DEMO:
        raise NotFound("demo")
    return config
