"""What a booking and a cancellation mean for a request from the open page; inside the transactions that make them."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import func, select

from app import clock
from app.data.database import session
from app.errors import Conflict
from cases.models import Case
from cases.policies import is_request
from config import Config
from scheduling.booking.limits import TooMany
from scheduling.models import AppointmentSheet
from scheduling.requests.models import BookingRequest
from scheduling.requests.states import RequestStage, require_step

UNPROVEN = ("", "none")


class NotProven(Conflict):
    """Nobody has shown yet that the telephone or the address is the family's own."""


def request_of(case: Case) -> BookingRequest | None:
    """The request a draft stands for, read anew."""
    query = select(BookingRequest).where(BookingRequest.case_id == case.id)
    return session().scalar(query.execution_options(populate_existing=True))


def booked(case: Case, answers: AppointmentSheet) -> None:
    """A request with its time goes to the inbox; raises NotProven, and TooMany while too many wait without a contact.

    Cases that are no request are none of its business.
    """
    request = request_of(case) if is_request(case) else None
    if request is None or request.state is not RequestStage.TYPING:
        return
    if answers.channel not in UNPROVEN and request.verified_at is None:
        raise NotProven("code")
    config: Config = current_app.extensions["config"]
    if request.verified_at is None and _waiting_on_paper(request) >= config.paper_requests:
        raise TooMany("paper")
    require_step(request.state, RequestStage.WAITING)
    request.state, request.sent_at = RequestStage.WAITING, clock.now()


def cancelled(case: Case) -> None:
    """A family that calls its time off has taken its request back."""
    request = request_of(case) if is_request(case) else None
    if request is not None and request.state is RequestStage.WAITING:
        request.state, request.decided_at = RequestStage.WITHDRAWN, clock.now()


def _waiting_on_paper(request: BookingRequest) -> int:
    query = (
        select(func.count())
        .select_from(BookingRequest)
        .where(
            BookingRequest.organisation_id == request.organisation_id,
            BookingRequest.state == RequestStage.WAITING,
            BookingRequest.verified_at.is_(None),
        )
    )
    return session().scalar(query) or 0
