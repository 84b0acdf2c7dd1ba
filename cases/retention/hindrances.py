"""What has to happen before something is erased or restricted, in sentences a person can act on."""

from __future__ import annotations

from sqlalchemy import select

from app import clock
from app.data.database import session
from app.errors import Conflict
from cases.closing import unsettled
from cases.duplicates.models import CaseMerge
from cases.kinds import AccessKind
from cases.models import Case
from cases.policies import is_restricted
from cases.retention.queries import Standing

RESTRICTED = "Die Verarbeitung ist eingeschränkt. Bitte heben Sie die Einschränkung zuerst auf."
SHARED = (
    "KIM arbeitet mit diesem Fall. Bitte nehmen Sie ihn zuerst im Reiter „Übergabe“ zurück: "
    "Die Stelle erfährt davon und verliert dabei ihren Schlüssel."
)
MERGED = (
    "Der Fall wurde vor weniger als 30 Tagen mit einem anderen zusammengeführt, und das Kind kann in beiden stehen. "
    "Bitte warten Sie, bis die Zusammenführung endgültig ist, oder machen Sie sie rückgängig."
)


class Hindered(Conflict):
    """Something has to happen before this may be erased or restricted; `sentences` say what."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("hindered")
        self.sentences = sentences


def in_use(case: Case) -> list[str]:
    """What still runs: a restriction, another body that works with the case, a booked talk, an open offer."""
    found = [RESTRICTED] if is_restricted(case) else []
    if any(row.kind is AccessKind.HANDOVER for row in case.access):
        found.append(SHARED)
    return [*found, *unsettled(case)]


def not_due(standing: Standing) -> list[str]:
    """Why a case may not go by its rule yet: its time runs, or the archive has not had its say."""
    if not standing.has_come:
        return ["Die Aufbewahrungsfrist läuft noch. Vor ihrem Ende braucht die Löschung einen anderen Grund."]
    if not standing.archive_is_settled:
        return ["Der Fall ist dem Archiv noch anzubieten, oder dessen Antwort steht noch aus."]
    return []


def can_still_be_split(case: Case) -> bool:
    """Whether a merge into this case can still be undone."""
    query = select(CaseMerge.id).where(
        CaseMerge.kept_id == case.id,
        CaseMerge.undone_at.is_(None),
        CaseMerge.dropped_at.is_(None),
        CaseMerge.undo_until > clock.now(),
    )
    return session().scalar(query.limit(1)) is not None
