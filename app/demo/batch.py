"""Many rows and sheets written at once: a thousand families would take the services, call by call, some minutes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app import clock
from app.data import audit, records
from app.data.audit import Action
from app.data.database import Model, transaction
from app.data.records import Scope, Sheet
from cases.models import Case
from cases.shards import keeping as shards
from cases.shards.facts import CaseFacts

ENTRIES_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log to be: what happened at `at`."""

    at: datetime
    action: Action
    organisation_id: UUID
    actor_id: UUID | None
    kind: str
    subject_id: UUID
    case_id: UUID | None
    facts: dict[str, str | int | list[str]]


@dataclass(slots=True)
class Batch:
    """What some families consist of, until it is written in one transaction."""

    cases: list[Case] = field(default_factory=list)
    rows: list[Model] = field(default_factory=list)
    sheets: list[tuple[Sheet, UUID, Scope]] = field(default_factory=list)
    facts: list[CaseFacts] = field(default_factory=list)
    late: list[Callable[[], None]] = field(default_factory=list)

    def write(self) -> None:
        """Make the cases' keys, then rows, sheets and what has to come last, all of it or nothing."""
        ring = records.keyring()
        for case in self.cases:
            ring.create_key(case.id, case.organisation_id)
        with transaction() as current:
            current.add_all(self.cases)
            current.flush()
            current.add_all(self.rows)
            current.flush()
            records.create_all(self.sheets)
            for owner in {case.organisation_id for case in self.cases}:
                own = {case.id for case in self.cases if case.organisation_id == owner}
                shards.keep_all(owner, [facts for facts in self.facts if facts.case_id in own])
            for work in self.late:
                work()


def write_log(entries: list[Entry]) -> None:
    """Chain the entries in the order in which things would have happened."""
    entries.sort(key=lambda entry: entry.at)
    for start in range(0, len(entries), ENTRIES_AT_ONCE):
        with transaction():
            for entry in entries[start : start + ENTRIES_AT_ONCE]:
                with clock.travelling_to(entry.at):
                    audit.record(
                        entry.action,
                        organisation_id=entry.organisation_id,
                        actor_id=entry.actor_id,
                        subject_kind=entry.kind,
                        subject_id=entry.subject_id,
                        case_id=entry.case_id,
                        facts=entry.facts or None,
                    )
