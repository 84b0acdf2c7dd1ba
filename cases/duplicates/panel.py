"""The box on a case that says what went into it, what was left out, and until when that can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app import clock
from app.policies import Actor, permits
from cases.duplicates import listing
from cases.duplicates.policies import DuplicatePermission
from cases.models import Case
from cases.panels import Panel
from cases.policies import CasePermission
from cases.sheets import HealthSheet


def merges(actor: Actor, case: Case) -> Mapping[str, Any] | None:
    """What was merged into this case; None when nothing was. Health is left out for those who may not read it."""
    found = listing.merges_of(actor, case)
    if not found:
        return None
    reads_health = permits(actor, CasePermission.READ_HEALTH, case)
    lines = [
        {
            "merge": done,
            "reference": reference,
            "left": [one for one in note.left if reads_health or one.kind != HealthSheet.KIND],
            "may_undo": permits(actor, DuplicatePermission.MERGE, case)
            and done.dropped_at is None
            and clock.now() <= done.undo_until,
        }
        for done, reference, note in found
    ]
    return {"merges": lines}


PANEL = Panel("merges", "Zusammengeführt", "cases/duplicates/_panel.html", CasePermission.READ, merges, 70)
