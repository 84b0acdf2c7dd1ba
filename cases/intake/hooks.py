"""What follows when a statement of the intake form is changed: packages above bind their own work here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from app.data.records import Sheet
from app.policies import Actor
from cases.models import Case


class OnChange(Protocol):
    """Something that heeds changes; it runs in their transaction, after the new sheet is sealed."""

    def __call__(self, actor: Actor, case: Case, record_id: UUID, before: Sheet, changed: Mapping[str, Any]) -> None:
        """Heed that fields of a sheet that was `before` became what `changed` says."""


_listeners: list[OnChange] = []


def on_change(listener: OnChange) -> None:
    """Call `listener` at every change; bound again it is called once."""
    if listener not in _listeners:
        _listeners.append(listener)


def changed(actor: Actor, case: Case, record_id: UUID, before: Sheet, changes: Mapping[str, Any]) -> None:
    """Tell everybody that these fields of a sheet have new values."""
    for listener in _listeners:
        listener(actor, case, record_id, before, changes)
