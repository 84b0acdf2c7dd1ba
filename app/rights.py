"""Where the rights of families meet every package: who contributes to the extract, and what listens to changes."""

from __future__ import annotations

from app import case_messages
from cases.handover import extract as handover_extract
from cases.intake import hooks as intake_hooks
from cases.placement import extract as placement_extract
from cases.rights import history, sections
from scheduling import extract as scheduling_extract


def bind() -> None:
    """Bind what each package tells of a family when it asks, and keep the history of corrected statements."""
    sections.contribute()
    case_messages.contribute()
    handover_extract.contribute()
    placement_extract.contribute()
    scheduling_extract.contribute()
    intake_hooks.on_change(history.remember)
