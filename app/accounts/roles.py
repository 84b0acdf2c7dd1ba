"""Which roles there are at which kind of organisation, and which nobody holds together."""

from __future__ import annotations

from collections.abc import Collection

from app.errors import Invalid
from app.policies import OrganisationKind, Role

APART = frozenset({Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER})
"""Whoever manages people or reads the log has no work with cases: these roles see no case content."""

_EVERYWHERE = (Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER)
_OFFERED = {
    OrganisationKind.KI: (Role.RECEPTION, Role.ADVISOR, Role.LEAD, *_EVERYWHERE),
    OrganisationKind.KIM: (Role.KIM_CASE_MANAGER, Role.KIM_LEAD, *_EVERYWHERE),
    OrganisationKind.WELFARE: (Role.KIM_CASE_MANAGER, Role.KIM_LEAD, *_EVERYWHERE),
    OrganisationKind.AUTHORITY: _EVERYWHERE,
}


def roles_at(kind: OrganisationKind) -> tuple[Role, ...]:
    """The roles that can be given at an organisation of this kind."""
    return _OFFERED[kind]


def check_roles(roles: Collection[Role], kind: OrganisationKind) -> None:
    """Raise Invalid for no role, one of another kind of organisation, or case work beside administration."""
    held = set(roles)
    if not held:
        raise Invalid("roles", "required")
    if not held <= set(roles_at(kind)):
        raise Invalid("roles", "foreign")
    if held & APART and len(held) > 1:
        raise Invalid("roles", "apart")
