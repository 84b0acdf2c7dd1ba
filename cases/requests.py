"""What the address of the case list says: filters out of it, and its tabs as addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from flask import Request, url_for

from app.policies import Actor, Role
from cases.child_states import ChildState
from cases.listing import Filters, Order, Whose
from cases.states import CaseState

Kind = TypeVar("Kind", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class ListLink:
    """One tab of the list."""

    label: str
    url: str
    is_current: bool
    count: int


def filters_of(arguments: Mapping[str, str], actor: Actor) -> Filters:
    """Filters out of an address; what it does not say or says wrongly is left wide."""
    default = Whose.OWN if actor.has(Role.ADVISOR, Role.KIM_CASE_MANAGER) else Whose.ALL
    longer = arguments.get("laenger", "")
    return Filters(
        whose=_choice(Whose, arguments.get("ansicht")) or default,
        state=_choice(CaseState, arguments.get("stand")),
        child_state=_choice(ChildState, arguments.get("kind")),
        advisor_id=_uuid(arguments.get("beratung", "")),
        longer_than=int(longer) if longer.isascii() and longer.isdecimal() and len(longer) < 5 else None,
        order=_choice(Order, arguments.get("sortierung")) or Order.WAITING,
    )


def list_urls(actor: Actor, filters: Filters, counts: Mapping[Whose, int]) -> list[ListLink]:
    """The tabs of the list; nobody's own cases are shown to those who never have any."""
    has_own = actor.has(Role.ADVISOR, Role.LEAD, Role.KIM_CASE_MANAGER)
    return [
        ListLink(whose.label, url_for("cases.index", ansicht=whose.value), whose is filters.whose, counts[whose])
        for whose in Whose
        if whose is not Whose.OWN or has_own
    ]


def sort_urls(request: Request) -> dict[str, str]:
    """This list in each order, its filters kept, from the first page on."""
    arguments: dict[str, Any] = {name: value for name, value in request.args.items() if name != "seite" and value}
    return {order.value: url_for("cases.index", **{**arguments, "sortierung": order.value}) for order in Order}


def _choice(kind: type[Kind], text: str | None) -> Kind | None:
    try:
        return kind(text or "")
    except ValueError:
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
