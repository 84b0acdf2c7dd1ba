"""The head and the tabs around every page of a case file: templates extend `cases/file.html` and pass `case`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, request, url_for

from app.policies import Actor
from app.web.actors import current_actor
from cases import progress, queries
from cases.models import Case
from cases.policies import counsels_or_manages, has_opened_in_emergency
from cases.tabs import Tab, tabs_for


@dataclass(frozen=True, slots=True)
class TabLink:
    """One tab as the page shows it."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True, repr=False)
class Frame:
    """What stands above every page of a file."""

    case_id: UUID
    reference: str
    family_name: str
    latin: str
    state: str
    tone: str
    steps: list[tuple[str, str]]
    tabs: list[TabLink]
    emergency_until: datetime | None = None


def init_blueprint(blueprint: Blueprint) -> None:
    """Give templates `case_frame(case)` and `child_tone(state)`."""
    blueprint.add_app_template_global(case_frame, "case_frame")
    blueprint.add_app_template_global(progress.child_tone, "child_tone")


def case_frame(case: Case) -> Frame:
    """The frame of a case the present actor may read."""
    actor = current_actor()
    summary = queries.summary_of(actor, case)
    return Frame(
        case_id=case.id,
        reference=case.reference,
        family_name=summary.family_name,
        latin=summary.latin,
        state=case.state.label,
        tone=progress.TONES[case.state],
        steps=progress.steps_of(case.state, [child.state for child in case.children]),
        tabs=_links(tabs_for(actor, case), case.id),
        emergency_until=_emergency_until(actor, case),
    )


def _emergency_until(actor: Actor, case: Case) -> datetime | None:
    """Until when an actor who came in an emergency may stay; None for everybody else."""
    if not has_opened_in_emergency(actor, case) or counsels_or_manages(actor, case):
        return None
    return max(row.until for row in case.access if row.user_id == actor.user_id and row.until is not None)


def _links(tabs: list[Tab], case_id: UUID) -> list[TabLink]:
    """A tab is current on its own page, and on the pages of its blueprint that are no tab themselves."""
    endpoints = {tab.endpoint for tab in tabs}
    here = request.endpoint or ""
    return [
        TabLink(
            tab.label,
            url_for(tab.endpoint, case_id=case_id),
            tab.endpoint == here or (here not in endpoints and tab.endpoint.rpartition(".")[0] == request.blueprint),
        )
        for tab in tabs
    ]
