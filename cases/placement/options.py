"""The schools that suit one child, nearest first, with German reasons, and why the others do not."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cases.placement.denomination import Denomination
from cases.placement.distance import Home, Point, german_distance, metres, threshold_metres
from cases.placement.school_types import SchoolType, Stage

CONFESSIONAL_NOTE = "Bekenntnisgrundschule: nur wenn Plätze frei bleiben und die Eltern zustimmen."


class Exclusion(StrEnum):
    """Why a school is not among the options."""

    OTHER_STAGE = "other_stage"
    NOT_OPEN = "not_open"
    SPECIAL_SCHOOL = "special_school"
    SPECIAL_PROCEDURE = "special_procedure"
    ADULT_EDUCATION = "adult_education"
    NO_GYMNASIUM_SUITABILITY = "no_gymnasium_suitability"
    CONFESSIONAL_DECLINED = "confessional_declined"
    REFUSED_BEFORE = "refused_before"
    BLOCKED = "blocked"
    NO_LOCATION = "no_location"
    BEYOND_CAP = "beyond_cap"

    @property
    def label(self) -> str:
        """The German words for the line of counts."""
        return _LABELS[self]


_LABELS = {
    Exclusion.OTHER_STAGE: "andere Schulstufe",
    Exclusion.NOT_OPEN: "geschlossen oder noch nicht eröffnet",
    Exclusion.SPECIAL_SCHOOL: "Förder- oder Klinikschule: eigenes Verfahren",
    Exclusion.SPECIAL_PROCEDURE: "kein Platz im Gemeinsamen Lernen: eigenes Verfahren (AO-SF)",
    Exclusion.ADULT_EDUCATION: "Weiterbildungskolleg: nur nach der Schulpflicht",
    Exclusion.NO_GYMNASIUM_SUITABILITY: "Gymnasium: keine Eignung vermerkt",
    Exclusion.CONFESSIONAL_DECLINED: "Bekenntnisgrundschule: Eltern stimmen nicht zu",
    Exclusion.REFUSED_BEFORE: "frühere Ablehnung durch Schule oder Familie",
    Exclusion.BLOCKED: "für dieses Kind gesperrt",
    Exclusion.NO_LOCATION: "Schule ohne Koordinaten",
    Exclusion.BEYOND_CAP: "weiter als die festgelegte Grenze",
}


@dataclass(frozen=True)
class SchoolFacts:
    """What the options need of a school; `free_seats` is None where nobody has entered any."""

    number: str
    name: str
    type: SchoolType
    point: Point | None
    denomination: Denomination | None = None
    is_open: bool = True
    is_private: bool = False
    has_inclusive_seats: bool = False
    free_seats: int | None = None


@dataclass(frozen=True)
class Sibling:
    """A brother or sister at a school."""

    school_number: str
    stage: Stage


@dataclass(frozen=True)
class SchoolChild:
    """What the options need of a child; `accepts_confessional` is the guardians' answer, if asked."""

    grade: int
    is_gymnasium_suitable: bool = False
    accepts_confessional: bool | None = None
    has_special_needs: bool = False
    is_adult: bool = False
    refused_schools: frozenset[str] = frozenset()
    blocked_schools: frozenset[str] = frozenset()
    siblings: tuple[Sibling, ...] = ()


@dataclass(frozen=True)
class SchoolOption:
    """One school that suits; `metres` is None where no home is known, `notes` are conditions to heed."""

    school: SchoolFacts
    metres: int | None
    is_estimate: bool
    is_beyond_threshold: bool
    has_sibling: bool
    reasons: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class SchoolOptions:
    """The options in order, and how many schools each rule took away; counts only, never names."""

    options: tuple[SchoolOption, ...]
    excluded: Mapping[Exclusion, int]
    more: int
    notices: tuple[str, ...]


def suitable_schools(
    child: SchoolChild,
    schools: Iterable[SchoolFacts],
    *,
    home: Home | None,
    stage: Stage,
    limit: int = 10,
    cap_metres: int | None = None,
) -> SchoolOptions:
    """Rank the schools of a stage: a sibling's school first, then by distance, then by school number.

    The same schools in any order give the same answer. `cap_metres` is a hard limit of the way.
    """
    found: list[SchoolOption] = []
    excluded: Counter[Exclusion] = Counter()
    for school in schools:
        reason = _exclusion(child, school, stage)
        way = metres(home.point, school.point) if home is not None and school.point is not None else None
        if reason is None and cap_metres is not None and way is not None and way > cap_metres:
            reason = Exclusion.BEYOND_CAP
        if reason is None and home is not None and way is None:
            reason = Exclusion.NO_LOCATION
        if reason is not None:
            excluded[reason] += 1
        else:
            found.append(_option(child, school, stage, home, way))
    found.sort(key=lambda option: (not option.has_sibling, option.metres or 0, option.school.number))
    return SchoolOptions(
        tuple(found[:limit]),
        dict(sorted(excluded.items())),
        max(0, len(found) - limit),
        _notices(child, home),
    )


