"""Where the families of a demo stand: every state of a case and of a child comes up, the usual ones more often."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from cases.child_states import ChildState
from cases.states import CaseState


@dataclass(frozen=True, slots=True)
class Plan:
    """The state of one family: of its case, of its children, and how many days ago it came."""

    state: CaseState
    child: ChildState
    days: int
    weight: int = 4
    is_told: bool = True
    """Whether it was told what its data are for; where nobody reached it, nothing carries keeping them for long."""

    @property
    def has_talked(self) -> bool:
        """Whether the first talk lies behind the family."""
        return self.state in (CaseState.COUNSELLED, CaseState.CLOSED)


_C, _S = CaseState, ChildState
PLANS = (
    Plan(_C.APPOINTMENT_BOOKED, _S.REPORTED, 24, 12),
    Plan(_C.COUNSELLED, _S.RECOMMENDED, 34, 8),
    Plan(_C.REPORTED, _S.REPORTED, 1, 6),
    Plan(_C.DOCUMENTS_INCOMPLETE, _S.REPORTED, 12, 10),
    Plan(_C.COUNSELLED, _S.INITIAL_SUPPORT, 210, 16),
    Plan(_C.CONTACTED, _S.REPORTED, 4, 6),
    Plan(_C.DOCUMENTS_COMPLETE, _S.REPORTED, 16, 5),
    Plan(_C.INVITED, _S.REPORTED, 19, 8),
    Plan(_C.APPOINTMENT_BOOKED, _S.REPORTED, 20, 8),
    Plan(_C.NO_SHOW, _S.REPORTED, 40, 3),
    Plan(_C.COUNSELLED, _S.WITH_AUTHORITY, 45, 8),
    Plan(_C.COUNSELLED, _S.ON_DISTRIBUTION_LIST, 78, 8),
    Plan(_C.COUNSELLED, _S.SCHOOL_PROPOSED, 52, 4),
    Plan(_C.COUNSELLED, _S.ADMISSION_TALK, 60, 3),
    Plan(_C.COUNSELLED, _S.ASSIGNED, 62, 5),
    Plan(_C.COUNSELLED, _S.REFUSED, 84, 4),
    Plan(_C.COUNSELLED, _S.ADMITTED, 70, 5),
    Plan(_C.COUNSELLED, _S.EXTENDED, 800, 3),
    Plan(_C.COUNSELLED, _S.REGULAR_CLASS, 830, 5),
    Plan(_C.CLOSED, _S.COMPLETED, 960, 5),
    Plan(_C.CLOSED, _S.MOVED_AWAY, 150, 2),
    Plan(_C.CLOSED, _S.LEFT_COUNTRY, 190, 1),
    Plan(_C.CLOSED, _S.NOT_COMPULSORY, 120, 1),
    Plan(_C.CLOSED, _S.FOUND_OWN_SCHOOL, 140, 2),
    Plan(_C.CLOSED, _S.UNREACHABLE, 160, 2),
    Plan(_C.REPORTED, _S.REPORTED, 200, 1, is_told=False),
)


def plan_of(random: Random, number: int) -> Plan:
    """The plan of the family of this number: each in turn at first, then by weight, its days a quarter more or less."""
    if number < len(PLANS):
        return PLANS[number]
    plan = random.choices(PLANS, weights=[plan.weight for plan in PLANS])[0]
    days = max(1, round(plan.days * random.uniform(0.75, 1.25)))
    return replace(plan, days=days)
