"""What appointments, seats, handovers and the rest mean for merging two cases, and which of their tables move."""

from __future__ import annotations

from sqlalchemy import select

from app.data.database import session
from app.messages.models import Message
from cases.duplicates import hooks
from cases.duplicates.hooks import Same
from cases.emergency.models import EmergencyAccess
from cases.handover.models import Handover
from cases.handover.queries import open_handover
from cases.models import Case, Child, Task
from cases.placement.kinds import PlacementState
from cases.placement.models import Placement
from cases.retention.models import ErasureReceipt, RetentionMark
from cases.rights.models import RightsRequest
from scheduling.models import Appointment, Invitation
from scheduling.queries import open_of_case
from scheduling.requests.models import BookingRequest
from scheduling.waiting.models import WaitingEntry

OVER = (PlacementState.REFUSED, PlacementState.WITHDRAWN)


def declare() -> None:
    """Bind every package that holds something of a case."""
    hooks.moves(Placement, follows={"child_id": Child})
    hooks.moves(Handover)
    hooks.moves(Appointment)
    hooks.moves(Invitation, follows={"appointment_id": Appointment})
    hooks.moves(WaitingEntry, follows={"appointment_id": Appointment})
    hooks.moves(Message)
    hooks.moves(RightsRequest, follows={"task_id": Task})
    hooks.remains(EmergencyAccess, because="it ends within hours, and its review is about that very case")
    hooks.remains(RetentionMark, because="what was extended or offered to the archive was the other file")
    hooks.remains(BookingRequest, because="it is how the family came to us, and was decided for that very draft")
    hooks.remains(ErasureReceipt, because="a receipt is never changed")
    hooks.asks(two_talks)
    hooks.asks(open_handovers)
    hooks.asks(two_seats)


def two_talks(kept: Case, merged: Case, _: Same) -> str | None:
    """A case has one booked talk."""
    if open_of_case(kept.id) is None or open_of_case(merged.id) is None:
        return None
    return "In beiden Fällen ist ein Termin gebucht. Bitte sagen Sie zuerst einen der beiden ab."


def open_handovers(_: Case, merged: Case, __: Same) -> str | None:
    """What was offered to KIM is this very case."""
    if open_handover(merged) is None:
        return None
    return (
        f"Im Fall {merged.reference} läuft eine Übergabe an KIM. "
        "Bitte nehmen Sie sie zuerst zurück, oder führen Sie umgekehrt zusammen."
    )


def two_seats(kept: Case, merged: Case, same: Same) -> str | None:
    """A child has one way to a seat: the one that has begun must be the kept child's."""
    begun = select(Placement.child_id).where(Placement.child_id.in_(same), Placement.state.not_in(OVER))
    if session().scalar(begun.limit(1)) is None:
        return None
    return (
        f"Für ein gemeinsames Kind läuft im Fall {merged.reference} schon die Schulplatzsuche. Führen Sie umgekehrt "
        f"zusammen, so dass dieser Fall bleibt, oder beenden Sie dort zuerst den Vorgang."
    )
