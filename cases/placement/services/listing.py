"""Who looked at the list of those who wait, and who took it out of the house."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from app.data import audit
from app.data.audit import Action
from app.data.database import transaction
from app.policies import Actor, authorise
from cases.placement.policies import PlacementPermission


def record_list_read(actor: Actor, *, case_ids: Collection[UUID], exported: bool) -> None:
    """Keep in the trail that the list was seen or, with `exported`, saved, and which cases stood in it."""
    authorise(actor, PlacementPermission.SEE_DISTRIBUTION)
    with transaction():
        audit.record(
            Action.EXPORTED if exported else Action.READ,
            organisation_id=actor.organisation_id,
            actor_id=actor.user_id,
            subject_kind="distribution_list",
            facts={"cases": sorted({str(case_id) for case_id in case_ids})},
        )
