"""From the link to a booked appointment: what it is, when, who comes, how to be reminded, check, done."""

from __future__ import annotations

import msgspec
from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from app.web.actors import public
from scheduling import queries, services
from scheduling.booking.forms import NO_CHANNEL, CodeForm, ComingForm, ConfirmForm, ContactForm, TimeForm
from scheduling.booking.pages import (
    family_blueprint,
    language_in_words,
    limit_address,
    limit_codes,
    limit_link,
    offered_times,
    page,
    place_in_words,
    starting,
)
from scheduling.booking.summary import answer_rows
from scheduling.booking.visits import Visit, draft_answers, open_link, pass_for_code
from scheduling.models import Appointment
from scheduling.queries import policy_of

blueprint = family_blueprint("booking")
STEPS = 4


@blueprint.get("/")
@blueprint.get("/<language_code>/")
@public
@limit_address
def start(language_code: str = "de") -> ResponseReturnValue:
    """The way in without a link: languages, the code, the telephone."""
    return page("start")


@blueprint.route("/<language_code>/code", methods=["GET", "POST"])
@public
@limit_codes
def code(language_code: str) -> ResponseReturnValue:
    """From the code on a letter or in a message to the appointment."""
    form = CodeForm()
    found = pass_for_code(form.code.data or "") if form.validate_on_submit() else None
    if found is not None:
        return redirect(url_for("booking_own.appointment", token=found), 303)
    is_wrong = form.is_submitted() and not form.errors
    return page("code", form=form, is_wrong=is_wrong, page_errors=is_wrong), 422 if form.is_submitted() else 200


@blueprint.get("/<language_code>/<token>/")
@public
@limit_link
def invitation(language_code: str, token: str) -> ResponseReturnValue:
    """What the talk is, how long, where, with whom, and what to bring."""
    visit = open_link(token)
    if visit.appointment is not None:
        return redirect(url_for("booking_own.appointment"), 303)
    needs = visit.needs
    return page(
        "invitation", minutes=needs.minutes, spoken=language_in_words(needs.language), place=place_in_words(None)
    )


@blueprint.route("/<language_code>/<token>/zeiten", methods=["GET", "POST"])
@public
@limit_link
def times(language_code: str, token: str) -> ResponseReturnValue:
    """Choose a free time; it is kept for ten minutes from then on."""
    visit = open_link(token)
    if visit.appointment is not None:
        return redirect(url_for("booking_own.appointment"), 303)
    draft, answers = draft_answers(visit)
    form = TimeForm()
    if not form.validate_on_submit():
        return _times_page(visit, draft, form)
    chosen = form.chosen()
    try:
        services.hold(visit.actor, case_id=visit.case.id, kind=visit.kind, starts=starting(chosen))
    except services.SlotTaken:
        return _times_page(visit, draft, form, taken=chosen)
    except services.AlreadyBooked:
        return redirect(url_for("booking_own.appointment"), 303)
    return redirect(url_for("booking.check" if answers and answers.channel else "booking.coming"), 303)


@blueprint.route("/<language_code>/<token>/wer", methods=["GET", "POST"])
@public
@limit_link
def coming(language_code: str, token: str) -> ResponseReturnValue:
    """Who comes to the talk."""
    visit = open_link(token)
    draft, answers = draft_answers(visit)
    if draft is None or answers is None:
        return redirect(url_for("booking.times"), 303)
    form = ComingForm(data={"coming": answers.coming, "count": answers.coming_count if answers.coming else None})
    if form.validate_on_submit():
        kept = msgspec.structs.replace(answers, coming=form.coming.data or [], coming_count=form.count.data or 1)
        services.keep_answers(visit.actor, case_id=visit.case.id, answers=kept)
        return redirect(url_for("booking.check" if answers.channel else "booking.contact"), 303)
    values = {"form": form, "step": 2, "steps": STEPS, "back_url": url_for("booking.times"), "draft": draft}
    return page("coming", **values), 422 if form.errors else 200


@blueprint.route("/<language_code>/<token>/erinnerung", methods=["GET", "POST"])
@public
@limit_link
def contact(language_code: str, token: str) -> ResponseReturnValue:
    """How to be reminded, if at all."""
    visit = open_link(token)
    draft, answers = draft_answers(visit)
    if draft is None or answers is None:
        return redirect(url_for("booking.times"), 303)
    form = ContactForm(data={"channel": answers.channel, "email": answers.email, "phone": answers.phone or None})
    if form.validate_on_submit():
        kept = msgspec.structs.replace(
            answers, channel=form.channel.data, email=form.email.data or "", phone=form.phone.data or ""
        )
        services.keep_answers(visit.actor, case_id=visit.case.id, answers=kept)
        return redirect(url_for("booking.check"), 303)
    values = {"form": form, "step": 3, "steps": STEPS, "back_url": url_for("booking.coming"), "no_channel": NO_CHANNEL}
    return page("contact", **values), 422 if form.errors else 200


@blueprint.route("/<language_code>/<token>/pruefen", methods=["GET", "POST"])
@public
@limit_link
def check(language_code: str, token: str) -> ResponseReturnValue:
    """Show every answer, and book with the button."""
    visit = open_link(token)
    if visit.appointment is not None:
        return redirect(url_for("booking_own.appointment"), 303)
    draft, answers = draft_answers(visit)
    if draft is None or answers is None or not answers.channel:
        return redirect(url_for("booking.times" if draft is None else "booking.coming"), 303)
    form = ConfirmForm()
    if form.validate_on_submit():
        spoken = visit.needs.language or ""
        final = msgspec.structs.replace(answers, language=language_code, interpreter_language=spoken)
        try:
            services.keep_answers(visit.actor, case_id=visit.case.id, answers=final)
            services.confirm(visit.actor, case_id=visit.case.id)
        except services.SlotTaken:
            return _times_page(visit, draft, TimeForm(formdata=None), taken=int(draft.starts_at.timestamp()))
        except services.AlreadyBooked:
            return redirect(url_for("booking_own.appointment"), 303)
        return redirect(url_for("booking_own.appointment"), 303)
    values = {"form": form, "step": 4, "steps": STEPS, "back_url": url_for("booking.contact"), "draft": draft}
    return page("check", rows=answer_rows(visit, draft, answers), **values)


def _times_page(
    visit: Visit, draft: Appointment | None, form: TimeForm, *, taken: int | None = None
) -> ResponseReturnValue:
    own = [draft.id] if draft else []
    slots = queries.first_free(visit.needs, policy=policy_of(visit.actor, visit.needs.setting), own=own)
    held = int(draft.starts_at.timestamp()) if draft and taken is None else None
    offered = offered_times(slots, taken=taken)
    status = 409 if taken is not None else 422 if form.errors else 200
    back = url_for("booking.invitation")
    return page("times", form=form, held=held, step=1, steps=STEPS, back_url=back, **offered), status
