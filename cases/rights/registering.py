"""The register of requests: received, extended, answered; each with a task, so that no month runs out unseen."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from app import clock
from app.data import records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.errors import Conflict, Invalid, NotFound
from app.policies import Actor, permits
from cases.keeping import note
from cases.kinds import TaskKind
from cases.models import Case, Task
from cases.policies import CasePermission
from cases.queries import get_case
from cases.rights.kinds import RequestState, RightKind
from cases.rights.models import RightsRequest
from cases.rights.policies import RightsPermission
from cases.rights.rules import due_day
from cases.rights.sheets import RequestSheet
from cases.states import TaskState
from cases.tasks.services import add_task, finish_task


def record_request(
    actor: Actor, *, case_id: UUID, kind: RightKind, received_on: date, sheet: RequestSheet
) -> RightsRequest:
    """Take a request down, with a task due on its last day; raises Invalid for a day that lies ahead."""
    case = get_case(actor, case_id, RightsPermission.MANAGE)
    if received_on > clock.today():
        raise Invalid("received_on", "future")
    with transaction() as current:
        due_on = due_day(received_on)
        task = _reminder(actor, case, kind, due_on)
        request = RightsRequest(
            id=new_id(),
            case_id=case_id,
            kind=kind,
            state=RequestState.OPEN,
            received_on=received_on,
            due_on=due_on,
            task_id=task.id if task else None,
            recorded_by=actor.user_id,
            recorded_at=clock.now(),
        )
        current.add(request)
        current.flush()
        records.create(sheet, record_id=request.id, scope=case.scope)
        _note(actor, case, request, Action.CREATED)
    return request


def extend_request(actor: Actor, *, case_id: UUID, request_id: UUID, because: str) -> RightsRequest:
    """Take two months more, once, because the family was told why within the first (Art. 12 (3) GDPR)."""
    case = get_case(actor, case_id, RightsPermission.MANAGE)
    with transaction() as current:
        request = _open_request(case, request_id)
        if request.extended_on is not None:
            raise Conflict("extended already")
        if not because:
            raise Invalid("extension", "required")
        if clock.today() > request.due_on:
            raise Invalid("extension", "too_late")
        request.extended_on, request.due_on = clock.today(), due_day(request.received_on, is_extended=True)
        task = current.get(Task, request.task_id) if request.task_id else None
        if task is not None:
            task.due_on = request.due_on
        _amend(case, request, extension=because)
        _note(actor, case, request, Action.CHANGED)
    return request


def answer_request(
    actor: Actor, *, case_id: UUID, request_id: UUID, state: RequestState, answer: str, on: date
) -> RightsRequest:
    """Note what the family was told and when; a refusal needs its reason in words (Art. 12 (4) GDPR)."""
    case = get_case(actor, case_id, RightsPermission.MANAGE)
    if state is RequestState.OPEN:
        raise Invalid("state", "required")
    if state in (RequestState.REFUSED, RequestState.PARTLY) and not answer:
        raise Invalid("answer", "required")
    with transaction() as current:
        request = _open_request(case, request_id)
        if not request.received_on <= on <= clock.today():
            raise Invalid("answered_on", "out_of_order")
        request.state, request.answered_on, request.answered_by = state, on, actor.user_id
        task = current.get(Task, request.task_id) if request.task_id else None
        may_finish = permits(actor, CasePermission.MANAGE_TASKS, case)
        if task is not None and task.state is TaskState.OPEN and may_finish:
            finish_task(actor, task_id=task.id)
        _amend(case, request, answer=answer)
        _note(actor, case, request, Action.CHANGED)
    return request


def _reminder(actor: Actor, case: Case, kind: RightKind, due_on: date) -> Task | None:
    """The task with the last day; none in a restricted case, where nobody has tasks: there the register holds it."""
    if not permits(actor, CasePermission.MANAGE_TASKS, case):
        return None
    text = f"Antrag der Familie beantworten: {kind.label}"
    return add_task(actor, case_id=case.id, kind=TaskKind.GENERAL, due_on=due_on, text=text)


def _open_request(case: Case, request_id: UUID) -> RightsRequest:
    request = session().get(RightsRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None or request.case_id != case.id:
        raise NotFound("request")
    if request.state is not RequestState.OPEN:
        raise Conflict("answered already")
    return request


def _amend(case: Case, request: RightsRequest, **words: str) -> None:
    stored = records.get(RequestSheet, request.id, reader=case.organisation_id)
    for name, value in words.items():
        setattr(stored.sheet, name, value)
    records.save(stored.sheet, record_id=request.id, scope=case.scope, expected=stored.version)


def _note(actor: Actor, case: Case, request: RightsRequest, action: Action) -> None:
    facts: dict[str, str | int | list[str]] = {"kind": request.kind.value, "state": request.state.value}
    digest = records.digest(RequestSheet, request.id)
    note(actor, case, action, "rights.request", subject_id=request.id, digest=digest, facts=facts)
