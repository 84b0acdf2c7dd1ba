"""What was done with keys is entered into the audit trail; keys and shares themselves stay out of it."""

from __future__ import annotations

from uuid import UUID

from app.accounts.queries import organisations
from app.data import audit
from app.data.audit import Action
from app.data.database import transaction


def note_key_event(act: str, *, version: int, organisation_id: UUID | None = None, **facts: int) -> None:
    """Enter an act on the key of one organisation, or on the root key: then for all, as each sees its own log alone."""
    with transaction():
        everybody: list[UUID | None] = [each.id for each in organisations()]
        for owner in [organisation_id] if organisation_id else everybody or [None]:
            audit.record(
                Action.KEY_EVENT,
                organisation_id=owner,
                actor_id=None,
                subject_kind="organisation_key" if organisation_id else "root_key",
                subject_id=organisation_id,
                facts={"act": act, "version": version, **facts},
            )
