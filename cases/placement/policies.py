"""Who may see schools, seats and the list of those who wait; deciding on a seat is CasePermission.PLACE."""

from __future__ import annotations

from app.policies import Permission, Predicate
from cases.policies import is_ki_staff, reads_content, works_with_cases


class PlacementPermission(Permission):
    """What can be done around seats; READ has the Case as its subject, the others none."""

    SEE_SCHOOLS = "placement.see_schools"
    SEE_DISTRIBUTION = "placement.see_distribution"
    READ = "placement.read"


TABLE: dict[Permission, Predicate] = {
    PlacementPermission.SEE_SCHOOLS: works_with_cases,
    PlacementPermission.SEE_DISTRIBUTION: is_ki_staff,
    PlacementPermission.READ: reads_content,
}
