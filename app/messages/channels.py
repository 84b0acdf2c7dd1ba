"""Which gateway serves which channel in this installation."""

from __future__ import annotations

from flask import current_app

from app.messages.gateways import Gateway
from app.messages.kinds import Channel
from app.messages.sms import FileSms
from app.messages.smtp import SmtpGateway
from config import Config, Mode

EXTENSION = "gateways"


def gateways_of(config: Config) -> dict[Channel, Gateway]:
    """E-mail by SMTP; SMS into files outside production, and not at all in it until a provider is set up."""
    found: dict[Channel, Gateway] = {Channel.EMAIL: SmtpGateway(config.smtp_url, config.mail_from)}
    if config.mode is not Mode.PRODUCTION:
        found[Channel.SMS] = FileSms(config.home / "sms")
    return found


def gateway_for(channel: Channel) -> Gateway | None:
    """The way out of the present application for a channel, made when first asked for."""
    found: dict[Channel, Gateway] = current_app.extensions.setdefault(
        EXTENSION, gateways_of(current_app.extensions["config"])
    )
    return found.get(channel)
