"""The boxes on a case file's first page as data: packages above add theirs, so the file need not know them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.policies import Actor, Permission, permits
from cases.models import Case

Load = Callable[[Actor, Case], Mapping[str, Any] | None]
"""From who looks and the case to what the template shows; None leaves the box out."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One box: `template` is included with `panel` (this) and `data` (what `load` answered) and `case`."""

    key: str
    title: str
    template: str
    permission: Permission
    load: Load
    order: int
    column: Literal["main", "side"] = "side"


@dataclass(frozen=True, slots=True, repr=False)
class FilledPanel:
    """A box with what it shows."""

    panel: Panel
    data: Mapping[str, Any]


_panels: dict[str, Panel] = {}


def add(*panels: Panel) -> None:
    """Offer boxes; a key added again replaces its box."""
    _panels.update({panel.key: panel for panel in panels})


def panels_for(actor: Actor, case: Case) -> list[FilledPanel]:
    """The boxes this actor may see on this case and that have something to show, in order."""
    filled = []
    for panel in sorted(_panels.values(), key=lambda panel: panel.order):
        data = panel.load(actor, case) if permits(actor, panel.permission, case) else None
        if data is not None:
            filled.append(FilledPanel(panel, data))
    return filled
