"""Who may see the day, book, and change what can be booked."""

from __future__ import annotations

from typing import Any

from app.policies import Actor, OrganisationKind, Permission, Predicate, Role


class SchedulingPermission(Permission):
    """What can be done with time; for one case `CasePermission.BOOK` and `INVITE` decide in addition."""

    SEE_DAY = "scheduling.see_day"
    BOOK = "scheduling.book"
    OVERBOOK = "scheduling.overbook"
    KEEP_DAY = "scheduling.keep_day"
    SEND_OUT = "scheduling.send_out"
    MANAGE_RESOURCES = "scheduling.manage_resources"
    SEE_REQUESTS = "scheduling.see_requests"
    PLAN_GROUPS = "scheduling.plan_groups"


def is_counselling_staff(actor: Actor, subject: Any) -> bool:
    """Reception, advisors and lead of a KI."""
    return actor.organisation_kind is OrganisationKind.KI and actor.has(Role.RECEPTION, Role.ADVISOR, Role.LEAD)


def counsels(actor: Actor, subject: Any) -> bool:
    """Advisors and lead of a KI, who hold talks themselves."""
    return actor.organisation_kind is OrganisationKind.KI and actor.has(Role.ADVISOR, Role.LEAD)


def books_talks(actor: Actor, subject: Any) -> bool:
    """Counselling staff, and a family with its link."""
    return is_counselling_staff(actor, subject) or actor.invited_to is not None


def runs_the_office(actor: Actor, subject: Any) -> bool:
    """Lead and administrators of a KI, for rooms, interpreters, hours and absences."""
    return actor.organisation_kind is OrganisationKind.KI and actor.has(Role.LEAD, Role.ADMINISTRATOR)


TABLE: dict[Permission, Predicate] = {
    SchedulingPermission.SEE_DAY: is_counselling_staff,
    SchedulingPermission.BOOK: books_talks,
    SchedulingPermission.OVERBOOK: is_counselling_staff,
    SchedulingPermission.KEEP_DAY: is_counselling_staff,
    SchedulingPermission.SEND_OUT: is_counselling_staff,
    SchedulingPermission.MANAGE_RESOURCES: runs_the_office,
    SchedulingPermission.SEE_REQUESTS: is_counselling_staff,
    SchedulingPermission.PLAN_GROUPS: counsels,
}
