"""The list of cases, and a file's first page and its running."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import queries as people
from app.policies import Actor, Role, permits
from app.web.actors import current_actor
from app.web.pagination import page_number, page_urls
from cases import frame, list_choices, list_page, overview, panels, requests, services
from cases.closing import Unsettled
from cases.filters import queries as kept_filters
from cases.forms import CloseForm, PersonForm
from cases.kinds import AccessKind, CloseReason
from cases.models import Case
from cases.policies import CasePermission
from cases.progress import TONES

blueprint = Blueprint("cases", __name__)
frame.init_blueprint(blueprint)


@blueprint.get("/faelle")
def index() -> ResponseReturnValue:
    """The cases one may know of, filtered and sorted; without a word in the address as the person chose to begin."""
    actor = current_actor()
    begins = None if requests.is_asked(request.args) else kept_filters.default_settings(actor)
    if begins is not None:
        return redirect(requests.url_of(requests.filters_of(begins, actor)))
    filters = requests.filters_of(request.args, actor)
    shown = list_page.load(actor, filters, number=page_number(request))
    page = render_template(
        "cases/index.html",
        page=shown.page,
        url_of=page_urls(request),
        filters=filters,
        arguments=requests.arguments_of(filters),
        whose=requests.list_urls(actor, filters, shown.counts),
        kept=requests.kept_urls(actor, filters, shown.kept),
        conditions=requests.conditions_of(filters, shown.advisors, shown.schools),
        widened_url=requests.url_of(filters.widened()),
        choices=list_choices.of(shown.advisors, shown.schools),
        sort_urls=requests.sort_urls(filters),
        tones=TONES,
    )
    # After the page is made: the transaction of the trail would make it load again what it has.
    services.record_list_read(actor, case_ids=[row.case_id for row in shown.page.items])
    return page


@blueprint.get("/faelle/<uuid:case_id>")
def show(case_id: UUID) -> ResponseReturnValue:
    """A file's first page: facts, children, what comes next."""
    actor = current_actor()
    case = services.read_case(actor, case_id=case_id, part="overview")
    return render_template(
        "cases/show.html", case=case, file=overview.of(actor, case), panels=panels.panels_for(actor, case)
    )


@blueprint.get("/faelle/<uuid:case_id>/verwaltung")
def manage(case_id: UUID) -> ResponseReturnValue:
    """Who runs a case, who helps, and its end."""
    case = services.read_case(current_actor(), case_id=case_id, part="management")
    return _management(case, CloseForm())


@blueprint.post("/faelle/<uuid:case_id>/beratung")
def assign(case_id: UUID) -> ResponseReturnValue:
    """Give a case to an advisor."""
    form = _assigning(current_actor())
    services.assign_advisor(current_actor(), case_id=case_id, advisor_id=form.person_id())
    flash("Die Zuständigkeit ist gespeichert.", "success")
    return redirect(url_for("cases.manage", case_id=case_id), 303)


@blueprint.post("/faelle/<uuid:case_id>/vertretung")
def share(case_id: UUID) -> ResponseReturnValue:
    """Let a colleague work in a case."""
    person_id = _sharing(current_actor()).person_id()
    if person_id is not None:
        services.add_deputy(current_actor(), case_id=case_id, user_id=person_id)
        flash("Die Vertretung ist eingetragen.", "success")
    return redirect(url_for("cases.manage", case_id=case_id), 303)


@blueprint.post("/faelle/<uuid:case_id>/vertretung/<uuid:user_id>/ende")
def unshare(case_id: UUID, user_id: UUID) -> ResponseReturnValue:
    """Take a colleague out of a case."""
    services.remove_deputy(current_actor(), case_id=case_id, user_id=user_id)
    flash("Die Vertretung ist beendet.", "success")
    return redirect(url_for("cases.manage", case_id=case_id), 303)


@blueprint.post("/faelle/<uuid:case_id>/abschluss")
def close(case_id: UUID) -> ResponseReturnValue:
    """Close a case."""
    form = CloseForm()
    if not form.validate_on_submit():
        return _management(services.read_case(current_actor(), case_id=case_id, part="management"), form), 422
    try:
        services.close_case(current_actor(), case_id=case_id, reason=CloseReason(form.reason.data))
    except Unsettled as error:
        form.form_errors.extend(error.sentences)
        return _management(services.read_case(current_actor(), case_id=case_id, part="management"), form), 409
    flash("Der Fall ist abgeschlossen.", "success")
    return redirect(url_for("cases.show", case_id=case_id), 303)


@blueprint.post("/faelle/<uuid:case_id>/wiederaufnahme")
def reopen(case_id: UUID) -> ResponseReturnValue:
    """Take a closed case up again."""
    services.reopen_case(current_actor(), case_id=case_id)
    flash("Der Fall ist wieder offen.", "success")
    return redirect(url_for("cases.show", case_id=case_id), 303)


def advisors(actor: Actor) -> list[tuple[UUID, str]]:
    """The advisors of the actor's own organisation, by name."""
    users = people.people(actor.organisation_id, Role.ADVISOR, Role.LEAD)
    return sorted(people.names([user.id for user in users]).items(), key=lambda pair: pair[1].casefold())


def _name_of(user_id: UUID | None) -> str:
    return people.names([user_id]).get(user_id, "") if user_id else ""


def _assigning(actor: Actor) -> PersonForm:
    form = PersonForm(prefix="advisor-")
    form.offer(advisors(actor), label="Zuständige Beratung", nobody="noch offen")
    return form


def _sharing(actor: Actor) -> PersonForm:
    form = PersonForm(prefix="deputy-")
    form.offer(advisors(actor), label="Kollegin oder Kollege", nobody="bitte wählen")
    return form


def _management(case: Case, form: CloseForm) -> str:
    actor = current_actor()
    assigning = _assigning(actor)
    assigning.person.data = str(case.advisor_id or "")
    deputies = [row.user_id for row in case.access if row.kind is AccessKind.DEPUTY and row.user_id]
    return render_template(
        "cases/manage.html",
        case=case,
        form=form,
        assigning=assigning,
        sharing=_sharing(actor),
        deputies=people.names(deputies),
        opened_by=_name_of(case.opened_by),
        advisor=_name_of(case.advisor_id),
        may_assign=permits(actor, CasePermission.ASSIGN, case),
        may_close=permits(actor, CasePermission.CLOSE, case),
    )
