"""What ends in the calendar when a family takes a consent back: interpreters are told no more, links lead nowhere."""

from __future__ import annotations

from msgspec.structs import replace
from sqlalchemy import delete, select

from app import clock
from app.data import records
from app.data.audit import Action
from app.data.database import session, transaction
from app.messages.services import cancel_for
from app.policies import Actor
from cases.consents.queries import has_withdrawn
from cases.keeping import note
from cases.kinds import ConsentPurpose, TaskKind
from cases.models import Case, Consent
from cases.policies import CasePermission
from cases.queries import get_case
from cases.tasks.services import add_task
from scheduling.booking import links
from scheduling.models import Appointment, Reservation
from scheduling.queries import sheet_of
from scheduling.states import AppointmentState
from scheduling.world import ResourceKind

ASK = "Einwilligung zur Sprachmittlung widerrufen: mit der Familie klären, wie das Gespräch stattfinden kann."


def heed_withdrawal(actor: Actor, consent: Consent) -> None:
    """Stop what rests on this consent, unless another one still covers it; in the withdrawal's transaction."""
    case = get_case(actor, consent.case_id, CasePermission.MANAGE_CONSENTS)
    with transaction() as current:
        current.flush()
        if not has_withdrawn(case.id, consent.purpose):
            return
        if consent.purpose is ConsentPurpose.INTERPRETER:
            _without_interpreter(actor, case)
        else:
            _close_links(actor, case)


def _without_interpreter(actor: Actor, case: Case) -> None:
    """Give interpreters of talks ahead their time back; the talk itself stays, and somebody asks the family."""
    query = select(Appointment).where(
        Appointment.case_id == case.id,
        Appointment.interpreter_id.is_not(None),
        Appointment.state.in_((AppointmentState.HELD, AppointmentState.BOOKED)),
        Appointment.ends_at > clock.now(),
    )
    for appointment in session().scalars(query).unique().all():
        session().execute(
            delete(Reservation).where(
                Reservation.appointment_id == appointment.id,
                Reservation.resource_kind == ResourceKind.INTERPRETER,
            )
        )
        appointment.interpreter, appointment.interpreter_id = None, None
        appointment.changed_at = clock.now()
        kept = replace(sheet_of(appointment), interpreter_language="")
        records.put(kept, record_id=appointment.id, scope=case.scope)
        note(actor, case, Action.CHANGED, "appointment", subject_id=appointment.id, facts={"without": "interpreter"})
        add_task(actor, case_id=case.id, kind=TaskKind.GENERAL, due_on=clock.today(), text=ASK)


def _close_links(actor: Actor, case: Case) -> None:
    """Open invitations end; an appointment that is booked stays until the family or the team calls it off."""
    for invitation in links.open_invitations(case.id):
        invitation.revoked_at = clock.now()
        cancel_for(invitation.id)
        note(actor, case, Action.REVOKED, "invitation", subject_id=invitation.id)
