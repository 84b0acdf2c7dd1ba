"""What roles are called on a page."""

from __future__ import annotations

from collections.abc import Iterable

from app.policies import Role

ROLE_LABELS = {
    Role.RECEPTION: "Empfang",
    Role.ADVISOR: "Beratung",
    Role.LEAD: "Leitung",
    Role.KIM_CASE_MANAGER: "Case Management (KIM)",
    Role.KIM_LEAD: "Leitung KIM",
    Role.ADMINISTRATOR: "Administration",
    Role.DATA_PROTECTION_OFFICER: "Datenschutz",
}


def role_names(roles: Iterable[Role]) -> str:
    """`Beratung, Leitung`, in the order of the table."""
    held = set(roles)
    return ", ".join(label for role, label in ROLE_LABELS.items() if role in held)
