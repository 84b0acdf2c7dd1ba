"""What was done with keys is entered into the audit trail; keys and shares themselves stay out of it."""

from __future__ import annotations

from uuid import UUID

from app.data import audit
from app.data.audit import Action
from app.data.database import transaction


def note_key_event(act: str, *, version: int, organisation_id: UUID | None = None, **facts: int) -> None:
    """Enter an act on the root key, or on the key of one organisation."""
    with transaction():
        audit.record(
            Action.KEY_EVENT,
            organisation_id=organisation_id,
            actor_id=None,
            subject_kind="organisation_key" if organisation_id else "root_key",
            subject_id=organisation_id,
            facts={"act": act, "version": version, **facts},
        )
