"""What every step of a handover keeps right: state, timeline, preview, audit trail, and telling the other side."""

from __future__ import annotations

from uuid import UUID

from flask import current_app
from sqlalchemy import select

from app import clock
from app.accounts.models import Organisation, User
from app.data import audit, records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import after_commit, session
from app.data.records import Scope
from app.errors import Invalid
from app.policies import Actor
from app.queue import JobName
from cases.handover import queries
from cases.handover.models import Desk, Handover, HandoverPreview, HandoverSheet, HandoverStep, StepSheet
from cases.handover.rules import named_in
from cases.handover.states import HandoverState, check_step
from cases.keeping import child_name
from cases.kinds import TaskKind
from cases.models import Case, Consent, Task
from cases.partial_dates import PartialDate
from cases.sheets import ChildSheet, FamilySheet, GuardianSheet, TaskText
from cases.states import TaskState


def enter(
    actor: Actor, handover: Handover, state: HandoverState, *, text: str = "", shown: HandoverState | None = None
) -> None:
    """Move a handover to `state` and keep the step (as `shown` where the timeline should name the act instead)."""
    check_step(handover.state, state)
    handover.state = state
    keep_step(actor, handover, shown or state, text=text)


def keep_step(actor: Actor, handover: Handover, shown: HandoverState, *, text: str = "") -> None:
    """Add a step to the timeline; what somebody wrote is sealed with the case."""
    step = HandoverStep(
        id=new_id(),
        handover_id=handover.id,
        at=clock.now(),
        actor_id=actor.user_id,
        state=shown,
        routing_epoch=handover.routing_epoch,
        desk_id=handover.desk_id,
    )
    session().add(step)
    session().flush()
    if text:
        scope = Scope(handover.organisation_id, handover.case_id)
        records.create(StepSheet(text=text), record_id=step.id, scope=scope)


def offer(actor: Actor, handover: Handover, desk: Desk, *, text: str = "", offered_to: UUID | None = None) -> None:
    """Offer a handover to a desk (or to one person there): a preview without names, and no key."""
    consent = covering_consent(handover.case_id, desk.organisation_id)
    case = session().get_one(Case, handover.case_id)
    sheet = records.get(HandoverSheet, handover.id, reader=case.organisation_id).sheet
    _lie_with(handover, desk)
    handover.offered_to_id, handover.consent_id = offered_to, consent.id
    handover.offered_at = clock.now()
    enter(actor, handover, HandoverState.OFFERED, text=text)
    records.keyring().ensure_organisation(desk.organisation_id)
    take_back_preview(handover)
    records.create(
        preview(case, sheet, reason=text or sheet.reason), record_id=handover.id, scope=Scope(desk.organisation_id)
    )
    note(actor, handover, Action.OFFERED, {"desk": str(desk.id), "to": str(desk.organisation_id)})


def begin_epoch(handover: Handover) -> None:
    """Start a new search: what a worker still does for the one before counts no more."""
    handover.routing_epoch += 1
    _lie_with(handover, None)


def ring_after_commit(handover: Handover) -> None:
    """Wake the worker once the request is kept; without it the next sweep finds the row."""
    handover_id, bell = str(handover.id), current_app.extensions["doorbell"]
    after_commit(lambda: bell.ring(JobName.ROUTE_HANDOVER, handover_id))


def take_back_preview(handover: Handover) -> None:
    """Leave nothing of an offer with the body it was made to."""
    records.remove(HandoverPreview, handover.id)


def preview(case: Case, sheet: HandoverSheet, *, reason: str) -> HandoverPreview:
    """What a desk may see before it accepts: needs, language, district and ages, never who they are."""
    owner, today = case.organisation_id, clock.today()
    family = records.get(FamilySheet, case.id, reader=owner).sheet
    children = [stored.sheet for stored in records.of_case(ChildSheet, case.id, reader=owner).values()]
    ages = [PartialDate.parse(child.born).age_bounds(today)[0] for child in children if child.born]
    return HandoverPreview(
        needs=sheet.needs,
        language=family.language,
        interpreter=family.interpreter,
        district=family.district,
        children=len(children),
        ages=sorted(ages),
        reason=reason,
        urgency=sheet.urgency,
    )


