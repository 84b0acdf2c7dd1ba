"""One child seen by the placement rules: stage, compulsory schooling, support, authority, band, with reasons.

The rules only suggest. The advisor chooses the stage, the authority assigns, the school admits or refuses.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from cases.bands import Band
from cases.partial_dates import age_on
from cases.placement.child_facts import ChildFacts
from cases.placement.compulsory import duty, duty_end, entry_day, grade_by_age
from cases.placement.kinds import Authority
from cases.placement.rule_book import Reason, rule
from cases.placement.school_types import Stage
from cases.placement.support import Support, propose_support

SOON = timedelta(days=366)
"""A child who enters school within a year can already be registered at a primary school."""


@dataclass(frozen=True)
class Assessment:
    """What the rules say about one child on one day; `allowed_stages` begins with the suggested one.

    `grade` is the grade of the age group within the suggested stage, None where no place is due.
    `assumed_birth` is the day a partial birth date was read as, None for an exact one.
    """

    on: date
    age: int
    stage: Stage
    allowed_stages: tuple[Stage, ...]
    grade: int | None
    compulsory_from: date | None
    compulsory_until: date
    is_compulsory: bool
    support: Support | None
    other_supports: tuple[Support, ...]
    needs_literacy_group: bool
    authority: Authority | None
    band: Band | None
    assumed_birth: date | None
    reasons: tuple[Reason, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Reading:
    """The stage under one reading of the birth date."""

    birth: date
    stage: Stage
    allowed: tuple[Stage, ...]
    reason: Reason

    def is_before_school(self, on: date) -> bool:
        return self.stage is Stage.NONE and on < entry_day(self.birth, on)


def assess(facts: ChildFacts, *, on: date, stage: Stage | None = None) -> Assessment:
    """Apply all rules of a day; with `stage` the advisor's choice replaces the suggested stage."""
    obligation = duty(facts, on=on)
    reading, others, birth_warnings = _read_birth(facts, on)
    allowed = tuple(dict.fromkeys((*reading.allowed, *others)))
    chosen = stage or reading.stage
    grade = _grade_within(chosen, grade_by_age(reading.birth, on))
    support = propose_support(facts, stage=chosen, grade=grade or 0, on=on)
    return Assessment(
        on=on,
        age=age_on(reading.birth, on),
        stage=chosen,
        allowed_stages=allowed,
        grade=grade,
        compulsory_from=obligation.begins,
        compulsory_until=obligation.ends,
        is_compulsory=obligation.holds(on),
        support=support.support,
        other_supports=support.alternatives,
        needs_literacy_group=support.needs_literacy_group,
        authority=authority_for(chosen),
        band=band_for(chosen, grade),
        assumed_birth=None if facts.birth.is_exact else reading.birth,
        reasons=(reading.reason, *obligation.reasons, *support.reasons, *_authority_reason(chosen, on)),
        warnings=(
            *birth_warnings,
            *_choice_warning(stage, reading.stage, allowed),
            *_years_warnings(facts, reading.birth, on),
            *obligation.warnings,
            *support.warnings,
        ),
    )


def band_on(facts: ChildFacts, on: date, *, stage: Stage | None = None) -> Band | None:
    """The band of a day alone, without the rest of an assessment."""
    reading, _, _ = _read_birth(facts, on)
    chosen = stage or reading.stage
    return band_for(chosen, _grade_within(chosen, grade_by_age(reading.birth, on)))


def authority_for(stage: Stage) -> Authority | None:
    """The Schulamt to the end of Sek I, the Bezirksregierung for Sek II; None where no place is due."""
    if stage is Stage.NONE:
        return None
    return Authority.BEZIRKSREGIERUNG if stage is Stage.UPPER_SECONDARY else Authority.SCHULAMT


def band_for(stage: Stage, grade: int | None) -> Band | None:
    """The band of the distribution list; None where no place is due."""
    if stage is Stage.NONE:
        return None
    if stage is Stage.PRIMARY:
        return Band.PRIMARY
    if stage is Stage.UPPER_SECONDARY:
        return Band.VOCATIONAL
    return Band.GRADES_5_TO_7 if (grade or 5) <= 7 else Band.GRADES_8_TO_10


