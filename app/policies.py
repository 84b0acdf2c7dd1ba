"""Who may do what: actors, roles, and a table from permission to predicate that packages add to.

Deny by default: a permission that no table holds is refused, and so is an actor with no matching predicate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.errors import NotPermitted


class OrganisationKind(StrEnum):
    """What an organisation is in this work."""

    KI = "ki"
    KIM = "kim"
    WELFARE = "welfare"
    AUTHORITY = "authority"


class Role(StrEnum):
    """What a person does here; one person may hold several."""

    RECEPTION = "reception"
    ADVISOR = "advisor"
    LEAD = "lead"
    KIM_CASE_MANAGER = "kim_case_manager"
    KIM_LEAD = "kim_lead"
    ADMINISTRATOR = "administrator"
    DATA_PROTECTION_OFFICER = "data_protection_officer"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in person, a family with its link, or the system itself."""

    organisation_id: UUID
    organisation_kind: OrganisationKind
    user_id: UUID | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    invited_to: UUID | None = None
    is_system: bool = False

    def has(self, *roles: Role) -> bool:
        """Whether the actor holds any of these roles."""
        return not self.roles.isdisjoint(roles)


class Permission(StrEnum):
    """The root of every package's permissions."""


Predicate = Callable[[Actor, Any], bool]
Table = Mapping[Permission, Predicate]

_table: dict[Permission, Predicate] = {}


def register(table: Table) -> None:
    """Add a package's table; the same permission twice is a mistake unless it is the same predicate."""
    for permission, predicate in table.items():
        if _table.setdefault(permission, predicate) is not predicate:
            raise RuntimeError(f"{permission} stands in two tables")


def registered() -> dict[Permission, Predicate]:
    """Every permission there is, for the tests that walk the matrix."""
    return dict(_table)


def permits(actor: Actor | None, permission: Permission, subject: Any = None) -> bool:
    """Whether `actor` may; nobody and unknown permissions may not."""
    predicate = _table.get(permission)
    return actor is not None and predicate is not None and predicate(actor, subject)


def authorise(actor: Actor | None, permission: Permission, subject: Any = None) -> None:
    """Go on only if `actor` may; raises NotPermitted."""
    if not permits(actor, permission, subject):
        raise NotPermitted(permission.value)


def system_of(organisation_id: UUID, kind: OrganisationKind) -> Actor:
    """The system acting for an organisation: the worker that reminds and routes."""
    return Actor(organisation_id, kind, is_system=True)
