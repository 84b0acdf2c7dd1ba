"""What other packages still have running when a case is to be closed."""

from __future__ import annotations

from cases.handover.queries import open_handover
from cases.handover.states import HandoverState
from cases.models import Case
from scheduling.queries import open_of_case


def booked_talk(case: Case) -> str | None:
    """A family that is expected must not be forgotten."""
    if open_of_case(case.id) is None:
        return None
    return "Es ist noch ein Termin gebucht. Bitte sagen Sie ihn zuerst im Reiter „Termine“ ab."


def unanswered_handover(case: Case) -> str | None:
    """An offer nobody answered yet; a case that KIM has accepted may be closed here and goes on there."""
    handover = open_handover(case)
    if handover is None or handover.state is HandoverState.ACCEPTED:
        return None
    return "Eine Übergabe an KIM ist noch offen. Bitte nehmen Sie sie zuerst im Reiter „Übergabe“ zurück."
