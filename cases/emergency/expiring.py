"""Taking away emergency accesses that ran out; the policies stop counting them by the clock already."""

from __future__ import annotations

from sqlalchemy import delete, select

from app import clock
from app.data.database import transaction
from cases.emergency.models import EmergencyAccess
from cases.kinds import AccessKind
from cases.models import CaseAccess


def end_expired() -> int:
    """End what has run out, every minute and as often as one likes; answers how many there were."""
    now = clock.now()
    with transaction() as current:
        query = select(EmergencyAccess).where(EmergencyAccess.ended_at.is_(None), EmergencyAccess.until <= now)
        over = list(current.scalars(query))
        for access in over:
            access.ended_at = access.until
        if over:
            current.execute(delete(CaseAccess).where(CaseAccess.kind == AccessKind.EMERGENCY, CaseAccess.until <= now))
    return len(over)
