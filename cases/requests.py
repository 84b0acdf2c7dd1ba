"""The address of the case list: filters out of it and back into it, its tabs, and what it is narrowed to in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from flask import url_for

from app.policies import Actor, Role
from app.web.format import language_name
from app.web.languages import LANGUAGES
from cases.bands import Band
from cases.child_states import ChildState
from cases.filters.queries import KeptFilter
from cases.list_filters import Filters, Order, Whose
from cases.states import CaseState

Kind = TypeVar("Kind", bound=StrEnum)

LANGUAGE_CODES = frozenset(language.code for language in LANGUAGES)
NAMES = ("ansicht", "stand", "kind", "bereich", "sprache", "schule", "beratung", "laenger", "faellig", "sortierung")
"""What the address of the list may say besides the page."""


@dataclass(frozen=True, slots=True)
class ListLink:
    """One tab of the list, or a kept filter in the row above it; `count` None shows none."""

    label: str
    url: str
    is_current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing the list is narrowed to, in words, with the address of the list without it."""

    label: str
    value: str
    without_url: str


def filters_of(arguments: Mapping[str, str], actor: Actor) -> Filters:
    """Filters out of an address; what it does not say or says wrongly is left wide."""
    default = Whose.OWN if actor.has(Role.ADVISOR, Role.KIM_CASE_MANAGER) else Whose.ALL
    longer, language = arguments.get("laenger", ""), arguments.get("sprache", "")
    return Filters(
        whose=_choice(Whose, arguments.get("ansicht")) or default,
        state=_choice(CaseState, arguments.get("stand")),
        child_state=_choice(ChildState, arguments.get("kind")),
        advisor_id=_uuid(arguments.get("beratung", "")),
        longer_than=int(longer) if longer.isascii() and longer.isdecimal() and len(longer) < 5 else None,
        order=_choice(Order, arguments.get("sortierung")) or Order.WAITING,
        band=_choice(Band, arguments.get("bereich")),
        language=language if language in LANGUAGE_CODES else "",
        school_id=_uuid(arguments.get("schule", "")),
        is_overdue=arguments.get("faellig") == "ja",
    )


def arguments_of(filters: Filters) -> dict[str, str]:
    """The arguments of the address that `filters_of` reads the same filters out of: codes and ids alone."""
    told = {
        "ansicht": filters.whose.value,
        "stand": filters.state.value if filters.state else "",
        "kind": filters.child_state.value if filters.child_state else "",
        "bereich": filters.band.value if filters.band else "",
        "sprache": filters.language,
        "schule": str(filters.school_id or ""),
        "beratung": str(filters.advisor_id or ""),
        "laenger": "" if filters.longer_than is None else str(filters.longer_than),
        "faellig": "ja" if filters.is_overdue else "",
        "sortierung": filters.order.value,
    }
    return {name: value for name, value in told.items() if value}


def url_of(filters: Filters) -> str:
    """The first page of a list."""
    return url_for("cases.index", **arguments_of(filters))  # type: ignore[arg-type]


def list_urls(actor: Actor, filters: Filters, counts: Mapping[Whose, int]) -> list[ListLink]:
    """The tabs of the list, each with the filters kept; nobody's own cases are shown to those who never have any."""
    has_own = actor.has(Role.ADVISOR, Role.LEAD, Role.KIM_CASE_MANAGER)
    return [
        ListLink(whose.label, url_of(replace(filters, whose=whose)), whose is filters.whose, counts[whose])
        for whose in Whose
        if whose is not Whose.OWN or has_own
    ]


def kept_urls(actor: Actor, filters: Filters, kept: Collection[KeptFilter]) -> list[ListLink]:
    """The kept filters as links; the one that makes the present list is current."""
    links = []
    for one in kept:
        its = filters_of(one.settings, actor)
        links.append(ListLink(one.name, url_of(its), its == filters))
    return links


def sort_urls(filters: Filters) -> dict[str, str]:
    """This list in each order, its filters kept, from the first page on."""
    return {order.value: url_of(replace(filters, order=order)) for order in Order}


def conditions_of(
    filters: Filters,
    advisors: Sequence[tuple[UUID, str]],
    schools: Sequence[tuple[str, Sequence[tuple[UUID, str]]]],
) -> list[Condition]:
    """What the list is narrowed to, in words; somebody or a school that is not on offer is called by no name."""
    named_schools = {school_id: name for _, group in schools for school_id, name in group}
    words = {
        "state": ("Stand", filters.state.label if filters.state else ""),
        "child_state": ("Kind ist", filters.child_state.label if filters.child_state else ""),
        "band": ("Kind im Bereich", filters.band.label if filters.band else ""),
        "language": ("Sprache", language_name(filters.language) if filters.language else ""),
        "school_id": ("Schule", _named(named_schools, filters.school_id)),
        "advisor_id": ("Beratung", _named(dict(advisors), filters.advisor_id)),
        "longer_than": ("Ohne Schulplatz", _longer(filters.longer_than)),
        "is_overdue": ("Frist", "überschritten" if filters.is_overdue else ""),
    }
    return [Condition(label, value, url_of(filters.without(name))) for name, (label, value) in words.items() if value]


def is_asked(arguments: Mapping[str, str]) -> bool:
    """Whether an address says anything about the list; if not, it begins as the person has chosen."""
    return any(name in arguments for name in (*NAMES, "seite"))


def _longer(days: int | None) -> str:
    return "" if days is None else f"länger als {days} {'Tag' if days == 1 else 'Tage'}"


def _named(names: Mapping[UUID, str], wanted: UUID | None) -> str:
    return names.get(wanted, "unbekannt") if wanted else ""


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
