"""What a named person decides about a child's school, and where that leaves the proposal of the rules."""

from __future__ import annotations

from dataclasses import dataclass

from cases.placement.rules import Assessment
from cases.placement.school_types import SchoolType, Stage
from cases.placement.support import Support
from cases.sheets import ChildSheet

GRADES = range(1, 14)
NEAR_GRADES = 1
"""A grade beside the one of the age group is everyday practice and needs no reason."""


@dataclass(frozen=True, slots=True, repr=False)
class Decision:
    """The advisor's recommendation for one child; `reason` says why, above all where it leaves the proposal."""

    stage: Stage
    school_type: SchoolType | None
    grade: int | None
    support: Support | None
    literacy_group: bool
    reason: str = ""


def deviations(proposal: Assessment, for_stage: Assessment, decision: Decision) -> tuple[str, ...]:
    """German names of the points in which a decision leaves the proposal.

    `for_stage` is the proposal made for the decision's own stage, so that another stage alone is one deviation.
    """
    found = []
    if decision.stage is not proposal.stage:
        found.append("Schulstufe")
    if decision.school_type is not None and decision.stage not in decision.school_type.stages:
        found.append("Schulform")
    if decision.grade and for_stage.grade and abs(decision.grade - for_stage.grade) > NEAR_GRADES:
        found.append("Klasse")
    if decision.support is not for_stage.support:
        found.append("Förderform")
    if decision.literacy_group != for_stage.needs_literacy_group:
        found.append("Alphabetisierung")
    return tuple(found)


def decision_of(sheet: ChildSheet) -> Decision | None:
    """The recommendation a child's sheet holds, None while there is none."""
    if sheet.recommended_stage not in set(Stage):
        return None
    return Decision(
        stage=Stage(sheet.recommended_stage),
        school_type=SchoolType(sheet.recommended_school_type)
        if sheet.recommended_school_type in set(SchoolType)
        else None,
        grade=int(sheet.recommended_grade) if sheet.recommended_grade.isdigit() else None,
        support=Support(sheet.recommended_support) if sheet.recommended_support in set(Support) else None,
        literacy_group=sheet.literacy_group == "yes",
        reason=sheet.recommendation_reason,
    )


def write_decision(sheet: ChildSheet, decision: Decision) -> None:
    """Write a decision into a child's sheet; a later one replaces it, the trail keeps that it changed."""
    sheet.recommended_stage = decision.stage.value
    sheet.recommended_school_type = decision.school_type.value if decision.school_type else ""
    sheet.recommended_grade = str(decision.grade or "")
    sheet.recommended_support = decision.support.value if decision.support else ""
    sheet.literacy_group = "yes" if decision.literacy_group else "no"
    sheet.recommendation_reason = decision.reason
