"""The family's own switch for messages: what they say, and a button for each way that turns them off."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.messages.models import Channel
from app.web.actors import public
from cases.consents.queries import may_write_by
from scheduling.booking import channels
from scheduling.booking.forms import ConfirmForm
from scheduling.booking.pages import family_blueprint, limit_link, page
from scheduling.booking.visits import family_of_link

blueprint = family_blueprint("booking_quiet")
NAMES = {"email": Channel.EMAIL, "sms": Channel.SMS}


@blueprint.get("/<language_code>/<token>/nachrichten")
@public
@limit_link
def show(language_code: str, token: str) -> ResponseReturnValue:
    """Which messages come, and how to stop them; works with links that have run out, too."""
    case_id = family_of_link(token).invited_to
    wanted = {name: case_id and may_write_by(case_id, channels.PURPOSES[channel]) for name, channel in NAMES.items()}
    return page("quiet", form=ConfirmForm(formdata=None), wanted=wanted)


@blueprint.post("/<language_code>/<token>/nachrichten/<any(email, sms):way>")
@public
@limit_link
def stop(language_code: str, token: str, way: str) -> ResponseReturnValue:
    """Turn one way off."""
    actor = family_of_link(token)
    form = ConfirmForm()
    if form.validate_on_submit() and actor.invited_to is not None:
        channels.stop(actor, case_id=actor.invited_to, channel=NAMES[way])
        flash(gettext("Das ist gespeichert. Wir schicken Ihnen diese Nachrichten nicht mehr."), "success")
    return redirect(url_for("booking_quiet.show"), 303)
