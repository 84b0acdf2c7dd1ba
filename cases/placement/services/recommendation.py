"""The advisor's recommendation: a named person decides on stage and support, the rules have only proposed."""

from __future__ import annotations

from uuid import UUID

from app import clock
from app.data import records
from app.data.audit import Action
from app.data.database import transaction
from app.errors import Invalid
from app.policies import Actor
from cases.child_states import FINAL, ChildState
from cases.keeping import note
from cases.placement.moving import lock_child, move_child
from cases.placement.reading import facts_from_sheets
from cases.placement.recommendation import Decision, deviations, write_decision
from cases.placement.rules import assess
from cases.placement.school_types import Stage
from cases.policies import CasePermission
from cases.queries import family_of, get_case
from cases.sheets import ChildSheet


def recommend(actor: Actor, *, case_id: UUID, child_id: UUID, decision: Decision, expected: int) -> tuple[str, ...]:
    """Keep a recommendation over version `expected` of the child's sheet; answers where it leaves the proposal.

    Raises Invalid("reason", "required") for a deviation without a reason, Invalid("born", "required") where
    the rules cannot propose anything, VersionConflict when the sheet changed meanwhile.
    """
    case = get_case(actor, case_id, CasePermission.PLACE)
    with transaction() as current:
        child = lock_child(current, case, child_id)
        stored = records.get(ChildSheet, child.id, reader=actor.organisation_id)
        family = family_of(actor, case).sheet
        facts = facts_from_sheets(family, stored.sheet, reported_on=clock.local(case.opened_at).date())
        if facts is None:
            raise Invalid("born", "required")
        found = deviations(
            assess(facts, on=clock.today()), assess(facts, on=clock.today(), stage=decision.stage), decision
        )
        if found and not decision.reason:
            raise Invalid("reason", "required")
        if child.state in FINAL:
            raise Invalid("state", "final")
        write_decision(stored.sheet, decision)
        records.save(stored.sheet, record_id=child.id, scope=case.scope, expected=expected)
        if child.state is ChildState.REPORTED and decision.stage is not Stage.NONE:
            move_child(actor, case, child, ChildState.RECOMMENDED)
        note(
            actor,
            case,
            Action.CHANGED,
            "child.recommendation",
            subject_id=child.id,
            digest=records.digest(ChildSheet, child.id),
            facts={"deviates": list(found)},
        )
    return found
