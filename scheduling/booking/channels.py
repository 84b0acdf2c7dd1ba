"""Which way of writing holds: the family's own choice is its consent; a No of the family binds everybody else."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from app.data.database import session, transaction
from app.messages import suppressions
from app.messages.models import Channel
from app.policies import Actor
from cases.consents.queries import may_write_by
from cases.consents.services import opt_out, record_own_choice
from cases.kinds import ConsentPurpose
from cases.models import Case
from cases.policies import CasePermission
from cases.queries import get_case
from scheduling import queries
from scheduling.booking.forms import NO_CHANNEL
from scheduling.models import AppointmentSheet

PURPOSES = {Channel.EMAIL: ConsentPurpose.CONTACT_EMAIL, Channel.SMS: ConsentPurpose.CONTACT_SMS}


def settled(actor: Actor, case: Case, answers: AppointmentSheet) -> AppointmentSheet:
    """The answers with a way of writing that may be used, inside the transaction that books.

    A family that chooses a way agrees to it, whatever it said before; staff cannot choose one it took back.
    """
    channel = next((each for each in Channel if each.value == answers.channel), None)
    if channel is None:
        return answers
    purpose = PURPOSES[channel]
    if actor.invited_to is not None:
        record_own_choice(actor, case_id=case.id, purpose=purpose)
        suppressions.lift(_address(channel, answers.email, answers.phone), channel)
        session().flush()
    return answers if may_write_by(case.id, purpose) else replace(answers, channel=NO_CHANNEL)


def may_be_invited(case: Case, email: str) -> bool:
    """Whether an invitation may go to this address: there is one, it is open, and the family did not say No."""
    wanted = may_write_by(case.id, ConsentPurpose.CONTACT_EMAIL)
    return bool(email) and wanted and not suppressions.is_suppressed(email, Channel.EMAIL)


def stop(actor: Actor, *, case_id: UUID, channel: Channel) -> None:
    """The family wants nothing more on this way: its consent ends, what is planned goes, its addresses are closed."""
    case = get_case(actor, case_id, CasePermission.BOOK)
    with transaction():
        addresses = _addresses(case, channel)
        opt_out(actor, case_id=case_id, purpose=PURPOSES[channel])
        for address in addresses:
            suppressions.suppress(address, channel, reason=suppressions.OPTED_OUT)


def _addresses(case: Case, channel: Channel) -> set[str]:
    """Every address of the family on this way: in its file, and with the appointments it booked."""
    family = queries.family_of(case)
    found = {_address(channel, family.email, family.phone)}
    for appointment in queries.of_case(case.id):
        sheet = queries.sheet_of(appointment)
        found.add(_address(channel, sheet.email, sheet.phone))
    return found - {""}


def _address(channel: Channel, email: str, phone: str) -> str:
    return email if channel is Channel.EMAIL else phone
