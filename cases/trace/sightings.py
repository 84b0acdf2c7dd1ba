"""Who has seen a case, by person and day: pages, exports, searches that found it, lists on which it stood.

Of every organisation, so the bodies of KIM too; what the family itself or the system did is no sighting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, union_all

from app import clock
from app.accounts import queries as people
from app.accounts.models import User
from app.data.audit import Action, AuditEntry, AuditMention
from app.data.database import session
from app.policies import Actor, Role, authorise
from cases.duplicates.histories import merged_into
from cases.models import Case
from cases.policies import CasePermission


class Way(StrEnum):
    """How somebody came to see a case."""

    FILE = "file"
    LIST = "list"
    SEARCH = "search"
    OUTPUT = "output"
    EMERGENCY = "emergency"
    CHANGE = "change"

    @property
    def label(self) -> str:
        """What staff read."""
        return {
            Way.FILE: "Akte gelesen",
            Way.LIST: "auf einer Liste gesehen",
            Way.SEARCH: "bei einer Suche gefunden",
            Way.OUTPUT: "ausgegeben oder gedruckt",
            Way.EMERGENCY: "im Notfall geöffnet",
            Way.CHANGE: "bearbeitet",
        }[self]


_WAYS = {
    Action.READ: Way.FILE,
    Action.SEARCHED: Way.SEARCH,
    Action.EXPORTED: Way.OUTPUT,
    Action.EMERGENCY: Way.EMERGENCY,
}
_NO_SIGHT = frozenset({Action.REFUSED, Action.SIGNED_IN, Action.SIGNED_OUT, Action.SIGN_IN_FAILED, Action.WRITTEN})


@dataclass(slots=True)
class Sighting:
    """What one person saw of a case on one day, and how often in each way."""

    day: date
    first: datetime
    last: datetime
    person_id: UUID
    organisation_id: UUID | None
    ways: Counter[Way] = field(default_factory=Counter)
    person: str = ""
    organisation: str = ""
    roles: frozenset[Role] = frozenset()

    @property
    def told(self) -> str:
        """`Akte gelesen (3×), bei einer Suche gefunden`."""
        parts = ((way.label, self.ways[way]) for way in Way if self.ways[way])
        return ", ".join(f"{label} ({count}×)" if count > 1 else label for label, count in parts)


def sightings_of(actor: Actor, case: Case) -> list[Sighting]:
    """Every sighting of the case, the latest day first."""
    authorise(actor, CasePermission.READ_TRACE, case)
    found: dict[tuple[date, UUID, UUID | None], Sighting] = {}
    for at, person_id, organisation_id, way in _acts([case.id, *merged_into(case.id)]):
        day = clock.local(at).date()
        seen = found.setdefault((day, person_id, organisation_id), Sighting(day, at, at, person_id, organisation_id))
        seen.first, seen.last = min(seen.first, at), max(seen.last, at)
        seen.ways[way] += 1
    made = sorted(found.values(), key=lambda one: (one.day, one.last), reverse=True)
    _name(made)
    return made


def _acts(case_ids: Sequence[UUID]) -> Iterator[tuple[datetime, UUID, UUID | None, Way]]:
    """When who of which organisation saw one of these cases, and how."""
    columns = (AuditEntry.at, AuditEntry.actor_id, AuditEntry.organisation_id, AuditEntry.action)
    direct = select(*columns, AuditEntry.case_id).where(AuditEntry.case_id.in_(case_ids))
    mentioned = (
        select(*columns, AuditEntry.case_id)
        .join(AuditMention, AuditMention.seq == AuditEntry.seq)
        .where(AuditMention.case_id.in_(case_ids), AuditEntry.case_id.is_(None))
    )
    for at, person_id, organisation_id, action, case_id in session().execute(union_all(direct, mentioned)):
        if person_id is not None and action not in _NO_SIGHT:
            way = _WAYS.get(action, Way.CHANGE)
            yield at, person_id, organisation_id, Way.LIST if way is Way.FILE and case_id is None else way


def _name(found: Sequence[Sighting]) -> None:
    ids = {one.person_id for one in found}
    users = {user.id: user for user in session().scalars(select(User).where(User.id.in_(ids)))}
    names = people.names(users)
    houses = {house.id: house.name for house in people.organisations()}
    for one in found:
        one.person = names.get(one.person_id, "nicht mehr bekannt")
        one.roles = users[one.person_id].roles if one.person_id in users else frozenset()
        one.organisation = houses.get(one.organisation_id, "") if one.organisation_id else ""
