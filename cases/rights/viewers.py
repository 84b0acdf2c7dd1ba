"""Who saw and changed a case, by body and role, out of the audit trail: what a family may know of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from app import clock
from app.accounts.models import Organisation
from app.data.audit import Action, AuditEntry, AuditMention
from app.data.database import session
from app.policies import Actor, authorise
from cases.models import Case
from cases.rights.naming import SYSTEM, UNKNOWN, staff_words
from cases.rights.policies import RightsPermission

ACTS = {
    Action.READ: "angesehen",
    Action.SEARCHED: "gesucht",
    Action.EXPORTED: "ausgegeben",
    Action.SENT: "Nachricht versandt",
    Action.REFUSED: "abgewiesen",
    Action.SHARED: "freigegeben",
    Action.OFFERED: "angeboten",
    Action.ACCEPTED: "angenommen",
    Action.RETURNED: "zurückgegeben",
    Action.REVOKED: "Zugriff beendet",
}

IN_LIST = "in einer Liste oder unter Suchtreffern gesehen"


@dataclass(frozen=True, slots=True)
class Viewing:
    """How often somebody did something in the case, and from when to when."""

    who: str
    did: str
    count: int
    first_on: date
    last_on: date


def viewings_of(actor: Actor, case: Case) -> list[Viewing]:
    """Everybody in the trail of this case, by body and role, with what they did."""
    authorise(actor, RightsPermission.MANAGE, case)
    who = (AuditEntry.organisation_id, AuditEntry.actor_id, AuditEntry.action)
    query = select(*who, func.count(), func.min(AuditEntry.at), func.max(AuditEntry.at)).group_by(*who)
    own = query.where(AuditEntry.case_id == case.id)
    beside = query.join(AuditMention, AuditMention.seq == AuditEntry.seq).where(AuditMention.case_id == case.id)
    return _lines(
        [(tuple(row), ACTS.get(row[2], "bearbeitet")) for row in session().execute(own)]
        + [(tuple(row), IN_LIST) for row in session().execute(beside)]
    )


def _lines(found: list[tuple[tuple[Any, ...], str]]) -> list[Viewing]:
    staff = staff_words([row[1] for row, _ in found if row[1]])
    houses = {house.id: house.name for house in session().scalars(select(Organisation))}
    merged: dict[tuple[str, str], Viewing] = {}
    for (house_id, actor_id, _, count, first_at, last_at), did in found:
        house = houses.get(house_id, "") if house_id else ""
        who = staff.get(actor_id, f"{UNKNOWN}, {house}") if actor_id else f"{SYSTEM}, {house}"
        line = Viewing(who, did, count, _day(first_at), _day(last_at))
        key = (line.who, line.did)
        merged[key] = _together(merged[key], line) if key in merged else line
    return sorted(merged.values(), key=lambda line: (line.who, line.first_on, line.did))


def _together(one: Viewing, other: Viewing) -> Viewing:
    first, last = min(one.first_on, other.first_on), max(one.last_on, other.last_on)
    return Viewing(one.who, one.did, one.count + other.count, first, last)


def _day(at: Any) -> date:
    """The local day of an instant; an aggregate comes back without its column's type."""
    return clock.local(at).date()
