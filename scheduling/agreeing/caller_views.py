"""Booking while somebody is on the telephone: find the case, take one of nine times, Enter; all by keyboard.

The word searched for goes in the body; the address holds a kind, an instant and an advisor's id at most.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import Invalid
from app.policies import authorise
from app.web.actors import current_actor
from cases.models import Case
from cases.policies import CasePermission
from cases.search import services as search
from cases.services import read_case
from scheduling import queries, services
from scheduling.agreeing.asked import (
    asked_advisor,
    asked_day,
    asked_instant,
    asked_kind,
    asked_start,
    contact_of,
    details_of,
)
from scheduling.agreeing.caller_forms import CallerForm
from scheduling.agreeing.views import TAKEN
from scheduling.gate import lacks_papers
from scheduling.kinds import TalkMode
from scheduling.offering.queries import setting_of
from scheduling.policies import SchedulingPermission
from scheduling.queries import Needs, Wishes
from scheduling.slots import nearest
from scheduling.states import AppointmentKind
from scheduling.world import Slot

blueprint = Blueprint("caller", __name__, url_prefix="/termine/buchen")
SHOWN = 9
"""As many as there are number keys."""
LONGEST = 120
AGREED = "Die Familie hat schon einen Termin dieser Art. Verschieben Sie ihn oder sagen Sie ihn ab."


@blueprint.route("", methods=["GET", "POST"])
def find() -> ResponseReturnValue:
    """Whose talk it is: one hit leads on at once, several are chosen by number."""
    actor = current_actor()
    authorise(actor, SchedulingPermission.SEE_DAY)
    text = request.form.get("q", "").strip()[:LONGEST]
    rows = search.search(actor, text=text)[:SHOWN] if text else []
    is_typing = bool(request.headers.get("HX-Request"))
    if len(rows) == 1 and rows[0].may_read and not is_typing:
        return redirect(url_for("caller.book", case_id=rows[0].case_id, **_kept()), 303)
    template = "scheduling/_callers.html" if is_typing else "scheduling/caller.html"
    return render_template(
        template, search_text=text, rows=rows, kept=_kept(), start=asked_start(), is_page=not is_typing
    )


@blueprint.route("/<uuid:case_id>", methods=["GET", "POST"])
def book(case_id: UUID) -> ResponseReturnValue:
    """The first free times as a list, the first one chosen already."""
    actor = current_actor()
    authorise(actor, SchedulingPermission.SEE_DAY)
    case = read_case(actor, case_id=case_id, part="booking", permission=CasePermission.INVITE)
    kind = asked_kind()
    setting = setting_of(case.organisation_id, kind)
    form = CallerForm(data=contact_of(case), lacks_papers=lacks_papers(case, setting), setting=setting)
    wishes = Wishes(mode=_mode(form), advisor_id=asked_advisor())
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        status = _try(case, kind, form, wishes)
        if status == 303:
            flash("Der Termin ist gebucht. Der Code für die Familie steht unten beim Termin.", "success")
            return redirect(url_for("appointments.show", case_id=case_id), 303)
    return _page(case, form, queries.needs_of(case, kind, wishes)), status


def _try(case: Case, kind: AppointmentKind, form: CallerForm, wishes: Wishes) -> int:
    """Book, or say on the form why not; answers the status of the page."""
    actor = current_actor()
    try:
        services.book(
            actor, case_id=case.id, kind=kind, starts=form.chosen, details=details_of(case, form),
            without_papers=form.reason, wishes=wishes, overbook=form.overbooked,
        )  # fmt: skip
    except services.SlotTaken:
        form.form_errors.append(TAKEN)
        return 409
    except services.AlreadyBooked:
        form.form_errors.append(AGREED)
        return 409
    except Invalid:
        form.form_errors.append("So wird diese Art von Termin nicht angeboten.")
        return 422
    return 303


def _page(case: Case, form: CallerForm, needs: Needs) -> str:
    slots = _offered(needs)
    start = asked_start()
    chosen = form.starts.data or _first(slots, int(start.timestamp()) if start else None)
    return render_template(
        "scheduling/caller_book.html",
        case=case, form=form, needs=needs, slots=slots, chosen=chosen, kept=_kept(),
        kinds=[each for each in AppointmentKind if each.is_for_one_family],
        later=slots[-1].starts if len(slots) == SHOWN else None, start=start,
    )  # fmt: skip


def _offered(needs: Needs) -> list[Slot]:
    """Nine times: those around the one asked for, else the first free ones from the day asked for."""
    start, policy = asked_start(), queries.policy_of(current_actor(), needs.setting)
    after = asked_instant("nach")
    free = queries.first_free(needs, policy=policy, earliest=after or _earliest())
    if after is not None:
        free = [slot for slot in free if slot.starts_at > after]
    return nearest(free, int(start.timestamp()), SHOWN) if start else free[:SHOWN]


def _earliest() -> datetime:
    """The midnight of the day asked for, never before now."""
    day = asked_day()
    return max(clock.local(clock.now()), datetime.combine(day, time(0), tzinfo=clock.BERLIN))


def _first(slots: list[Slot], wanted: int | None) -> str:
    """The time that is chosen when the page opens."""
    starts = [slot.starts for slot in slots]
    if wanted in starts:
        return str(wanted)
    return str(starts[0]) if starts else ""


def _mode(form: CallerForm) -> TalkMode | None:
    if not form.mode or form.mode.data not in set(TalkMode):
        return None
    return TalkMode(form.mode.data)


def _kept() -> dict[str, Any]:
    """What the address asked for, to be carried on."""
    return {name: request.args[name] for name in ("beginn", "wer", "art", "ab") if request.args.get(name)}
