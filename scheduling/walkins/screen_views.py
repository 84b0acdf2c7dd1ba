"""The kiosk and the board at the entrance: public pages behind a revocable link, in the reader's language."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import NotFound
from app.extensions import limiter
from app.web.actors import public
from scheduling.booking.pages import family_blueprint, page, place_in_words
from scheduling.day.services import arrive_by_code
from scheduling.walkins import queries, services
from scheduling.walkins.board import board_page
from scheduling.walkins.forms import ArrivalForm, KioskForm
from scheduling.walkins.states import ScreenPurpose

blueprint = family_blueprint("booking_entrance")
# One kiosk serves everybody at the door, so its limit is that of a hand, not of a family.
limit_kiosk = limiter.limit("30 per minute", key_func=lambda: str((request.view_args or {}).get("token", "")))


@blueprint.get("/<language_code>/<token>/tafel")
@public
@limit_kiosk
def board(language_code: str, token: str) -> ResponseReturnValue:
    """Numbers and ends of codes with their rooms, made anew by the browser every quarter of a minute."""
    actor = queries.actor_of_screen(token, ScreenPurpose.BOARD)
    return board_page(queries.get_board(actor))


@blueprint.get("/<language_code>/<token>/ankunft")
@public
@limit_kiosk
def kiosk(language_code: str, token: str) -> ResponseReturnValue:
    """With an appointment or without one."""
    queries.actor_of_screen(token, ScreenPurpose.KIOSK)
    return page("kiosk")


@blueprint.route("/<language_code>/<token>/ankunft/nummer", methods=["GET", "POST"])
@public
@limit_kiosk
def number(language_code: str, token: str) -> ResponseReturnValue:
    """A number for somebody without an appointment; only the language is asked for."""
    actor = queries.actor_of_screen(token, ScreenPurpose.KIOSK)
    form = KioskForm(data={"language": language_code})
    back = url_for("booking_entrance.kiosk")
    if not form.validate_on_submit():
        return page("kiosk_number", form=form, back_url=back), 422 if form.is_submitted() else 200
    try:
        ticket = services.draw(actor, language=form.language.data)
    except services.NumbersUsedUp:
        return page("kiosk_used_up"), 409
    return redirect(url_for("booking_entrance.drawn", walk_in_id=ticket.id), 303)


@blueprint.get("/<language_code>/<token>/ankunft/nummer/<uuid:walk_in_id>")
@public
@limit_kiosk
def drawn(language_code: str, token: str, walk_in_id: UUID) -> ResponseReturnValue:
    """The number just given out; loading the page again gives no further one."""
    actor = queries.actor_of_screen(token, ScreenPurpose.KIOSK)
    return page("kiosk_drawn", ticket=queries.get_ticket(actor, walk_in_id))


@blueprint.route("/<language_code>/<token>/ankunft/termin", methods=["GET", "POST"])
@public
@limit_kiosk
def arrive(language_code: str, token: str) -> ResponseReturnValue:
    """Somebody with an appointment says by their code that they are here."""
    actor = queries.actor_of_screen(token, ScreenPurpose.KIOSK)
    form = ArrivalForm()
    back = url_for("booking_entrance.kiosk")
    if not form.validate_on_submit():
        return page("kiosk_code", form=form, back_url=back), 422 if form.is_submitted() else 200
    try:
        appointment = arrive_by_code(actor, code=form.code.data or "")
    except NotFound:
        return page("kiosk_code", form=form, back_url=back, is_wrong=True, page_errors=True), 422
    tail = (form.code.data or "").strip().upper()[-queries.CODE_TAIL :]
    return page("kiosk_arrived", appointment=appointment, tail=tail, place=place_in_words(appointment))
