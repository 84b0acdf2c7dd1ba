"""What every page of a family shares: the language switch that keeps the step, and words for what it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import segno
from babel import Locale
from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_limiter.util import get_remote_address
from limits import parse

from app import clock
from app.extensions import limiter
from app.web.languages import active_languages, language, language_links
from app.web.layout import page_language
from scheduling import office
from scheduling.booking.offers import first_offers, nearest, week_of
from scheduling.booking.texts import PHONE, place_of
from scheduling.booking.visits import LinkEnd, LinkUnusable
from scheduling.codes import digest
from scheduling.hours import named_day
from scheduling.models import Appointment
from scheduling.world import Slot

GUESSES = parse("120/hour")
"""How many links that do not exist one address may open: a shelter's mistyped ones fit in, trying out does not."""
WITHOUT_TOKEN = ("booking.start", "booking.code", "booking_open.spoken", "booking_open.name")


def key_of_link() -> str:
    """What a limit counts by: a hash of the link, as the counter's store is no place for the link itself."""
    return digest(str((request.view_args or {}).get("token", "")))


# A shelter's families share one address, so the limit for addresses is generous and that for one link is not.
limit_link = limiter.limit("60 per minute", key_func=key_of_link)
limit_address = limiter.limit("600 per minute")
limit_codes = limiter.limit("10 per minute;60 per hour", methods=["POST"])


def family_blueprint(name: str) -> Blueprint:
    """Pages under /t whose links keep language and token; errors below a name with `booking` look like families'."""
    blueprint = Blueprint(name, __name__, url_prefix="/t")
    blueprint.url_defaults(_keep_language)
    blueprint.before_request(_know_language)
    blueprint.register_error_handler(LinkUnusable, _show_link_end)
    return blueprint


def page(name: str, **values: Any) -> str:
    """A page about booking in the language of its address."""
    return page_of(f"booking/{name}.html", **values)


def page_of(template: str, **values: Any) -> str:
    """A family's page in the language of its address."""
    return render_template(
        template,
        language_links=language_links(page_language().code, _in_language),
        phone_text=PHONE,
        phone_link=f"tel:{office.PHONE}",
        is_reviewed=page_language().reviewed_by is not None,
        **values,
    )


def language_in_words(code: str | None) -> str | None:
    """The name of a language as the reader of this page calls it; its own name where Babel has none."""
    if code is None:
        return None
    reader = Locale.parse(page_language().code)
    return str(reader.languages.get(code) or language(code).own_name)


def place_in_words(appointment: Appointment | None) -> str:
    """Where to come."""
    return place_of(appointment.room if appointment else None)


def qr_code(url: str) -> str:
    """The address as a QR code in SVG, ready for an img element."""
    return str(segno.make(url, error="m", micro=False).svg_data_uri(scale=4, border=4, dark="#000", light="#fff"))


def starting(seconds: int) -> datetime:
    """The instant of a start in epoch seconds."""
    return datetime.fromtimestamp(seconds, clock.BERLIN)


def offered_times(slots: Sequence[Slot], *, taken: int | None) -> dict[str, Any]:
    """The times a page offers: the nearest to one that is gone, the week asked for, or the first free ones."""
    asked = _asked_week()
    week = week_of(slots, asked) if asked is not None and taken is None else None
    days = week.days if week else nearest(slots, starting(taken)) if taken is not None else first_offers(slots)
    return {
        "days": days,
        "week": week,
        "more_from": slots[0].on if slots else None,
        "taken": starting(taken) if taken is not None else None,
    }


def _asked_week() -> date | None:
    return named_day(request.args.get("woche", ""))


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    given = request.view_args or {} if request else {}
    values.setdefault("language_code", page_language().code)
    if "token" in given and endpoint not in WITHOUT_TOKEN:
        values.setdefault("token", given["token"])


def _know_language() -> None:
    """A language we have no texts in is an unknown page."""
    code = (request.view_args or {}).get("language_code", "de")
    if code not in {each.code for each in active_languages()}:
        abort(404)


def _show_link_end(error: LinkUnusable) -> ResponseReturnValue:
    """Say what to do instead, without a word about whose link it was; whoever tries out links is stopped."""
    title, advice = _ENDS[error.end]()
    status = 404 if error.end is LinkEnd.UNKNOWN else 410
    if status == 404 and limiter.enabled and not limiter.limiter.hit(GUESSES, "unknown-link", get_remote_address()):
        status = 429
    return page("link_end", title=title, advice=advice), status


def _in_language(code: str) -> str:
    values = {**(request.view_args or {}), **request.args.to_dict(), "language_code": code}
    return url_for(request.endpoint or "booking.start", **values)


def _unknown() -> tuple[str, str]:
    return gettext("Dieser Link stimmt nicht"), gettext(
        "Vielleicht fehlt ein Teil davon. Bitte öffnen Sie den Link noch einmal aus dem Brief oder der Nachricht. "
        "Wenn es nicht geht, rufen Sie uns bitte an."
    )


def _expired() -> tuple[str, str]:
    return gettext("Dieser Link ist abgelaufen"), gettext(
        "Bitte rufen Sie uns an. Wir schicken Ihnen einen neuen Link oder suchen gleich einen Termin mit Ihnen aus."
    )


def _revoked() -> tuple[str, str]:
    return gettext("Dieser Link gilt nicht mehr"), gettext(
        "Sie haben von uns einen neueren Link bekommen. Bitte benutzen Sie den neuen oder rufen Sie uns an."
    )


def _cancelled() -> tuple[str, str]:
    return gettext("Dieser Termin ist abgesagt"), gettext(
        "Wenn Sie einen neuen Termin brauchen, rufen Sie uns bitte an."
    )


def _past() -> tuple[str, str]:
    return gettext("Dieser Termin ist vorbei"), gettext("Wenn Sie noch Fragen haben, rufen Sie uns bitte an.")


def _offer_over() -> tuple[str, str]:
    return gettext("Dieses Angebot gilt nicht mehr"), gettext(
        "Die Zeit dafür ist vorbei. Sie bleiben auf der Warteliste. Wenn Sie Fragen haben, rufen Sie uns bitte an."
    )


_ENDS: dict[LinkEnd, Callable[[], tuple[str, str]]] = {
    LinkEnd.UNKNOWN: _unknown,
    LinkEnd.EXPIRED: _expired,
    LinkEnd.REVOKED: _revoked,
    LinkEnd.CANCELLED: _cancelled,
    LinkEnd.PAST: _past,
    LinkEnd.OFFER_OVER: _offer_over,
}
