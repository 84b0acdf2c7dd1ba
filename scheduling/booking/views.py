"""From the link to a booked appointment: what it is, when, who comes, how to be reminded, check, done."""

from __future__ import annotations

import msgspec
from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from app.web.actors import public
from scheduling import queries, services
from scheduling.booking.children import children_in_words
from scheduling.booking.forms import (
    ASKED,
    NO_CHANNEL,
    CheckForm,
    CodeForm,
    ComingForm,
    ContactForm,
    ForChildrenForm,
    TimeForm,
)
from scheduling.booking.limits import TooMany
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
from scheduling.booking.steps import after_time, asks_children, next_step, steps_of, time_step
from scheduling.booking.summary import answer_rows
from scheduling.booking.visits import Visit, draft_answers, open_link, pass_for_code
from scheduling.booking.wishes import wish_earlier
from scheduling.models import Appointment
from scheduling.queries import policy_of
from scheduling.requests import asking
from scheduling.requests.following import NotProven

blueprint = family_blueprint("booking")


@blueprint.get("/")
@blueprint.get("/<language_code>/")
@public
@limit_address
def start(language_code: str = "de") -> ResponseReturnValue:
    """The way in without a link: languages, the code, the telephone."""
    return page("start", is_open=asking.open_house() is not None)


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
    if visit.is_request:
        return redirect(next_step(visit), 303)
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
    if visit.is_request and next_step(visit) not in (url_for("booking.times"), url_for("booking.check")):
        return redirect(next_step(visit), 303)
    draft, answers = draft_answers(visit)
    form = TimeForm()
    if not form.validate_on_submit():
        return _times_page(visit, draft, form)
    chosen = form.chosen()
    try:
        wishes = queries.wishes_of(draft) if draft else queries.NO_WISHES
        services.hold(visit.actor, case_id=visit.case.id, kind=visit.kind, starts=starting(chosen), wishes=wishes)
    except services.SlotTaken:
        return _times_page(visit, draft, form, taken=chosen)
    except services.AlreadyBooked:
        return redirect(url_for("booking_own.appointment"), 303)
    if visit.is_request:
        asking.keep_with_time(visit.actor, case_id=visit.case.id)
    return redirect(after_time(visit, answers), 303)


@blueprint.route("/<language_code>/<token>/fuer", methods=["GET", "POST"])
@public
@limit_link
def children(language_code: str, token: str) -> ResponseReturnValue:
    """For which of several children the talk is."""
    visit = open_link(token)
    draft, answers = draft_answers(visit)
    if draft is None or answers is None or visit.is_request or not asks_children(visit.case):
        return redirect(url_for("booking.times"), 303)
    words = children_in_words(visit.case)
    form = ForChildrenForm(data={"children": answers.children or [child_id for child_id, _ in words]})
    form.children.choices = words
    if form.validate_on_submit():
        kept = msgspec.structs.replace(answers, children=form.children.data or [])
        services.keep_answers(visit.actor, case_id=visit.case.id, answers=kept)
        return redirect(after_time(visit, kept), 303)
    values = {"form": form, "step": 2, "steps": steps_of(visit), "back_url": url_for("booking.times"), "draft": draft}
    return page("children", **values), 422 if form.errors else 200


@blueprint.route("/<language_code>/<token>/wer", methods=["GET", "POST"])
@public
@limit_link
def coming(language_code: str, token: str) -> ResponseReturnValue:
    """Who comes to the talk."""
    visit = open_link(token)
    draft, answers = draft_answers(visit)
    if draft is None or answers is None or visit.is_request:
        return redirect(url_for("booking.times"), 303)
    needs = visit.needs
    said = {name: getattr(answers, name) for name in ASKED} | {
        "count": answers.coming_count if answers.coming else None
    }
    form = ComingForm(data=said, questions=needs.setting.questions, is_interpreted=needs.language is not None)
    if form.validate_on_submit():
        kept = form.answers(answers)
        services.keep_answers(visit.actor, case_id=visit.case.id, answers=kept)
        if not _still_fits(visit, draft):
            return _times_page(visit, draft, TimeForm(formdata=None), taken=int(draft.starts_at.timestamp()))
        return redirect(url_for("booking.check" if answers.channel else "booking.contact"), 303)
    steps, back = steps_of(visit), "booking.children" if asks_children(visit.case) else "booking.times"
    values = {"form": form, "step": steps - 2, "steps": steps, "back_url": url_for(back), "draft": draft}
    return page("coming", **values), 422 if form.errors else 200


