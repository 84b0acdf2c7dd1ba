"""What ids stand for in an extract: children and guardians by name, bodies by name, staff by body and role only.

Staff are not named: a family learns who saw its data by organisation and role (Art. 15 (1) lit. c GDPR; CJEU C-579/21).
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Organisation, User
from app.data.database import session
from app.policies import Actor, Role
from app.web.roles import ROLE_LABELS
from cases.keeping import child_name
from cases.models import Case
from cases.queries import children_of, guardians_of
from cases.rights import hooks

SYSTEM = "Programm (selbsttätig)"
UNKNOWN = "nicht mehr bekannt"


def names_for(actor: Actor, case: Case, ids: Collection[UUID]) -> dict[str, str]:
    """What to call these ids, by their text; an id nobody knows is left out."""
    found: dict[UUID, str] = {house.id: house.name for house in session().scalars(select(Organisation))}
    found |= staff_words(ids)
    found |= {key: child_name(stored.sheet) for key, stored in children_of(actor, case).items()}
    found |= {key: stored.sheet.name for key, stored in guardians_of(actor, case).items()}
    found[case.id] = case.reference
    for section in hooks.sections():
        if section.names is not None:
            found |= section.names(set(ids) - found.keys())
    return {str(key): name for key, name in found.items()}


def staff_words(user_ids: Collection[UUID]) -> dict[UUID, str]:
    """`Beratung, Kommunales Integrationszentrum` for every one of these ids that is a user's."""
    wanted = list(set(user_ids))
    words: dict[UUID, str] = {}
    for start in range(0, len(wanted), 500):
        query = select(User).where(User.id.in_(wanted[start : start + 500]))
        words |= {user.id: role_at(user) for user in session().scalars(query)}
    return words


def role_at(user: User) -> str:
    """Somebody's roles and body, never the name."""
    roles = " und ".join(ROLE_LABELS[role] for role in Role if role in user.roles) or "Mitarbeit"
    return f"{roles}, {user.organisation.name}"
