"""My tasks on one page, and the tasks of a case."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.policies import authorise
from app.web.actors import current_actor
from app.web.pagination import PAGE_SIZE, Page, page_number, page_urls
from cases.kinds import TaskKind
from cases.models import Case
from cases.policies import CasePermission
from cases.queries import get_case
from cases.services import read_case
from cases.states import TaskState
from cases.tasks import queries, services
from cases.tasks.forms import TaskForm

blueprint = Blueprint("tasks", __name__)


@blueprint.get("/aufgaben")
def index() -> ResponseReturnValue:
    """What I have to do, the most pressing first; leads may look at everybody's."""
    actor = current_actor()
    authorise(actor, CasePermission.LIST)
    team = request.args.get("wer") == "alle" and queries.may_see_team(actor)
    lines = queries.open_tasks(actor, team=team, today=clock.today())
    number = page_number(request)
    shown = lines[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    services.note_list_read(actor, case_ids=[line.task.case_id for line in shown])
    return render_template(
        "cases/tasks/index.html",
        page=Page(shown, number, len(lines)),
        url_of=page_urls(request),
        overdue=sum(line.urgency.is_overdue for line in lines),
        team=team,
        may_see_team=queries.may_see_team(actor),
    )


@blueprint.get("/faelle/<uuid:case_id>/aufgaben")
def show(case_id: UUID) -> ResponseReturnValue:
    """The tasks of one case, with a form for the next."""
    case = read_case(current_actor(), case_id=case_id, part="tasks", permission=CasePermission.MANAGE_TASKS)
    return _page(case, _form(case))


@blueprint.post("/faelle/<uuid:case_id>/aufgaben")
def add(case_id: UUID) -> ResponseReturnValue:
    """Give a task."""
    actor = current_actor()
    case = get_case(actor, case_id, CasePermission.MANAGE_TASKS)
    form = _form(case)
    if not form.validate_on_submit():
        return _page(case, form)
    services.add_task(
        actor,
        case_id=case_id,
        kind=TaskKind(form.kind.data),
        due_on=form.due_on.data,
        child_id=UUID(form.child_id.data) if form.child_id.data else None,
        text=form.text.data or "",
        assigned_to=UUID(form.assigned_to.data) if form.assigned_to.data else None,
    )
    flash("Die Aufgabe steht auf der Liste.", "success")
    return redirect(url_for("tasks.show", case_id=case_id), 303)


@blueprint.post("/aufgaben/<uuid:task_id>/erledigt")
def finish(task_id: UUID) -> ResponseReturnValue:
    """Mark a task as done and go back to the list it was on."""
    task = services.finish_task(current_actor(), task_id=task_id)
    flash("Erledigt. Auf der Seite des Falls lässt sich das zurücknehmen.", "success")
    return _back(task.case_id)


@blueprint.post("/aufgaben/<uuid:task_id>/offen")
def reopen(task_id: UUID) -> ResponseReturnValue:
    """Take a finished task up again."""
    task = services.reopen_task(current_actor(), task_id=task_id)
    return _back(task.case_id)


def _back(case_id: UUID) -> ResponseReturnValue:
    where = request.form.get("zurueck")
    if where in ("meine", "alle"):
        return redirect(url_for("tasks.index", wer="alle" if where == "alle" else None), 303)
    return redirect(url_for("tasks.show", case_id=case_id), 303)


def _form(case: Case) -> TaskForm:
    actor = current_actor()
    form = TaskForm()
    form.assigned_to.choices = [
        ("", "wer den Fall berät"),
        *((str(key), name) for key, name in queries.assignable(actor)),
    ]
    named = queries.children_named(actor, case.children, case)
    form.child_id.choices = [("", "die ganze Familie"), *((str(key), name) for key, name in named)]
    return form


def _page(case: Case, form: TaskForm) -> ResponseReturnValue:
    lines = queries.tasks_of_case(current_actor(), case, today=clock.today())
    return render_template(
        "cases/tasks/show.html",
        case=case,
        form=form,
        open_lines=[line for line in lines if line.task.state is TaskState.OPEN],
        past_lines=[line for line in lines if line.task.state is not TaskState.OPEN],
    ), 422 if form.errors else 200
