"""The six digits that prove a telephone or an address: made, sent and compared; only a keyed hash is kept."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from app import clock
from app.data import cipher, records
from app.data.database import session
from app.data.keyring import INSTALLATION
from app.errors import Conflict
from app.messages.models import Channel, MessagePayload
from app.messages.services import cancel_for, plan
from app.web.fields import western_digits
from cases.models import Case
from scheduling.booking import limits, texts
from scheduling.kinds import MessageKind
from scheduling.models import AppointmentSheet
from scheduling.requests.models import BookingRequest
from scheduling.requests.states import CODE_LASTS, MOST_CODES, MOST_TRIES

DIGITS = 6
MOST_A_DAY = 6
"""Codes to one telephone or address within a day, whoever asks: nobody's telephone is to be filled with ours."""


class NoMoreCodes(Conflict):
    """So many codes went out to this request or this contact that the telephone is the better way now."""


def send(case: Case, request: BookingRequest, answers: AppointmentSheet) -> None:
    """Send a fresh code in the open transaction; the one before it ends. Raises NoMoreCodes."""
    token = limits.contact_token(answers)
    if token is None:
        raise NoMoreCodes("no contact")
    if request.codes_sent >= MOST_CODES or _sent_today(request, token) >= MOST_A_DAY:
        raise NoMoreCodes("codes")
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    now = clock.now()
    request.contact_token = token
    request.code_token = _code_token(request.id, code)
    request.code_until = now + CODE_LASTS
    request.code_tries = 0
    request.codes_sent += 1
    cancel_for(request.id)
    _plan(case, request, answers, code, now)


def fits(request: BookingRequest, typed: str, answers: AppointmentSheet) -> bool:
    """Count a try in the open transaction, and say whether these are the digits; blanks and other scripts are forgiven.

    They fit the contact they went to alone, within ten minutes, and in the first five tries.
    """
    request.code_tries += 1
    digits = "".join(sign for sign in western_digits(typed) if sign.isdecimal())
    token, until = request.code_token, request.code_until
    if token is None or until is None or until <= clock.now() or request.code_tries > MOST_TRIES:
        return False
    if request.contact_token != limits.contact_token(answers):
        return False
    return hmac.compare_digest(token, _code_token(request.id, digits))


def is_spent(request: BookingRequest) -> bool:
    """Whether only a fresh code helps: the old one ran out or was tried too often."""
    until = request.code_until
    return until is None or until <= clock.now() or request.code_tries >= MOST_TRIES


def _sent_today(request: BookingRequest, token: bytes) -> int:
    if limits.is_trusted(request.organisation_id, token):
        return 0
    since: datetime = clock.now() - timedelta(days=1)
    query = select(func.coalesce(func.sum(BookingRequest.codes_sent), 0)).where(
        BookingRequest.contact_token == token, BookingRequest.created_at > since
    )
    return int(session().scalar(query) or 0)


def _plan(case: Case, request: BookingRequest, answers: AppointmentSheet, code: str, now: datetime) -> None:
    text = texts.request_code(code, language=answers.language)
    is_mail = answers.channel == Channel.EMAIL
    plan(
        scope=case.scope,
        case_id=case.id,
        subject_id=request.id,
        kind=MessageKind.REQUEST_CODE,
        channel=Channel(answers.channel),
        due_at=now,
        dedupe_key=f"request:{request.id}:{request.codes_sent}",
        payload=MessagePayload(
            address=answers.email if is_mail else answers.phone,
            language=answers.language,
            subject=text.subject if is_mail else "",
            text=text.body,
        ),
        expires_at=request.code_until,
    )


def _code_token(request_id: UUID, code: str) -> bytes:
    return cipher.token(records.keyring().subkey(INSTALLATION, "request-code"), f"{request_id}:{code}")