def _exclusion(child: SchoolChild, school: SchoolFacts, stage: Stage) -> Exclusion | None:
    """The first rule that takes the school away, the plainest first."""
    confessional = school.denomination is not None and school.denomination.is_confessional
    primary = school.type is SchoolType.GRUNDSCHULE
    checks = (
        (stage not in school.type.stages, Exclusion.OTHER_STAGE),
        (not school.is_open, Exclusion.NOT_OPEN),
        (school.type.needs_special_procedure, Exclusion.SPECIAL_SCHOOL),
        (school.type is SchoolType.WEITERBILDUNGSKOLLEG and not child.is_adult, Exclusion.ADULT_EDUCATION),
        (school.number in child.blocked_schools, Exclusion.BLOCKED),
        (school.number in child.refused_schools, Exclusion.REFUSED_BEFORE),
        (child.has_special_needs and not school.has_inclusive_seats, Exclusion.SPECIAL_PROCEDURE),
        (
            school.type is SchoolType.GYMNASIUM and not child.is_gymnasium_suitable,
            Exclusion.NO_GYMNASIUM_SUITABILITY,
        ),
        (
            primary and confessional and child.accepts_confessional is False,
            Exclusion.CONFESSIONAL_DECLINED,
        ),
    )
    return next((reason for applies, reason in checks if applies), None)


def _option(child: SchoolChild, school: SchoolFacts, stage: Stage, home: Home | None, way: int | None) -> SchoolOption:
    has_sibling = any(s.school_number == school.number and s.stage is stage for s in child.siblings)
    estimate = home is not None and home.is_estimate
    beyond = way is not None and way > threshold_metres(child.grade)
    reasons = [f"{school.type.label}: unterrichtet die {stage.label}."]
    if has_sibling:
        reasons.append("Ein Geschwisterkind derselben Schulstufe besucht diese Schule.")
    if way is not None:
        reasons.append(f"Luftlinie {german_distance(way, is_estimate=estimate)}.")
    if school.type is SchoolType.GYMNASIUM:
        reasons.append("Die Eignung für das Gymnasium ist vermerkt.")
    return SchoolOption(school, way, estimate, beyond, has_sibling, tuple(reasons), _notes(child, school, beyond))


def _notes(child: SchoolChild, school: SchoolFacts, beyond: bool) -> tuple[str, ...]:
    notes = []
    if (
        school.type is SchoolType.GRUNDSCHULE
        and school.denomination is not None
        and school.denomination.is_confessional
    ):
        notes.append(CONFESSIONAL_NOTE)
        if child.accepts_confessional is None:
            notes.append("Die Zustimmung der Eltern ist noch nicht vermerkt.")
    if school.is_private:
        notes.append("Schule in freier Trägerschaft: Sie entscheidet selbst über die Aufnahme.")
    if beyond:
        limit = german_distance(threshold_metres(child.grade))
        notes.append(f"Die Luftlinie ist länger als {limit}; Fahrkosten sind zu klären.")
    if school.free_seats is not None and school.free_seats <= 0:
        notes.append("Nach dem Platzverzeichnis ist kein Platz frei.")
    return tuple(notes)


def _notices(child: SchoolChild, home: Home | None) -> tuple[str, ...]:
    notices = []
    if home is None:
        notices.append("Ohne Adresse oder Postleitzahl ist keine Entfernung bekannt.")
    elif home.is_estimate:
        notices.append(
            "Die Entfernungen sind ab der Mitte der Postleitzahl geschätzt; welche Schule die nächste ist, "
            "bleibt offen."
        )
    if child.has_special_needs:
        notices.append(
            "Sonderpädagogischer Förderbedarf: Über den Förderort entscheidet die Schulaufsicht im eigenen "
            "Verfahren (AO-SF). Gezeigt werden nur Schulen mit Plätzen im Gemeinsamen Lernen."
        )
    return tuple(notices)
