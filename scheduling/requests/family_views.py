"""The open page: a family without an invitation asks for a talk, one question a page; looking changes nothing."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError

from app.extensions import limiter
from app.messages.models import Channel
from app.web.actors import public
from app.web.languages import LANGUAGES
from app.web.layout import page_language
from scheduling import queries, services
from scheduling.booking.forms import NO_CHANNEL, CheckForm, ConfirmForm
from scheduling.booking.limits import TooMany
from scheduling.booking.pages import family_blueprint, key_of_link, limit_address, limit_link, page
from scheduling.booking.steps import OPEN_STEPS, next_step
from scheduling.booking.visits import Visit, open_link
from scheduling.booking.wishes import wish_earlier
from scheduling.requests import asking, codes, proofs
from scheduling.requests.following import request_of
from scheduling.requests.forms import MOST_CHILDREN, ChildrenForm, DigitsForm, NameForm, ReachForm, SpokenForm

blueprint = family_blueprint("booking_open")

# Generous: the families of a shelter share one address. Telephones and links have limits of their own.
limit_requests = limiter.limit("120 per hour", methods=["POST"])
limit_digits = limiter.limit("20 per hour", methods=["POST"], key_func=key_of_link)


@blueprint.get("/<language_code>/termin")
@public
@limit_address
def by_another_name(language_code: str) -> ResponseReturnValue:
    """The word on posters."""
    return redirect(url_for("booking_open.spoken"), 303)


@blueprint.route("/<language_code>/anfrage", methods=["GET", "POST"])
@public
@limit_address
def spoken(language_code: str) -> ResponseReturnValue:
    """In which language the family wants to talk."""
    if asking.open_house() is None:
        return page("open/closed")
    form = SpokenForm(data={"spoken": request.args.get("sprache") or page_language().code})
    if form.validate_on_submit():
        return redirect(url_for("booking_open.name", sprache=form.spoken.data), 303)
    back = url_for("booking.start")
    return page("open/spoken", form=form, step=1, steps=OPEN_STEPS, back_url=back), 422 if form.errors else 200


@blueprint.route("/<language_code>/anfrage/name", methods=["GET", "POST"])
@public
@limit_address
@limit_requests
def name(language_code: str) -> ResponseReturnValue:
    """Who asks; with this answer the draft begins, and its link leads through the rest."""
    house, wanted = asking.open_house(), request.args.get("sprache", "")
    if house is None or wanted not in {each.code for each in LANGUAGES}:
        return redirect(url_for("booking_open.spoken"), 303)
    form = NameForm()
    if form.validate_on_submit() and _is_worked(form):
        try:
            token = asking.begin(
                organisation_id=house,
                language=language_code,
                spoken=wanted,
                family_name=form.family_name.data or "",
                proof=proofs.mark_of(form.challenge.data or ""),
            )
        except IntegrityError:
            form.challenge.data = ""
            _ask_to_wait(form)
        else:
            return redirect(url_for("booking_open.children", token=token), 303)
    return _name_page(form, wanted)


@blueprint.route("/<language_code>/<token>/kinder", methods=["GET", "POST"])
@public
@limit_link
def children(language_code: str, token: str) -> ResponseReturnValue:
    """Which children it is about: by year of birth, without names."""
    visit = open_link(token)
    if not visit.is_request or visit.appointment is not None:
        return redirect(url_for("booking.invitation"), 303)
    form = ChildrenForm(data={"born": _years(visit)})
    form.number_rows()
    if form.validate_on_submit():
        asking.say_children(visit.actor, case_id=visit.case.id, born=form.years())
        return redirect(next_step(open_link(token)), 303)
    return page("open/children", form=form, step=3, steps=OPEN_STEPS), 422 if form.errors else 200


@blueprint.route("/<language_code>/<token>/kontakt", methods=["GET", "POST"])
@public
@limit_link
def reach(language_code: str, token: str) -> ResponseReturnValue:
    """How we can write to the family, or that we cannot."""
    visit = open_link(token)
    if not visit.is_request or visit.appointment is not None:
        return redirect(url_for("booking.invitation"), 303)
    family = queries.family_of(visit.case)
    form = ReachForm(data={"channel": family.channel, "email": family.email, "phone": family.phone or None})
    if form.validate_on_submit():
        channel = form.channel.data
        asking.say_contact(
            visit.actor,
            case_id=visit.case.id,
            channel=channel,
            email=(form.email.data or "") if channel == Channel.EMAIL else "",
            phone=(form.phone.data or "") if channel == Channel.SMS else "",
        )
        return redirect(next_step(open_link(token)), 303)
    back = url_for("booking_open.children")
    values = {"form": form, "step": 4, "steps": OPEN_STEPS, "back_url": back, "no_channel": NO_CHANNEL}
    return page("open/reach", **values), 422 if form.errors else 200


@blueprint.post("/<language_code>/<token>/code")
@public
@limit_link
def send(language_code: str, token: str) -> ResponseReturnValue:
    """Send a code, the first or another one."""
    visit = open_link(token)
    if not _may_prove(visit) or not ConfirmForm().validate_on_submit():
        return redirect(url_for("booking.invitation"), 303)
    held, form = queries.draft_of(visit.case.id), CheckForm()
    if held is not None and "checked" in request.form:
        wish_earlier(visit.actor, appointment_id=held.id, wanted=bool(form.wants_earlier.data))
    try:
        asking.send_code(visit.actor, case_id=visit.case.id)
    except codes.NoMoreCodes:
        return page("open/no_codes", back_url=url_for("booking_open.reach")), 429
    except services.SlotTaken:
        return redirect(url_for("booking.times"), 303)
    return redirect(url_for("booking_open.prove"), 303)


@blueprint.route("/<language_code>/<token>/bestaetigen", methods=["GET", "POST"])
@public
@limit_link
@limit_digits
def prove(language_code: str, token: str) -> ResponseReturnValue:
    """The six digits, and with them the talk is booked."""
    visit = open_link(token)
    if not _may_prove(visit):
        return redirect(url_for("booking.invitation"), 303)
    form = DigitsForm()
    is_right = asking.is_proven(visit.case) or (
        form.validate_on_submit() and asking.prove(visit.actor, case_id=visit.case.id, typed=form.digits.data or "")
    )
    if is_right and request.method == "POST":
        return _book(visit)
    return _digits_page(open_link(token), form)


def _book(visit: Visit) -> ResponseReturnValue:
    """Book what is held; a time that went meanwhile leads to the nearest others, with everything else kept."""
    try:
        services.confirm(visit.actor, case_id=visit.case.id)
    except services.SlotTaken:
        flash(gettext("Diese Zeit ist leider nicht mehr frei"), "warning")
        return redirect(url_for("booking.times"), 303)
    except services.AlreadyBooked:
        return redirect(url_for("booking_own.appointment"), 303)
    except TooMany:
        return page("too_many", back_url=url_for("booking_open.reach")), 409
    return redirect(url_for("booking_own.appointment"), 303)


def _digits_page(visit: Visit, form: DigitsForm) -> ResponseReturnValue:
    asked = request_of(visit.case)
    family = queries.family_of(visit.case)
    values = {
        "form": form,
        "resend": ConfirmForm(formdata=None),
        "is_wrong": form.is_submitted() and not form.errors,
        "page_errors": form.is_submitted() and not form.errors,
        "is_spent": asked is None or codes.is_spent(asked),
        "sent_to": family.email or family.phone,
        "step": OPEN_STEPS,
        "steps": OPEN_STEPS,
        "back_url": url_for("booking.check"),
    }
    return page("open/prove", **values), 422 if form.is_submitted() else 200


def _may_prove(visit: Visit) -> bool:
    """Whether this family holds a time and has a contact that is to be proven."""
    if not visit.is_request or visit.appointment is not None:
        return False
    channel = queries.family_of(visit.case).channel
    return queries.draft_of(visit.case.id) is not None and channel in set(Channel)


def _is_worked(form: NameForm) -> bool:
    if proofs.is_answered(form.challenge.data or "", form.answer.data or ""):
        return True
    return _ask_to_wait(form)


def _ask_to_wait(form: NameForm) -> bool:
    """What helps without a script, and when a challenge was used before: a little patience. Always False."""
    form.form_errors.append(
        gettext(
            "Bitte warten Sie 20 Sekunden und drücken Sie dann noch einmal auf „Weiter“. So schützen wir die Termine."
        )
    )
    return False


def _name_page(form: NameForm, wanted: str) -> ResponseReturnValue:
    if proofs.bits() and not proofs.is_running(form.challenge.data or ""):
        form.challenge.data = proofs.new_challenge()
    back = url_for("booking_open.spoken", sprache=wanted)
    values = {"form": form, "bits": proofs.bits(), "step": 2, "steps": OPEN_STEPS, "back_url": back}
    return page("open/name", **values), 422 if form.is_submitted() else 200


def _years(visit: Visit) -> list[str]:
    known = asking.born_in(visit.case)
    return (known + [""] * MOST_CHILDREN)[:MOST_CHILDREN]
