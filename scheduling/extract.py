"""What a family may know of its appointments and invitations, and who was told of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.data.database import session
from cases.models import Case
from cases.rights.hooks import PUBLIC_TASK, Recipient, Section, contributes, tells_recipients
from scheduling.booking.forms import COMING
from scheduling.models import Appointment, AppointmentSheet, Invitation, InvitationSheet, Room
from scheduling.requests.models import BookingRequest
from scheduling.states import AppointmentState

APPOINTMENTS = Section(
    key="appointments",
    title="Termine und Einladungen",
    one="Termin",
    purpose="Gespräche vereinbaren",
    order=55,
    basis=PUBLIC_TASK,
    source="von der Familie selbst bei der Buchung, oder vom Team eingetragen",
    tables=(Appointment, Invitation, BookingRequest),
    sheets=(AppointmentSheet, InvitationSheet),
    labels={
        "starts_at": "Beginn",
        "wants_earlier": "Käme auch früher",
        "contact_token": "Kennwert des Kontakts",
        "said_coming_at": "Zugesagt per SMS",
        "asked_cancel_at": "Rückfrage zur Absage",
        "children": "Für welche Kinder (Kennungen)",
        "created_at": "Begonnen",
        "sent_at": "Angefragt",
        "verified_at": "Kontakt bestätigt",
        "code_token": "Kennwert des Codes",
        "code_until": "Code galt bis",
        "code_tries": "Versuche mit dem Code",
        "codes_sent": "Codes geschickt",
        "proof": "Kennwert der Rechenaufgabe",
        "decided_at": "Entschieden",
        "decided_by": "Entschieden von",
        "decline_reason": "Grund der Ablehnung",
        "ends_at": "Ende",
        "hold_ends_at": "Vorgemerkt bis",
        "interpreter_id": "Sprachmittlung durch",
        "room_id": "Raum",
        "calendar_uid": "Kennung im Kalender",
        "sequence": "So oft geändert",
        "booked_via": "Gebucht",
        "booked_by": "Gebucht von",
        "booked_at": "Gebucht am",
        "coming": "Wer kommt",
        "coming_count": "Wie viele kommen",
        "code": "Code",
        "token": "Link",
        "expires_at": "Gilt bis",
        "revoked_at": "Zurückgezogen",
        "created_by": "Angelegt von",
        "appointment_id": "Termin",
        "resource_kind": "Belegt",
        "resource_id": "Belegt ist",
        "starts": "Belegt von (Sekunden seit 1970)",
        "ends": "Belegt bis (Sekunden seit 1970)",
        "is_active": "Wirksam",
        "mode": "Wie es stattfindet",
        "overbooked_reason": "Warum zusätzlich zu einem anderen Termin",
        "step_free": "Stufenloser Weg gewünscht",
        "childcare": "Kleine Kinder kommen mit",
        "interpreter_gender": "Gewünscht: Frau oder Mann dolmetscht",
        "is_busy": "Zählt als belegt",
        "buffer_before": "Abstand davor (Minuten)",
        "buffer_after": "Abstand danach (Minuten)",
        "hold_ends": "Vorgemerkt bis (Sekunden seit 1970)",
    },
    words={"coming": lambda value: str(COMING.get(value, value)), "channel": lambda value: _channel(value)},
    names=lambda ids: rooms(ids),
    withheld={
        "token": "(Ihr persönlicher Link: Er öffnet Ihre Seiten und ist deshalb hier weggelassen.)",
        "code": "(Der Code Ihres Termins: Wer ihn hat, kann den Termin verschieben; deshalb ist er hier weggelassen.)",
    },
    quiet=frozenset(
        {
            "contact_token",
            "code_token",
            "code_tries",
            "codes_sent",
            "proof",
            "children",
            "calendar_uid",
            "sequence",
            "resource_kind",
            "resource_id",
            "starts",
            "ends",
            "is_busy",
            "buffer_before",
            "buffer_after",
            "hold_ends",
            "is_active",
        }
    ),
)


def contribute() -> None:
    """Declare the section, and who was told of appointments."""
    contributes(APPOINTMENTS)
    tells_recipients(interpreters)


def interpreters(case: Case) -> list[Recipient]:
    """The pool of interpreters, when one was asked to a talk: it learns time, place and language."""
    query = select(Appointment.starts_at).where(
        Appointment.case_id == case.id,
        Appointment.interpreter_id.is_not(None),
        Appointment.state.not_in((AppointmentState.HELD, AppointmentState.EXPIRED)),
    )
    days = sorted(clock.local(at).date() for at in session().scalars(query))
    if not days:
        return []
    return [Recipient("Sprach- und Integrationsmittlung", "Zeit, Ort und Sprache von Terminen", days[0], days[-1])]


def rooms(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Rooms by what they are called."""
    return {room.id: room.name for room in session().scalars(select(Room).where(Room.id.in_(list(ids))))}


def _channel(value: str) -> str:
    return {"email": "E-Mail", "sms": "SMS", "none": "keine Nachrichten"}.get(value, value)
