"""The acts after a school was picked, each a small form with its day: handing over, assignment, answer, exits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import Invalid
from app.web.actors import current_actor
from app.web.forms import EinstiegForm
from cases.child_states import ChildState, RefusalReason
from cases.models import Case
from cases.placement import queries, services
from cases.placement.forms import (
    AdmitForm,
    AssignForm,
    ExtendForm,
    HandOverForm,
    LeaveForm,
    RefuseForm,
    StartForm,
    WithdrawForm,
)
from cases.placement.models import Placement
from cases.placement.queries import ChildFile
from cases.placement.reviews import add_months
from cases.placement.schools import schools_of_town
from cases.placement.views import sentences
from cases.placement.views.seat import blueprint
from cases.policies import CasePermission
from cases.queries import get_case
from cases.services import read_case

BOTH = ["GET", "POST"]
Work = Callable[[], object]


@blueprint.route("/schulplaetze/<uuid:placement_id>/uebergabe", methods=BOTH)
def hand_over(case_id: UUID, placement_id: UUID) -> ResponseReturnValue:
    """Note that a proposal went to the authority."""
    file, placement = _load(case_id, placement_id)
    form = HandOverForm()

    def work() -> object:
        words = {"on": form.on.data, "recipient": form.recipient.data or ""}
        return services.hand_over(current_actor(), case_id=case_id, placement_id=placement_id, **words)

    title = f"An {placement.authority.label} übergeben"
    return _answer(file, form, work, title, "Die Übergabe ist eingetragen.", button="Übergabe eintragen", of=placement)


@blueprint.post("/schulplaetze/<uuid:placement_id>/verteilliste")
def put_on_list(case_id: UUID, placement_id: UUID) -> ResponseReturnValue:
    """Note that the authority has no seat now."""
    placement = services.put_on_list(current_actor(), case_id=case_id, placement_id=placement_id)
    return _back(case_id, placement.child_id, "Das Kind steht auf der Verteilliste.")


@blueprint.route("/schulplaetze/<uuid:placement_id>/zuweisung", methods=BOTH)
def assign(case_id: UUID, placement_id: UUID) -> ResponseReturnValue:
    """Note the authority's assignment, to the proposed school or another."""
    file, placement = _load(case_id, placement_id)
    form = AssignForm(school_id=str(placement.school_id))
    on = clock.today()
    taught = [s for s in schools_of_town() if s.is_open(on) and file.stage in s.type.stages]
    schools = {placement.school_id: placement.school} | {school.id: school for school in taught}
    form.school_id.choices = [(str(key), f"{school.title}, {school.postcode}") for key, school in schools.items()]

    def work() -> object:
        words: dict[str, Any] = {"on": form.on.data, "school_id": UUID(form.school_id.data)}
        return services.record_assignment(current_actor(), case_id=case_id, placement_id=placement_id, **words)

    return _answer(
        file,
        form,
        work,
        "Zuweisung eintragen",
        "Die Zuweisung ist eingetragen.",
        button="Zuweisung eintragen",
        of=placement,
    )


@blueprint.route("/schulplaetze/<uuid:placement_id>/aufnahme", methods=BOTH)
def admit(case_id: UUID, placement_id: UUID) -> ResponseReturnValue:
    """Note the school's yes and the first school day."""
    file, placement = _load(case_id, placement_id)
    form = AdmitForm()

    def work() -> object:
        words: dict[str, Any] = {"on": form.on.data, "starts_on": form.starts_on.data}
        return services.record_admission(current_actor(), case_id=case_id, placement_id=placement_id, **words)

    done = "Die Aufnahme ist eingetragen. Die Termine der Erstförderung stehen bei den Aufgaben."
    return _answer(file, form, work, "Aufnahme eintragen", done, button="Aufnahme eintragen", of=placement)


@blueprint.route("/schulplaetze/<uuid:placement_id>/schulbeginn", methods=BOTH)
def confirm_start(case_id: UUID, placement_id: UUID) -> ResponseReturnValue:
    """Note the day on which the child really came."""
    file, placement = _load(case_id, placement_id)
    form = StartForm(started_on=placement.starts_on)

    def work() -> object:
        day = form.started_on.data
        return services.confirm_start(current_actor(), case_id=case_id, placement_id=placement_id, started_on=day)

    done = "Der Schulbeginn ist bestätigt. Die Termine der Erstförderung zählen ab diesem Tag."
    return _answer(file, form, work, "Schulbeginn bestätigen", done, button="Bestätigen", of=placement)


@blueprint.route("/schulplaetze/<uuid:placement_id>/ablehnung", methods=BOTH)
def refuse(case_id: UUID, placement_id: UUID) -> ResponseReturnValue:
    """Note the school's written refusal."""
    file, placement = _load(case_id, placement_id)
    form = RefuseForm()

    def work() -> object:
        words: dict[str, Any] = {"on": form.on.data, "text": form.text.data or ""}
        words["reason"] = RefusalReason(form.reason.data)
        return services.record_refusal(current_actor(), case_id=case_id, placement_id=placement_id, **words)

    done = "Die Ablehnung ist eingetragen. Diese Schule wird für das Kind nicht mehr vorgeschlagen."
    return _answer(file, form, work, "Ablehnung eintragen", done, button="Ablehnung eintragen", of=placement)


