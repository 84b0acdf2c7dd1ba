"""The box on a case file's first page: the talk that is agreed on, or that none is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.policies import Actor
from cases.models import Case
from cases.panels import Panel
from cases.policies import CasePermission
from scheduling.queries import open_of_case


def load(actor: Actor, case: Case) -> Mapping[str, Any]:
    """The appointment that is still to come."""
    return {"appointment": open_of_case(case.id)}


PANEL = Panel(
    key="appointments",
    title="Termin",
    template="scheduling/_panel.html",
    permission=CasePermission.BOOK,
    load=load,
    order=5,
)
