"""Who may give numbers out, show the board, and set up the screens that do so by themselves."""

from __future__ import annotations

from typing import Any

from app.policies import Actor, OrganisationKind, Permission, Predicate, Role
from scheduling.policies import is_counselling_staff, runs_the_office


class WalkInPermission(Permission):
    """What can be done with those who come without an appointment."""

    DRAW = "walk_in.draw"
    CALL = "walk_in.call"
    SHOW_BOARD = "walk_in.show_board"
    MANAGE_SCREENS = "walk_in.manage_screens"


def is_staff_or_screen(actor: Actor, subject: Any) -> bool:
    """Counselling staff, and the system for a screen whose link has not been revoked."""
    return is_counselling_staff(actor, subject) or _is_own_system(actor)


def _is_own_system(actor: Actor) -> bool:
    return actor.is_system and actor.organisation_kind is OrganisationKind.KI


def sees_to_the_entrance(actor: Actor, subject: Any) -> bool:
    """Reception, and whoever runs the office."""
    return runs_the_office(actor, subject) or (
        actor.organisation_kind is OrganisationKind.KI and actor.has(Role.RECEPTION)
    )


TABLE: dict[Permission, Predicate] = {
    WalkInPermission.DRAW: is_staff_or_screen,
    WalkInPermission.CALL: is_counselling_staff,
    WalkInPermission.SHOW_BOARD: is_staff_or_screen,
    WalkInPermission.MANAGE_SCREENS: sees_to_the_entrance,
}
