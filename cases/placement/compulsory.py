"""Begin and end of compulsory schooling (Schulpflicht, §§ 34 to 38 SchulG NRW), and days without a seat."""

from dataclasses import dataclass
from datetime import date, timedelta

from cases.placement.child_facts import ChildFacts
from cases.placement.rule_book import Reason, rule


@dataclass(frozen=True)
class Duty:
    """First and last day of the duty, both inclusive; `begins` is None while no begin is known."""

    begins: date | None
    ends: date
    reasons: tuple[Reason, ...]
    warnings: tuple[str, ...]

    def holds(self, on: date) -> bool:
        """Whether the child is subject to compulsory schooling on a day."""
        return self.begins is not None and self.begins <= on <= self.ends


def entry_day(birth: date, on: date) -> date:
    """1 August of the year in which the child is six by 30 September (§ 35 (1) SchulG)."""
    numbers = rule("entry_age", on).numbers
    late = (birth.month, birth.day) > (numbers["cutoff_month"], numbers["cutoff_day"])
    return date(birth.year + numbers["age"] + late, numbers["start_month"], numbers["start_day"])


def school_year_start(on: date) -> date:
    """1 August of the school year a day lies in."""
    return date(on.year if on.month >= 8 else on.year - 1, 8, 1)


def grade_by_age(birth: date, on: date) -> int:
    """The grade of the age group on a day, 1 from the day of entry; 0 and below mean before school."""
    return school_year_start(on).year - entry_day(birth, on).year + 1


def last_day_of_youth(birth: date, on: date) -> date:
    """31 July of the school year in which the 18th year of life is completed (§ 38 (3) SchulG).

    A year of life is completed at the end of the day before the birthday (§§ 187 (2), 188 (2) BGB), so that a
    child born on 1 August completes it on 31 July, in the school year before.
    """
    numbers = rule("duty_end", on).numbers
    completed = _years_completed_on(birth, numbers["age"])
    end = date(completed.year, numbers["end_month"], numbers["end_day"])
    return end if completed <= end else end.replace(year=end.year + 1)


def duty(facts: ChildFacts, *, on: date) -> Duty:
    """When compulsory schooling begins and ends; a partial birth date is read in favour of the child.

    The begin takes the earliest, the end the latest day the birth date can mean.
    """
    entry = entry_day(facts.birth.earliest(), on)
    start, reasons, warnings = _residence(facts, entry, on)
    ends, end_reason = duty_end(facts, facts.birth.latest(), on)
    begins = max(entry, start) if start is not None else None
    if begins is not None and begins > ends:
        begins = None
    if begins == entry:
        reasons = (rule("entry_age", on).reason(entry=entry),)
    return Duty(begins, ends, (*reasons, end_reason), warnings)


def days_without_seat(compulsory_from: date | None, seat_start: date | None, on: date) -> int:
    """Days from the begin of compulsory schooling to the first school day, or to `on`; 0 before the begin."""
    if compulsory_from is None:
        return 0
    until = on if seat_start is None else min(seat_start, on)
    return max(0, (until - compulsory_from).days)


def _years_completed_on(birth: date, years: int) -> date:
    try:
        return birth.replace(year=birth.year + years) - timedelta(days=1)
    except ValueError:  # born on 29 February: the year is full at the end of 28 February
        return date(birth.year + years, 2, 28)


def _residence(facts: ChildFacts, entry: date, on: date) -> tuple[date | None, tuple[Reason, ...], tuple[str, ...]]:
    if facts.is_asylum_seeker:
        assigned = facts.municipality_assigned_on
        if assigned is None:
            return None, (rule("asylum_waiting", on).reason(),), ()
        return assigned, (rule("asylum_start", on).reason(start=assigned),), ()
    if facts.arrived is not None:
        day = facts.arrived.earliest()
        warning = (
            ()
            if facts.arrived.is_exact or facts.arrived.latest() <= entry
            else (
                f"Der Zuzug ist nur als „{facts.arrived.german()}“ bekannt. "
                f"Gerechnet wird ab dem frühesten Tag, dem {day:%d.%m.%Y}.",
            )
        )
        return day, (rule("residence_start", on).reason(start=day),), warning
    day = facts.reported_on or on
    text = f"Der Zuzug ist nicht eingetragen. Gerechnet wird ab dem {day:%d.%m.%Y}."
    return day, (rule("residence_start", on).reason(start=day),), (text,)


def duty_end(facts: ChildFacts, birth: date, on: date) -> tuple[date, Reason]:
    """The last day of the duty for one reading of the birth date, and why (§ 38 (2) to (4) SchulG)."""
    ends = last_day_of_youth(birth, on)
    completed = facts.upper_course_completed_on
    if completed is not None and completed < ends:
        return completed, rule("duty_end_course", on).reason(until=completed)
    began, trained = facts.training_began_on, facts.training_ends_on
    training = rule("duty_end_training", on)
    latest_begin = _years_completed_on(birth, training.numbers["age"])
    if began is not None and trained is not None and trained > ends and began <= latest_begin:
        return trained, training.reason(until=trained)
    return ends, rule("duty_end", on).reason(until=ends)
