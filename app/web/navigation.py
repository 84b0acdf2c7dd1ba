"""Navigation as data: packages add what they offer, people see what they may open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Flask, current_app, g, request, url_for
from flask_babel import LazyString
from sqlalchemy import ScalarSelect, SQLColumnExpression

from app.policies import Permission

Count = Callable[[SQLColumnExpression[UUID]], ScalarSelect[int]]


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """An entry of the staff navigation; `section` is the heading it stands under, "" the first group.

    `permission` None means everybody who is signed in. `icon` is one of `app.web.assets.STAFF_ICONS`. `count` selects
    how much waits there for an organisation, the same for all who see the entry; each page asks it: it must be cheap.
    """

    label: str
    endpoint: str
    permission: Permission | None
    order: int
    section: str = ""
    icon: str | None = None
    count: Count | None = None


@dataclass(frozen=True, slots=True)
class FooterItem:
    """A link at the foot of every page, families' pages as well: its label is translated."""

    label: str | LazyString
    endpoint: str
    order: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One link as a template shows it."""

    label: str | LazyString
    url: str
    is_current: bool = False
    icon: str | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under one heading."""

    label: str
    entries: tuple[Entry, ...]


_items: dict[str, NavigationItem] = {}
_footer: dict[str, FooterItem] = {}


def add(*items: NavigationItem) -> None:
    """Offer pages to staff; an endpoint added again replaces its entry."""
    _items.update({item.endpoint: item for item in items})


def add_footer(*items: FooterItem) -> None:
    """Offer pages at the foot of every page; an endpoint added again replaces its entry."""
    _footer.update({item.endpoint: item for item in items})


def registered() -> tuple[NavigationItem, ...]:
    """Answer every entry, for the test that each leads to a view."""
    return tuple(_items.values())


def sections(may: Callable[[Permission], bool]) -> list[Section]:
    """Answer the navigation of whoever `may` speaks for; sections stand in the order of their first entry."""
    groups: dict[str, list[Entry]] = {}
    for item in sorted(_items.values(), key=lambda item: (item.order, item.label)):
        if item.endpoint in current_app.view_functions and (item.permission is None or may(item.permission)):
            groups.setdefault(item.section, []).append(
                Entry(item.label, url_for(item.endpoint), _is_current(item.endpoint), item.icon, _count(item.endpoint))
            )
    return [Section(label, tuple(entries)) for label, entries in groups.items()]


def count_columns(organisation_id: SQLColumnExpression[UUID]) -> list[ScalarSelect[int]]:
    """What to ask the database for the numbers beside the entries, along with who is signed in."""
    return [item.count(organisation_id) for item in _items.values() if item.count is not None]


def keep_counts(found: Sequence[int | None]) -> None:
    """Remember for this request what the database answered to `count_columns`, in their order."""
    endpoints = (endpoint for endpoint, item in _items.items() if item.count is not None)
    g.navigation_counts = {endpoint: number or 0 for endpoint, number in zip(endpoints, found, strict=True)}


def tell(endpoint: str, number: int) -> None:
    """Show this number in this request, as somebody has just counted."""
    g.setdefault("navigation_counts", {})[endpoint] = number


def footer_links() -> list[Entry]:
    """Answer the links of the foot, in order."""
    items = sorted(_footer.values(), key=lambda item: item.order)
    return [Entry(item.label, url_for(item.endpoint)) for item in items if item.endpoint in current_app.view_functions]


def init_app(app: Flask, *, may: Callable[[Permission], bool]) -> None:
    """Give templates `navigation_sections()` and `footer_links()`; `may` answers for the present request."""
    app.add_template_global(lambda: sections(may), "navigation_sections")
    app.add_template_global(footer_links, "footer_links")


def _count(endpoint: str) -> int:
    counts: dict[str, int] = g.get("navigation_counts", {})
    return counts.get(endpoint, 0)


def _is_current(endpoint: str) -> bool:
    """An entry is current on its own page and those below its address, else a blueprint's first on its pages."""
    if request.endpoint == endpoint:
        return True
    if request.endpoint in _items or request.blueprint is None:
        return False
    above = [item.endpoint for item in _items.values() if _lies_above(item.endpoint)]
    if above:
        return endpoint == max(above, key=lambda each: len(url_for(each)))
    return endpoint.rpartition(".")[0] == request.blueprint and _is_first_of_blueprint(endpoint)


def _lies_above(endpoint: str) -> bool:
    """Whether this request's page lies below the address of an entry (`/faelle/…` below `/faelle`)."""
    if endpoint not in current_app.view_functions:
        return False
    url = url_for(endpoint)
    return url != "/" and request.path.startswith(f"{url}/")


def _is_first_of_blueprint(endpoint: str) -> bool:
    siblings = [item for item in _items.values() if item.endpoint.rpartition(".")[0] == endpoint.rpartition(".")[0]]
    return min(siblings, key=lambda item: item.order).endpoint == endpoint
