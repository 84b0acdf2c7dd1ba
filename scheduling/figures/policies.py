"""Who sees figures: those who run the office; those of single colleagues are for the lead alone."""

from __future__ import annotations

from typing import Any

from app.policies import Actor, OrganisationKind, Permission, Predicate, Role
from scheduling.policies import runs_the_office


class FiguresPermission(Permission):
    """What can be done with figures."""

    SEE = "figures.see"
    SEE_PEOPLE = "figures.see_people"


def leads_the_office(actor: Actor, subject: Any) -> bool:
    """The lead of a KI: how busy somebody is concerns whoever plans with them, and nobody else."""
    return actor.organisation_kind is OrganisationKind.KI and actor.has(Role.LEAD)


TABLE: dict[Permission, Predicate] = {
    FiguresPermission.SEE: runs_the_office,
    FiguresPermission.SEE_PEOPLE: leads_the_office,
}
