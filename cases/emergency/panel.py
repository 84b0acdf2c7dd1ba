"""The box on a case's first page: who opened it in an emergency in the last 30 days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.policies import Actor
from cases.emergency.queries import recent
from cases.models import Case
from cases.panels import Panel
from cases.policies import CasePermission


def load(actor: Actor, case: Case) -> Mapping[str, Any] | None:
    """The accesses; None leaves the box out."""
    lines = recent(actor, case)
    return {"lines": lines} if lines else None


PANEL = Panel("emergency", "Notfallzugriff", "cases/emergency/_panel.html", CasePermission.READ_NOTES, load, 5)