@blueprint.route("/schulplaetze/<uuid:placement_id>/ruecknahme", methods=BOTH)
def withdraw(case_id: UUID, placement_id: UUID) -> ResponseReturnValue:
    """Take a proposal back."""
    file, placement = _load(case_id, placement_id)
    form = WithdrawForm()

    def work() -> object:
        because = form.because.data or ""
        return services.withdraw(current_actor(), case_id=case_id, placement_id=placement_id, because=because)

    done = "Der Vorschlag ist zurückgenommen."
    return _answer(file, form, work, "Vorschlag zurücknehmen", done, button="Zurücknehmen", of=placement)


@blueprint.route("/kinder/<uuid:child_id>/ende", methods=BOTH)
def leave(case_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """End the search by a side exit, after a confirmation."""
    file, form = _child(case_id, child_id), LeaveForm()

    def work() -> object:
        words: dict[str, Any] = {"state": ChildState(form.state.data), "on": form.on.data}
        return services.leave(current_actor(), case_id=case_id, child_id=child_id, **words)

    return _answer(file, form, work, "Suche beenden", "Die Suche ist beendet.", button="Suche beenden", danger=True)


@blueprint.route("/kinder/<uuid:child_id>/verlaengerung", methods=BOTH)
def extend(case_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """Note that initial support goes on."""
    file = _child(case_id, child_id)
    start = file.child.support_started_on or clock.today()
    form = ExtendForm(until=add_months(max(add_months(start, 24), clock.today()), 6))

    def work() -> object:
        return services.extend_support(current_actor(), case_id=case_id, child_id=child_id, until=form.until.data)

    done = "Die Verlängerung ist eingetragen."
    return _answer(file, form, work, "Erstförderung verlängern", done, button="Verlängern")


@blueprint.post("/kinder/<uuid:child_id>/wiederaufnahme")
def take_up_again(case_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """Take a child up again after a side exit."""
    services.take_up_again(current_actor(), case_id=case_id, child_id=child_id)
    return _back(case_id, child_id, "Das Kind ist wieder aufgenommen.")


@blueprint.post("/kinder/<uuid:child_id>/regelklasse")
def enter_regular_class(case_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """Note the step into the regular class."""
    services.enter_regular_class(current_actor(), case_id=case_id, child_id=child_id)
    return _back(case_id, child_id, "Das Kind ist in der Regelklasse.")


@blueprint.post("/kinder/<uuid:child_id>/abschluss")
def complete(case_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """Note that nothing is owed any more."""
    services.complete(current_actor(), case_id=case_id, child_id=child_id)
    return _back(case_id, child_id, "Die Begleitung ist abgeschlossen.")


@blueprint.post("/kinder/<uuid:child_id>/neue-suche")
def search_new_seat(case_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """Look for another seat."""
    services.search_new_seat(current_actor(), case_id=case_id, child_id=child_id)
    return _back(case_id, child_id, "Das Kind steht wieder auf der Verteilliste.")


def _load(case_id: UUID, placement_id: UUID) -> tuple[ChildFile, Placement]:
    case = _case(case_id)
    placement = queries.get_placement(current_actor(), case, placement_id)
    return queries.child_file(current_actor(), case, placement.child_id), placement


def _child(case_id: UUID, child_id: UUID) -> ChildFile:
    case = _case(case_id)
    return queries.child_file(current_actor(), case, child_id)


def _case(case_id: UUID) -> Case:
    """A case the actor may decide in; opening a page of it goes into the trail."""
    if request.method == "GET":
        read_case(current_actor(), case_id=case_id, part="placement", permission=CasePermission.PLACE)
    return get_case(current_actor(), case_id, CasePermission.PLACE)


def _answer(
    file: ChildFile,
    form: EinstiegForm,
    work: Work,
    title: str,
    done: str,
    *,
    button: str,
    of: Placement | None = None,
    danger: bool = False,
) -> ResponseReturnValue:
    """Do the work of a valid form and go back to the child, or show the form again with what was typed."""
    case_id, child_id = file.case.id, file.child.id
    if form.validate_on_submit():
        try:
            work()
        except Invalid as error:
            sentences.show(form, error)
        else:
            return _back(case_id, child_id, done)
    page = render_template(
        "cases/placement/step.html",
        case=file.case,
        file=file,
        form=form,
        title=title,
        button_label=button,
        placement=of,
        danger=danger,
        endpoint=request.endpoint,
    )
    return page, 422 if form.errors else 200


def _back(case_id: UUID, child_id: UUID, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("placement.child", case_id=case_id, child_id=child_id), 303)