@blueprint.route("/<language_code>/<token>/erinnerung", methods=["GET", "POST"])
@public
@limit_link
def contact(language_code: str, token: str) -> ResponseReturnValue:
    """How to be reminded, if at all."""
    visit = open_link(token)
    draft, answers = draft_answers(visit)
    if draft is None or answers is None or visit.is_request:
        return redirect(url_for("booking.times"), 303)
    form = ContactForm(data={"channel": answers.channel, "email": answers.email, "phone": answers.phone or None})
    if form.validate_on_submit():
        kept = msgspec.structs.replace(
            answers, channel=form.channel.data, email=form.email.data or "", phone=form.phone.data or ""
        )
        services.keep_answers(visit.actor, case_id=visit.case.id, answers=kept)
        return redirect(url_for("booking.check"), 303)
    steps, back = steps_of(visit), url_for("booking.coming")
    values = {"form": form, "step": steps - 1, "steps": steps, "back_url": back, "no_channel": NO_CHANNEL}
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
    form = CheckForm(data={"wants_earlier": draft.wants_earlier})
    if form.validate_on_submit():
        wish_earlier(visit.actor, appointment_id=draft.id, wanted=bool(form.wants_earlier.data))
        if not visit.is_request:
            spoken = visit.needs.language or ""
            final = msgspec.structs.replace(answers, language=language_code, interpreter_language=spoken)
            services.keep_answers(visit.actor, case_id=visit.case.id, answers=final)
        return _booked(visit, draft)
    steps, back = steps_of(visit), url_for("booking.times" if visit.is_request else "booking.contact")
    needs_code = visit.is_request and answers.channel != NO_CHANNEL and not asking.is_proven(visit.case)
    step = time_step(visit) + 1 if visit.is_request else steps
    values = {"form": form, "step": step, "steps": steps, "back_url": back, "draft": draft, "needs_code": needs_code}
    return page("check", rows=answer_rows(visit, draft, answers), **values)


def _still_fits(visit: Visit, draft: Appointment) -> bool:
    """Whether the held time can be had with what the family has just wished: then it is held anew with it."""
    wishes = queries.wishes_of(draft)
    if not wishes.step_free and wishes.interpreter_gender is None:
        return True
    try:
        services.hold(visit.actor, case_id=visit.case.id, kind=visit.kind, starts=draft.starts_at, wishes=wishes)
    except services.SlotTaken:
        return False
    return True


def _booked(visit: Visit, draft: Appointment) -> ResponseReturnValue:
    """Book what is held, or say why not and what to do instead."""
    try:
        services.confirm(visit.actor, case_id=visit.case.id)
    except services.SlotTaken:
        return _times_page(visit, draft, TimeForm(formdata=None), taken=int(draft.starts_at.timestamp()))
    except TooMany:
        back = url_for("booking_open.reach" if visit.is_request else "booking.contact")
        return page("too_many", back_url=back), 409
    except NotProven:
        return redirect(url_for("booking_open.prove"), 303)
    except services.AlreadyBooked:
        pass
    return redirect(url_for("booking_own.appointment"), 303)


def _times_page(
    visit: Visit, draft: Appointment | None, form: TimeForm, *, taken: int | None = None
) -> ResponseReturnValue:
    own = [draft.id] if draft else []
    needs = queries.needs_of(visit.case, visit.kind, queries.wishes_of(draft) if draft else queries.NO_WISHES)
    slots = queries.first_free(needs, policy=policy_of(visit.actor, needs.setting), own=own)
    held = int(draft.starts_at.timestamp()) if draft and taken is None else None
    offered = offered_times(slots, taken=taken)
    status = 409 if taken is not None else 422 if form.errors else 200
    back = url_for("booking_open.reach" if visit.is_request else "booking.invitation")
    may_wait = visit.kind.is_for_one_family and not visit.is_request
    shown = {"step": time_step(visit), "steps": steps_of(visit), "back_url": back, "may_wait": may_wait}
    return page("times", form=form, held=held, **shown, **offered), status
