"""Addresses that must not be written to, kept as keyed tokens: opted out, or known not to exist."""

from __future__ import annotations

from sqlalchemy import delete, select

from app import clock
from app.data import cipher, records
from app.data.database import session
from app.data.keyring import INSTALLATION
from app.messages.kinds import Channel
from app.messages.models import Suppression

OPTED_OUT = "opted_out"


def is_suppressed(address: str, channel: Channel) -> bool:
    """Whether this address is closed to this channel, whatever its spelling in upper and lower case."""
    query = select(Suppression.id).where(
        Suppression.address_token == _token(address, channel), Suppression.channel == channel
    )
    return session().scalar(query) is not None


def suppress(address: str, channel: Channel, *, reason: str) -> None:
    """Close an address to a channel, as part of the caller's open transaction; once closed it stays so."""
    if not is_suppressed(address, channel):
        session().add(
            Suppression(address_token=_token(address, channel), channel=channel, reason=reason, created_at=clock.now())
        )


def lift(address: str, channel: Channel) -> None:
    """Open an address again because whoever owns it asked for messages; part of the caller's open transaction.

    One that does not exist stays closed: asking does not make it exist.
    """
    session().execute(
        delete(Suppression).where(
            Suppression.address_token == _token(address, channel),
            Suppression.channel == channel,
            Suppression.reason == OPTED_OUT,
        )
    )


def _token(address: str, channel: Channel) -> bytes:
    plain = "".join(address.split()).casefold()
    return cipher.token(records.keyring().subkey(INSTALLATION, "suppression"), f"{channel}:{plain}")
