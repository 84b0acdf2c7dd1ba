"""What the selects above the case list offer: (value in the address, German words)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.web import languages
from cases.bands import Band
from cases.child_states import ChildState
from cases.list_filters import Order
from cases.states import CaseState

Choices = Sequence[tuple[str, str]]
Groups = Sequence[tuple[str, Sequence[tuple[UUID, str]]]]

WAITS = (14, 30, 60, 90, 180, 365)
"""Days without a seat that are worth asking for."""


@dataclass(frozen=True, slots=True)
class ListChoices:
    """The options of each select; schools stand in groups by school form."""

    states: Choices
    child_states: Choices
    bands: Choices
    waits: Choices
    languages: Choices
    orders: Choices
    advisors: Sequence[tuple[UUID, str]]
    schools: Groups


def of(advisors: Sequence[tuple[UUID, str]], schools: Groups) -> ListChoices:
    """The options of a list whose advisors and schools these are."""
    orders = {
        Order.NAME: "Familienname A bis Z",
        Order.NEWEST: "Neueste zuerst",
        Order.DUE: "Nächste Frist zuerst",
    }
    return ListChoices(
        states=[(state.value, state.label) for state in CaseState if state is not CaseState.REQUESTED],
        child_states=[(state.value, state.label) for state in ChildState],
        bands=[(band.value, band.label) for band in Band],
        waits=[(str(days), f"länger als {days} Tage") for days in WAITS],
        languages=languages.choices(),
        orders=[(order.value, label) for order, label in orders.items()],
        advisors=advisors,
        schools=schools,
    )
