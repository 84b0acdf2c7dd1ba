"""The seat of a child: where it stands, the recommendation, the schools that suit, and picking one."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import queries as people
from app.errors import Invalid, VersionConflict
from app.web.actors import current_actor
from cases.models import Case
from cases.placement import queries, services
from cases.placement.distance import german_distance
from cases.placement.forms import PickForm, RecommendForm
from cases.placement.next_steps import history, next_step
from cases.placement.policies import PlacementPermission
from cases.placement.queries import ChildFile
from cases.placement.school_types import SchoolType
from cases.placement.schools import find_schools, get_school
from cases.placement.services import Choice
from cases.placement.support_dates import reviews_of
from cases.placement.views import sentences
from cases.policies import CasePermission
from cases.queries import get_case
from cases.services import read_case

blueprint = Blueprint("placement", __name__, url_prefix="/faelle/<uuid:case_id>")


@blueprint.app_template_filter("way")
def way(length: int, is_estimate: bool) -> str:
    """Metres for people."""
    return german_distance(length, is_estimate=is_estimate)


CHANGED = (
    "Jemand hat die Angaben zum Kind inzwischen geändert. Ihre Eingaben stehen noch hier: "
    "Bitte prüfen Sie sie und speichern Sie noch einmal."
)


@blueprint.get("/schulplatz")
def show(case_id: UUID) -> ResponseReturnValue:
    """Where each child of the family stands; a family with one child goes straight to it."""
    actor = current_actor()
    case = read_case(actor, case_id=case_id, part="placement", permission=PlacementPermission.READ)
    if len(case.children) == 1:
        return redirect(url_for("placement.child", case_id=case_id, child_id=case.children[0].id))
    files = queries.child_files(actor, case)
    return render_template("cases/placement/show.html", case=case, rows=[(file, next_step(file)) for file in files])


@blueprint.get("/kinder/<uuid:child_id>/schulplatz")
def child(case_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """One child: next step, proposal of the rules, recommendation, attempts."""
    actor = current_actor()
    case = read_case(actor, case_id=case_id, part="placement", permission=PlacementPermission.READ)
    files = queries.child_files(actor, case)
    file = queries.child_file(actor, case, child_id)
    attempts = [(attempt, history(attempt.placement)) for attempt in file.attempts]
    users = people.names([event.user_id for _, events in attempts for event in events])
    return render_template(
        "cases/placement/child.html",
        case=case,
        file=file,
        siblings=files if len(files) > 1 else [],
        step=next_step(file),
        attempts=attempts,
        users=users,
        reviews=reviews_of(file),
    )


@blueprint.route("/kinder/<uuid:child_id>/empfehlung", methods=["GET", "POST"])
def recommend(case_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """Decide on stage, form and support beside what the rules propose."""
    case, file = _load(case_id, child_id, "recommendation")
    form = RecommendForm()
    status = 200
    if file.proposal is not None and not form.is_submitted():
        form.begin_with(file.decision, file.proposal, file.version)
    elif form.validate_on_submit():
        try:
            services.recommend(
                current_actor(), case_id=case_id, child_id=child_id, decision=form.decision(), expected=form.expected()
            )
        except Invalid as error:
            sentences.show(form, error)
        except VersionConflict:
            _, file = _load(case_id, child_id, "recommendation")
            form.version.data, status = str(file.version), 409
            form.form_errors.append(CHANGED)
        else:
            flash("Die Empfehlung ist gespeichert.", "success")
            return redirect(url_for("placement.child", case_id=case_id, child_id=child_id), 303)
    status = 422 if form.errors and status == 200 else status
    return render_template("cases/placement/recommend.html", case=case, file=file, form=form), status


@blueprint.get("/kinder/<uuid:child_id>/schulen")
def options(case_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """The schools that suit a child, nearest first."""
    case, file = _load(case_id, child_id, "school options")
    type_, agree = _type(request.args.get("form", "")), _agreement(request.args.get("bekenntnis", ""))
    limit = 200 if "alle" in request.args else 10
    found = queries.options_for(current_actor(), file, type_=type_, agree=agree, limit=limit)
    types = sorted({t for t in SchoolType if file.stage in t.stages and not t.needs_special_procedure})
    return render_template(
        "cases/placement/options.html", case=case, file=file, found=found, types=types, type=type_, agree=agree
    )


@blueprint.get("/kinder/<uuid:child_id>/andere-schule")
def other(case_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """Look for a school the rules do not list; picking it needs a reason."""
    case, file = _load(case_id, child_id, "school search")
    text = request.args.get("q", "").strip()
    schools = find_schools(current_actor(), text=text)[:30] if text else []
    return render_template("cases/placement/other.html", case=case, file=file, schools=schools, text=text)


@blueprint.route("/kinder/<uuid:child_id>/schulen/<number>", methods=["GET", "POST"])
def pick(case_id: UUID, child_id: UUID, number: str) -> ResponseReturnValue:
    """Propose one school for a child, with the reason."""
    case, file = _load(case_id, child_id, "school choice")
    actor, school = current_actor(), get_school(current_actor(), number)
    found = queries.options_for(actor, file, type_=None, agree=None, limit=500)
    option = next((option for option in found.options if option.school.number == number), None)
    form = PickForm(reason=" ".join(option.reasons) if option else "")
    if option is not None:
        del form.deviates_because
    if form.validate_on_submit():
        deviation = form.deviates_because.data if option is None else ""
        choice = Choice(school.id, form.reason.data or "", bool(form.guardians_agree.data), deviation or "")
        try:
            services.propose_school(actor, case_id=case_id, child_id=child_id, choice=choice)
        except Invalid as error:
            sentences.show(form, error)
        else:
            flash(f"{school.title} ist vorgeschlagen.", "success")
            return redirect(url_for("placement.child", case_id=case_id, child_id=child_id), 303)
    return render_template(
        "cases/placement/pick.html", case=case, file=file, school=school, option=option, form=form
    ), 422 if form.errors else 200


def _load(case_id: UUID, child_id: UUID, part: str) -> tuple[Case, ChildFile]:
    """A case the actor may decide in, and the child's file; reading it goes into the trail."""
    actor = current_actor()
    if request.method == "GET":
        read_case(actor, case_id=case_id, part=part, permission=CasePermission.PLACE)
    case = get_case(actor, case_id, CasePermission.PLACE)
    return case, queries.child_file(actor, case, child_id)


def _type(code: str) -> SchoolType | None:
    return SchoolType(code) if code in set(SchoolType) else None


def _agreement(text: str) -> bool | None:
    return {"ja": True, "nein": False}.get(text)
