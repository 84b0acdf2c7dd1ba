"""How many talks one telephone or address may have ahead: counted by keyed hashes, never by the number itself.

`0176…`, `+49 176…` and `0049…` are one number. Trusted telephones of schools and shelters book for many families.
"""

from __future__ import annotations

from uuid import UUID

import phonenumbers
from flask import current_app
from sqlalchemy import func, or_, select

from app import clock
from app.data import cipher, records
from app.data.database import session
from app.data.keyring import INSTALLATION
from app.errors import Conflict
from app.messages.kinds import Channel
from app.policies import Actor
from app.web.fields import western_digits
from config import Config
from scheduling.booking.models import TrustedPhone
from scheduling.models import Appointment, AppointmentSheet
from scheduling.states import AppointmentState

PURPOSE = "booking-contact"
MOST_OF_A_CASE = 3


class TooMany(Conflict):
    """This telephone, address or family has as many talks ahead as one may have."""


def e164(text: str) -> str | None:
    """The number as every spelling of it means it (`+4917612345678`); None for what is no number."""
    try:
        number = phonenumbers.parse(western_digits(text), "DE")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_token(text: str) -> bytes | None:
    """The keyed hash of a telephone number in any spelling; None for what is no number."""
    number = e164(text)
    return _token(f"{Channel.SMS}:{number}") if number else None


def contact_token(answers: AppointmentSheet) -> bytes | None:
    """The keyed hash of the way this family chose to be written to; None when it chose none."""
    if answers.channel == Channel.SMS:
        return phone_token(answers.phone)
    if answers.channel == Channel.EMAIL and answers.email:
        return _token(f"{Channel.EMAIL}:{''.join(answers.email.split()).casefold()}")
    return None


def trusted(organisation_id: UUID, token: bytes) -> TrustedPhone | None:
    """The telephone of this KI's list with this keyed hash."""
    query = select(TrustedPhone).where(
        TrustedPhone.organisation_id == organisation_id, TrustedPhone.contact_token == token
    )
    return session().scalar(query)


def is_trusted(organisation_id: UUID, token: bytes) -> bool:
    """Whether this telephone books for many families of this KI."""
    return trusted(organisation_id, token) is not None


def require_room(actor: Actor, appointment: Appointment, answers: AppointmentSheet) -> None:
    """Note whose contact a booking has, in its open transaction; raises TooMany for a family over the limit.

    Staff on the telephone know what they do and have no limit.
    """
    token = contact_token(answers)
    if actor.invited_to is not None:
        if _ahead(Appointment.case_id == appointment.case_id, appointment) >= MOST_OF_A_CASE:
            raise TooMany("case")
        if token is not None and not is_trusted(appointment.organisation_id, token):
            config: Config = current_app.extensions["config"]
            if _ahead(Appointment.contact_token == token, appointment) >= config.open_per_contact:
                raise TooMany("contact")
    appointment.contact_token = token


def _ahead(condition: object, appointment: Appointment) -> int:
    """How many other talks this is true of that are booked and not over, or held at this moment."""
    now = clock.now()
    held = (Appointment.state == AppointmentState.HELD) & (Appointment.hold_ends_at > now)
    booked = (Appointment.state == AppointmentState.BOOKED) & (Appointment.ends_at > now)
    query = (
        select(func.count())
        .select_from(Appointment)
        .where(
            condition,  # type: ignore[arg-type]
            Appointment.organisation_id == appointment.organisation_id,
            Appointment.id != appointment.id,
            or_(held, booked),
        )
    )
    return session().scalar(query) or 0


def _token(text: str) -> bytes:
    return cipher.token(records.keyring().subkey(INSTALLATION, PURPOSE), text)
