"""What pages show of a handover: its words put together from state, desks and people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.accounts import queries as people
from app.policies import Actor
from app.web import format as formats
from cases.handover import queries
from cases.handover.models import Handover, HandoverSheet
from cases.handover.queries import StepLine
from cases.handover.rules import DeskFacts, Routing, Urgency, need_labels
from cases.handover.states import HandoverState
from cases.models import Consent

BEST = ""
DESK, COLLEAGUE = "stelle:", "person:"


@dataclass(frozen=True, slots=True, repr=False)
class HandoverView:
    """One handover as the tab of its case shows it."""

    handover: Handover
    sheet: HandoverSheet
    needs: list[str]
    urgency: str
    desk: str
    manager: str
    offered_to: str
    steps: list[StepLine]

    @property
    def state(self) -> HandoverState:
        """Where it stands."""
        return self.handover.state

    @property
    def is_with_kim(self) -> bool:
        """Whether somebody has accepted the case and still has it."""
        return self.handover.manager_id is not None

    @property
    def is_handed_on(self) -> bool:
        """Whether the one who has the case offers it to somebody else."""
        return self.is_with_kim and self.state is not HandoverState.ACCEPTED


def view_of(actor: Actor, handover: Handover) -> HandoverView:
    """A handover of a case the actor reads, ready to be shown."""
    sheet = queries.sheet_of(actor, handover)
    names = people.names([handover.manager_id, handover.offered_to_id])
    return HandoverView(
        handover=handover,
        sheet=sheet,
        needs=need_labels(sheet.needs),
        urgency=Urgency(sheet.urgency).label if sheet.urgency else "",
        desk=handover.desk.name if handover.desk else "",
        manager=names.get(handover.manager_id, "") if handover.manager_id else "",
        offered_to=names.get(handover.offered_to_id, "") if handover.offered_to_id else "",
        steps=queries.steps_of(actor, handover),
    )


def consent_label(consent: Consent, bodies: Mapping[UUID, str]) -> str:
    """A consent as a choice: to whom, and since when."""
    recipient = bodies.get(consent.recipient_id, "") if consent.recipient_id else "jede KIM-Stelle"
    return f"{recipient or 'andere Stelle'}, vom {formats.day(consent.given_on)}"


def desk_choices(found: Routing, desks: Sequence[DeskFacts], *, named: frozenset[UUID] | None) -> list[tuple[str, str]]:
    """Desks that accept cases and whose body the family consented to (None: any): those that fit first, with points."""
    fitting = [(str(one.desk.desk_id), f"{one.desk.name} ({one.points} von 100 Punkten)") for one in found.ranking]
    known = {desk_id for desk_id, _ in fitting}
    others = [
        desk
        for desk in desks
        if desk.is_active and str(desk.desk_id) not in known and (named is None or desk.organisation_id in named)
    ]
    return fitting + [(str(desk.desk_id), f"{desk.name} (passt nach den Regeln nicht)") for desk in others]


def receivers(
    colleagues: Sequence[tuple[UUID, str]], desks: Sequence[DeskFacts], handover: Handover
) -> list[tuple[str, str]]:
    """To whom a case can be handed on: whoever fits best, colleagues, other desks."""
    people_ = [(f"{COLLEAGUE}{user_id}", name) for user_id, name in colleagues if user_id != handover.manager_id]
    others = [(f"{DESK}{desk.desk_id}", desk.name) for desk in desks if desk.is_active]
    others = [pair for pair in others if pair[0] != f"{DESK}{handover.desk_id}"]
    return [(BEST, "die Stelle, die am besten passt"), *people_, *others]


def receiver_of(value: str) -> tuple[UUID | None, UUID | None]:
    """(colleague, desk) out of a choice of `receivers`."""
    if value.startswith(COLLEAGUE):
        return UUID(value.removeprefix(COLLEAGUE)), None
    if value.startswith(DESK):
        return None, UUID(value.removeprefix(DESK))
    return None, None