def check_nameless(case: Case, text: str) -> None:
    """Raise Invalid when a text that is read before acceptance names somebody of the family."""
    owner = case.organisation_id
    family = records.get(FamilySheet, case.id, reader=owner).sheet
    children = [stored.sheet for stored in records.of_case(ChildSheet, case.id, reader=owner).values()]
    guardians = [stored.sheet for stored in records.of_case(GuardianSheet, case.id, reader=owner).values()]
    names = [family.family_name, family.contact_person]
    names += [child_name(child) for child in children] + [child.passport_name for child in children]
    if named_in(text, names + [guardian.name for guardian in guardians]):
        raise Invalid("reason", "names")


def covering_consent(case_id: UUID, organisation_id: UUID) -> Consent:
    """The valid consent that names this body (or none in particular); raises Invalid when there is none."""
    for consent in queries.consents_for(case_id, today=clock.today()):
        if consent.recipient_id in (None, organisation_id):
            return consent
    raise Invalid("consent", "missing")


def receiving_desk(desk_id: UUID) -> Desk:
    """An active desk of an active KIM body; raises Invalid for anything else."""
    query = select(Desk).join(Organisation, Organisation.id == Desk.organisation_id)
    desk = session().scalar(
        query.where(
            Desk.id == desk_id,
            Desk.is_active.is_(True),
            Organisation.is_active.is_(True),
            Organisation.kind.in_(queries.BODIES),
        )
    )
    if desk is None:
        raise Invalid("desk_id", "unknown")
    return desk


def tell(actor: Actor, handover: Handover, text: str, *, assigned_to: UUID | None = None) -> None:
    """Give the sender's advisor (or `assigned_to`) the task to look at what became of a handover.

    A task of nobody in particular follows the advisor; a case without one is looked after by whoever asked.
    """
    has_advisor = session().get_one(Case, handover.case_id).advisor_id is not None
    task = Task(
        id=new_id(),
        case_id=handover.case_id,
        kind=TaskKind.HANDOVER_ANSWER,
        state=TaskState.OPEN,
        due_on=clock.today(),
        assigned_to=assigned_to or (None if has_advisor else handover.requested_by),
        created_at=clock.now(),
    )
    session().add(task)
    session().flush()
    scope = Scope(handover.organisation_id, handover.case_id)
    records.create(TaskText(text=text), record_id=task.id, scope=scope)
    note(actor, handover, Action.CREATED, {"task": task.kind.value}, kind="task", subject_id=task.id)


def give_tasks_back(case_id: UUID, *, from_body: UUID, to: UUID | None) -> None:
    """Hand open tasks of a body that loses a case to its new manager, or (None) to whoever counsels it."""
    here = select(User.id).where(User.organisation_id == from_body)
    query = select(Task).where(Task.case_id == case_id, Task.state == TaskState.OPEN, Task.assigned_to.in_(here))
    for task in session().scalars(query):
        task.assigned_to = to


def holding_desk(handover: Handover) -> Desk | None:
    """The desk that carries an accepted case while it is offered on to another."""
    query = (
        select(Desk)
        .join(HandoverStep, HandoverStep.desk_id == Desk.id)
        .where(HandoverStep.handover_id == handover.id, HandoverStep.state == HandoverState.ACCEPTED)
        .order_by(HandoverStep.id.desc())
        .limit(1)
    )
    return session().scalar(query)


def back_to_holder(handover: Handover) -> None:
    """After an offer that came to nothing, a case lies again with the desk that carries it."""
    _lie_with(handover, holding_desk(handover))


def note(
    actor: Actor,
    handover: Handover,
    action: Action,
    facts: dict[str, str | int | list[str]] | None = None,
    *,
    kind: str = "handover",
    subject_id: UUID | None = None,
) -> None:
    """Write an audit entry about a handover: ids and states, never what anybody wrote."""
    audit.record(
        action,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        subject_kind=kind,
        subject_id=subject_id or handover.id,
        case_id=handover.case_id,
        facts=facts,
    )


def _lie_with(handover: Handover, desk: Desk | None) -> None:
    handover.desk, handover.desk_id = desk, desk.id if desk else None
    handover.offered_to_id, handover.offered_at = None, None
