"""The tabs of a case file as data: packages above add theirs, so the file need not know them."""

from __future__ import annotations

from dataclasses import dataclass

from app.policies import Actor, Permission, permits
from cases.models import Case


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab; its endpoint takes `case_id`."""

    label: str
    endpoint: str
    permission: Permission
    order: int


_tabs: dict[str, Tab] = {}


def add(*tabs: Tab) -> None:
    """Offer tabs of a case file; an endpoint added again replaces its entry."""
    _tabs.update({tab.endpoint: tab for tab in tabs})


def tabs_for(actor: Actor, case: Case) -> list[Tab]:
    """The tabs this actor may open on this case, in order."""
    return sorted((tab for tab in _tabs.values() if permits(actor, tab.permission, case)), key=lambda tab: tab.order)
