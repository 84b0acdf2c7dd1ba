"""The box on a case file's first page: each child with its state and its school."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.policies import Actor
from cases.models import Case
from cases.panels import Panel
from cases.placement.next_steps import next_step
from cases.placement.policies import PlacementPermission
from cases.placement.queries import child_files


def load(actor: Actor, case: Case) -> Mapping[str, Any] | None:
    """The children with what comes next; nothing for a case without children."""
    files = child_files(actor, case)
    return {"rows": [(file, next_step(file)) for file in files]} if files else None


PANEL = Panel(
    key="placement",
    title="Schulplatz",
    template="cases/placement/_panel.html",
    permission=PlacementPermission.READ,
    load=load,
    order=30,
)
