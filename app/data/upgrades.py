"""Steps that lift an older sheet to the schema of today: applied when it is opened, kept when it is next saved.

A step gets the JSON document as it was sealed and answers what it would be one schema later. Nothing is
rewritten in the store for an upgrade: a sheet that nobody changes stays as it was sealed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.errors import NewerSchema, UpgradeMissing

Document = dict[str, Any]
Step = Callable[[Document], Document]

_steps: dict[tuple[str, int], Step] = {}


def upgrade(kind: str, *, schema: int) -> Callable[[Step], Step]:
    """Make the decorated function the step of `kind` from `schema` to the next; raises ValueError for a second one."""

    def register(step: Step) -> Step:
        if (kind, schema) in _steps:
            raise ValueError(f"two steps lead from schema {schema} of {kind}")
        _steps[(kind, schema)] = step
        return step

    return register


def forget(kind: str) -> None:
    """Drop every step of `kind`."""
    for known in [pair for pair in _steps if pair[0] == kind]:
        del _steps[known]


def missing(kind: str, schema: int) -> list[int]:
    """The schema numbers below `schema` from which no step of `kind` leads on."""
    return [number for number in range(1, schema) if (kind, number) not in _steps]


def upgraded(kind: str, document: Document, *, stored: int, wanted: int) -> Document:
    """The document as schema `wanted` has it; raises NewerSchema, or UpgradeMissing where the chain has a gap."""
    if stored > wanted:
        raise NewerSchema(kind)
    for number in range(stored, wanted):
        step = _steps.get((kind, number))
        if step is None:
            raise UpgradeMissing(f"{kind}: no step from schema {number}")
        document = step(document)
    return document
