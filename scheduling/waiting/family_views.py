"""Waiting as families see it: joining and leaving by their own link, and answering an offer; only buttons change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app import clock
from app.data.database import session
from app.policies import Actor
from app.web.actors import public
from scheduling import queries as talks
from scheduling.booking.forms import NO_CHANNEL, ConfirmForm
from scheduling.booking.pages import family_blueprint, limit_link, page_of, place_in_words
from scheduling.booking.visits import LinkEnd, LinkUnusable, Visit, family_actor, open_link
from scheduling.models import Appointment
from scheduling.waiting import services
from scheduling.waiting.forms import MINUTES, ReachForm, WishForm
from scheduling.waiting.kinds import OfferState
from scheduling.waiting.models import WaitingEntry, WaitingOffer, WaitingSheet
from scheduling.waiting.queries import entry_of, offer_of_token
from scheduling.waiting.reach import contact_of

blueprint = family_blueprint("booking_waiting")


@blueprint.route("/<language_code>/<token>/warten", methods=["GET", "POST"])
@public
@limit_link
def join(language_code: str, token: str) -> ResponseReturnValue:
    """Wait for a time, or for an earlier one; asks when it suits."""
    visit = open_link(token)
    if visit.is_request or not visit.kind.is_for_one_family:
        raise LinkUnusable(LinkEnd.UNKNOWN)
    entry = entry_of(visit.case.id, visit.kind)
    form = WishForm(data=_wish(entry))
    if not form.validate_on_submit():
        values = {"form": form, "entry": entry, "booked": visit.appointment, "back_url": _origin(visit)}
        return _page("join", **values), 422 if form.errors else 200
    contact = contact_of(entry) if entry else _first_contact(visit, language_code)
    services.join(visit.actor, case_id=visit.case.id, kind=visit.kind, suits=form.suits(), contact=contact)
    return redirect(url_for("booking_waiting.joined" if contact.channel else "booking_waiting.contact"), 303)


@blueprint.route("/<language_code>/<token>/warten/nachricht", methods=["GET", "POST"])
@public
@limit_link
def contact(language_code: str, token: str) -> ResponseReturnValue:
    """How to hear of a free time; whoever wants no message is called."""
    visit, entry = _waiting(token)
    said = contact_of(entry)
    form = ReachForm(data={"channel": said.channel or None, "email": said.email, "phone": said.phone or None})
    if not form.validate_on_submit():
        values = {"form": form, "back_url": url_for("booking_waiting.join"), "no_channel": NO_CHANNEL}
        return _page("contact", **values), 422 if form.errors else 200
    wanted = WaitingSheet(
        language=language_code, channel=form.channel.data, email=form.email.data or "", phone=form.phone.data or ""
    )
    services.keep_contact(visit.actor, entry_id=entry.id, contact=wanted)
    return redirect(url_for("booking_waiting.joined"), 303)


@blueprint.get("/<language_code>/<token>/warten/fertig")
@public
@limit_link
def joined(language_code: str, token: str) -> ResponseReturnValue:
    """That the family waits, and what happens next."""
    visit, entry = _waiting(token)
    writes = contact_of(entry).channel not in ("", NO_CHANNEL)
    return _page("joined", form=ConfirmForm(formdata=None), booked=visit.appointment, writes=writes)


@blueprint.post("/<language_code>/<token>/warten/ende")
@public
@limit_link
def leave(language_code: str, token: str) -> ResponseReturnValue:
    """Wait no more."""
    visit = open_link(token)
    entry = entry_of(visit.case.id, visit.kind)
    if entry is not None and ConfirmForm().validate_on_submit():
        services.leave(visit.actor, entry_id=entry.id)
        flash(gettext("Sie stehen nicht mehr auf der Warteliste."), "success")
    return redirect(_origin(visit), 303)


@blueprint.get("/<language_code>/angebot/<token>")
@public
@limit_link
def offer(language_code: str, token: str) -> ResponseReturnValue:
    """The free time with its two buttons; looking at it changes nothing."""
    offered, _ = _offered(token)
    talk = session().get(Appointment, offered.entry.appointment_id) if offered.entry.appointment_id else None
    hold = session().get(Appointment, offered.appointment_id) if offered.appointment_id else None
    place = place_in_words(hold)
    return _page("offer", form=ConfirmForm(formdata=None), offer=offered, talk=talk, place=place)


@blueprint.post("/<language_code>/angebot/<token>/annehmen")
@public
@limit_link
def accept(language_code: str, token: str) -> ResponseReturnValue:
    """Take the time."""
    offered, actor = _offered(token, is_answer=True)
    if not ConfirmForm().validate_on_submit():
        return redirect(url_for("booking_waiting.offer", token=token), 303)
    try:
        booked = services.accept(actor, offer_id=offered.id)
    except services.OfferOver:
        return _over()
    return redirect(url_for("booking_own.appointment", token=_link_to(booked)), 303)


@blueprint.post("/<language_code>/angebot/<token>/ablehnen")
@public
@limit_link
def decline(language_code: str, token: str) -> ResponseReturnValue:
    """Let somebody else have it, and go on waiting."""
    offered, actor = _offered(token, is_answer=True)
    if not ConfirmForm().validate_on_submit():
        return redirect(url_for("booking_waiting.offer", token=token), 303)
    try:
        services.decline(actor, offer_id=offered.id)
    except services.OfferOver:
        return _over()
    return _page("declined", form=None)


def _offered(token: str, *, is_answer: bool = False) -> tuple[WaitingOffer, Actor]:
    """The open offer behind a link, or one whose answer is repeated; raises LinkUnusable without a word about it."""
    found = offer_of_token(token)
    if found is None:
        raise LinkUnusable(LinkEnd.UNKNOWN)
    is_open = found.state is OfferState.OPEN and clock.now() < found.expires_at
    repeats = is_answer and found.state in (OfferState.ACCEPTED, OfferState.DECLINED)
    if not is_open and not repeats:
        raise LinkUnusable(LinkEnd.OFFER_OVER)
    return found, family_actor(found.entry.organisation_id, found.entry.case_id)


def _over() -> ResponseReturnValue:
    raise LinkUnusable(LinkEnd.OFFER_OVER)


def _waiting(token: str) -> tuple[Visit, WaitingEntry]:
    visit = open_link(token)
    entry = entry_of(visit.case.id, visit.kind)
    if entry is None:
        raise LinkUnusable(LinkEnd.UNKNOWN)
    return visit, entry


def _first_contact(visit: Visit, language_code: str) -> WaitingSheet:
    """What the family said when it booked; otherwise it is asked on the next page."""
    if visit.appointment is None:
        return WaitingSheet(language=language_code)
    said = talks.sheet_of(visit.appointment)
    return WaitingSheet(language=language_code, channel=said.channel, email=said.email, phone=said.phone)


def _wish(entry: WaitingEntry | None) -> dict[str, Any]:
    if entry is None:
        return {"part": "any", "weekdays": []}
    part = next(name for name, minutes in MINUTES.items() if minutes == (entry.from_minute, entry.until_minute))
    return {"part": part, "weekdays": [str(day) for day in entry.weekdays]}


def _origin(visit: Visit) -> str:
    """The page the family came from: its appointment, or the free times."""
    return url_for("booking.times" if visit.appointment is None else "booking_own.appointment")


def _link_to(appointment_id: UUID) -> str:
    booked = session().get_one(Appointment, appointment_id)
    return talks.sheet_of(booked).token


def _page(name: str, **values: Any) -> str:
    return page_of(f"waiting/{name}.html", **values)