def _read_birth(facts: ChildFacts, on: date) -> tuple[_Reading, tuple[Stage, ...], tuple[str, ...]]:
    """Read a partial date as its latest day, unless only the earliest gives the child a place."""
    younger = _stage_for(facts, facts.birth.latest(), on)
    if facts.birth.is_exact:
        return younger, (), ()
    older = _stage_for(facts, facts.birth.earliest(), on)
    chosen = older if younger.is_before_school(on) and older.stage is not Stage.NONE else younger
    text = (
        f"Das Geburtsdatum ist nur als „{facts.birth.german()}“ bekannt. "
        f"Angenommen ist der {chosen.birth:%d.%m.%Y}, die für das Kind günstigere Lesart. "
    )
    same = younger.stage is older.stage
    text += (
        "Für die Schulstufe macht das keinen Unterschied."
        if same
        else f"Möglich ist auch: {(older if chosen is younger else younger).stage.label}."
    )
    return chosen, (*younger.allowed, *older.allowed), (text,)


def _stage_for(facts: ChildFacts, birth: date, on: date) -> _Reading:
    age, entry = age_on(birth, on), entry_day(birth, on)
    if on < entry:
        soon = (Stage.PRIMARY,) if entry - on <= SOON else ()
        reason = rule("entry_on_request", on).reason(entry=entry)
        return _Reading(birth, Stage.NONE, (Stage.NONE, *soon), reason)
    ends, _ = duty_end(facts, birth, on)
    if on > ends:
        over = rule("duty_over", on)
        more = (Stage.UPPER_SECONDARY,) if age <= over.numbers["voluntary_to_age"] else ()
        return _Reading(birth, Stage.NONE, (Stage.NONE, *more), over.reason(until=ends))
    return _stage_at_school(facts, birth, age, grade_by_age(birth, on), on)


def _stage_at_school(facts: ChildFacts, birth: date, age: int, grade: int, on: date) -> _Reading:
    lower, upper, primary = Stage.LOWER_SECONDARY, Stage.UPPER_SECONDARY, Stage.PRIMARY
    full = rule("full_time_years", on)
    if _has_full_time_years(facts, age, on):
        allowed = (upper,) if age >= rule("stage_upper_secondary", on).numbers["age"] else (upper, lower)
        return _Reading(birth, upper, allowed, full.reason(years=facts.school_years))
    vocational = rule("stage_upper_secondary", on)
    if age >= vocational.numbers["age"]:
        allowed = (upper, lower) if age == vocational.numbers["age"] else (upper,)
        return _Reading(birth, upper, allowed, vocational.reason(age=age))
    elementary = rule("stage_primary", on)
    border = age == elementary.numbers["border_age"] or (age < elementary.numbers["border_age"] and grade > 4)
    if grade <= elementary.numbers["last_grade"]:
        allowed = (primary, lower) if border else (primary,)
        return _Reading(birth, primary, allowed, elementary.reason(age=age, grade=grade))
    allowed = (lower, primary) if border else (lower,)
    reason = rule("stage_lower_secondary", on).reason(age=age, grade=grade)
    return _Reading(birth, lower, allowed, reason)


def _has_full_time_years(facts: ChildFacts, age: int, on: date) -> bool:
    numbers = rule("full_time_years", on).numbers
    years = facts.school_years
    return years is not None and years >= numbers["years"] and age >= numbers["plausible_from_age"]


def _grade_within(stage: Stage, grade: int) -> int | None:
    bounds = {
        Stage.PRIMARY: (1, 4),
        Stage.LOWER_SECONDARY: (5, 10),
        Stage.UPPER_SECONDARY: (11, 13),
    }
    if stage is Stage.NONE:
        return None
    low, high = bounds[stage]
    return min(max(grade, low), high)


def _authority_reason(stage: Stage, on: date) -> tuple[Reason, ...]:
    authority = authority_for(stage)
    if authority is None:
        return ()
    name = "authority_school_office" if authority is Authority.SCHULAMT else "authority_district"
    return (rule(name, on).reason(),)


def _choice_warning(chosen: Stage | None, proposed: Stage, allowed: tuple[Stage, ...]) -> tuple[str, ...]:
    if chosen is None or chosen in allowed:
        return ()
    return (f"Die gewählte Stufe weicht vom Vorschlag „{proposed.label}“ ab. Bitte begründen Sie die Wahl.",)


def _years_warnings(facts: ChildFacts, birth: date, on: date) -> tuple[str, ...]:
    age = age_on(birth, on)
    if facts.school_years is None:
        if age < rule("full_time_years", on).numbers["plausible_from_age"]:
            return ()
        return ("Die Schulbesuchsjahre sind nicht eingetragen; ab zehn Jahren folgt die Sekundarstufe II.",)
    if facts.school_years > max(age - 4, 0):
        return ("Die Zahl der Schulbesuchsjahre passt nicht zum Alter. Bitte prüfen Sie beide Angaben.",)
    return ()
