"""Whether what a message says of an appointment still holds, asked when it is sent; and what staff call each kind."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import select

from app.data import records
from app.data.database import session
from app.data.records import Scope
from app.messages import composers
from app.messages.composers import Cancelled
from app.messages.models import Channel, Message, MessagePayload
from scheduling.booking.forms import NO_CHANNEL
from scheduling.kinds import MessageKind
from scheduling.models import Appointment
from scheduling.queries import sheet_of
from scheduling.states import AppointmentState

_REMINDERS = {
    MessageKind.REMINDER_3_DAYS: "Erinnerung, 3 Tage vorher",
    MessageKind.REMINDER_1_DAY: "Erinnerung, 1 Tag vorher",
}
_ANSWERS = {
    MessageKind.INVITATION: "Einladung zum Termin",
    MessageKind.BOOKED: "Bestätigung des Termins",
    MessageKind.MOVED: "Neuer Termin",
    MessageKind.CHANGED: "Anderer Ort oder andere Person",
    MessageKind.CANCELLED: "Absage des Termins",
    MessageKind.REQUEST_CODE: "Code für eine Anfrage",
    MessageKind.REQUEST_DECLINED: "Ablehnung einer Anfrage",
    MessageKind.ASK_CANCEL: "Rückfrage zu einer Absage",
}
_TOLD_OF_A_DATE = {MessageKind.BOOKED, MessageKind.MOVED, MessageKind.CHANGED}


def declare() -> None:
    """Declare the kinds of messages about appointments; answers to what was just done know no quiet hours."""
    for kind, label in _REMINDERS.items():
        composers.register(kind, label=label, compose=still_standing)
    for kind, label in _ANSWERS.items():
        compose = still_standing if kind in _TOLD_OF_A_DATE else None
        composers.register(kind, label=label, compose=compose, is_immediate=True)


def forget_channel(case_id: UUID, channel: Channel) -> None:
    """Write no more to a family this way about what it has booked; inside the transaction that ends its consent."""
    query = select(Appointment).where(
        Appointment.case_id == case_id, Appointment.state.in_((AppointmentState.HELD, AppointmentState.BOOKED))
    )
    for appointment in session().scalars(query):
        sheet = sheet_of(appointment)
        if sheet.channel == channel:
            quiet = replace(sheet, channel=NO_CHANNEL)
            scope = Scope(appointment.organisation_id, case_id)
            records.put(quiet, record_id=appointment.id, scope=scope)


def still_standing(message: Message) -> MessagePayload | Cancelled:
    """The planned text, unless the appointment was cancelled, moved or held since."""
    appointment = session().get(Appointment, message.subject_id, populate_existing=True)
    if appointment is None or appointment.state is not AppointmentState.BOOKED:
        return Cancelled()
    occurrence = f"appointment:{appointment.id}:{appointment.sequence}:"
    return composers.planned(message) if message.dedupe_key.startswith(occurrence) else Cancelled()
