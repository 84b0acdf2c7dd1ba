"""Taking over the official school directory: what is new goes in, what is known is updated, nothing is doubled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from app import clock
from app.data.audit import Action, record
from app.data.database import transaction
from cases.placement.directory import Operation, RowProblem, SchoolRow, parse_directory
from cases.placement.distance import Point, german_distance, has_moved, metres
from cases.placement.models import School

_LENGTHS = {
    "name": 300,
    "short_name": 120,
    "street": 120,
    "town": 80,
    "phone": 40,
    "email": 120,
    "homepage": 250,
    "municipality": 8,
    "operator": 10,
}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Counts of one import; each problem is a German sentence that names its line or school.

    `missing` are known schools of the same towns that the file no longer has: reported, never taken away.
    """

    added: int
    updated: int
    unchanged: int
    problems: tuple[str, ...]
    missing: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many schools of the file are now known."""
        return self.added + self.updated + self.unchanged


def import_directory(lines: Iterable[str], *, take_moves: bool = False) -> ImportReport:
    """Read the directory line by line into the schools, by school number; raises DirectoryError for a foreign file.

    A broken row is reported and costs only itself. Coordinates that jump by more than 300 m are reported and,
    unless `take_moves`, left as they were: a person looks first.
    """
    entries = list(parse_directory(lines))
    rows = [entry for entry in entries if isinstance(entry, SchoolRow)]
    problems = [entry.sentence for entry in entries if isinstance(entry, RowProblem)]
    counts = {"added": 0, "updated": 0, "unchanged": 0}
    moved: list[str] = []
    with transaction() as current:
        known = {school.number: school for school in current.scalars(select(School))}
        for row in rows:
            problem = _too_long(row)
            if problem:
                problems.append(problem)
                continue
            school = known.get(row.number)
            if school is None:
                current.add(_new_school(row))
                counts["added"] += 1
                continue
            jump = _jump(school, row)
            if jump:
                moved.append(jump)
            counts["updated" if _update(school, row, keep_place=bool(jump) and not take_moves) else "unchanged"] += 1
        missing = _missing(known, rows)
        _record(counts, len(problems))
    return ImportReport(**counts, problems=tuple(problems), missing=missing, moved=tuple(moved))


def _values(row: SchoolRow) -> dict[str, object]:
    return {
        "school_type": row.type.value,
        "name": row.name or row.short_name,
        "short_name": row.short_name,
        "denomination": row.denomination.value if row.denomination else "",
        "street": row.street,
        "postcode": row.postcode[:5],
        "town": row.town,
        "phone": row.phone,
        "email": row.email,
        "homepage": row.homepage,
        "municipality": row.municipality,
        "operator": row.owner_number,
        "is_private": row.is_private,
        "status": row.status_code,
        "is_active": row.operation not in (Operation.CLOSED, Operation.RESTING),
        "status_since": row.operation_on,
        "easting": row.point.east if row.point else None,
        "northing": row.point.north if row.point else None,
    }


def _too_long(row: SchoolRow) -> str:
    """A sentence about the first value that no school has in this length, or nothing."""
    values = _values(row)
    for name, length in _LENGTHS.items():
        if len(str(values[name])) > length:
            return f"Zeile {row.line}: Ein Wert ist länger als {length} Zeichen ({name})."
    return ""


def _new_school(row: SchoolRow) -> School:
    return School(number=row.number, imported_at=clock.now(), **_values(row))


def _update(school: School, row: SchoolRow, *, keep_place: bool) -> bool:
    """Take over what differs; answers whether anything did."""
    values = _values(row)
    if keep_place:
        del values["easting"], values["northing"]
    changed = {name: value for name, value in values.items() if getattr(school, name) != value}
    for name, value in changed.items():
        setattr(school, name, value)
    if changed:
        school.imported_at = clock.now()
    return bool(changed)


def _jump(school: School, row: SchoolRow) -> str:
    """A sentence when the school's coordinates move further than a building is long, or nothing."""
    if school.easting is None or school.northing is None or row.point is None:
        return ""
    old = Point(school.easting, school.northing)
    if not has_moved(old, row.point):
        return ""
    way = german_distance(metres(old, row.point))
    return f"Zeile {row.line}: Schule {row.number} ({row.short_name}) liegt jetzt {way} weiter. Bitte prüfen."


def _missing(known: dict[str, School], rows: list[SchoolRow]) -> tuple[str, ...]:
    """Known schools in the towns of the file that the file does not have."""
    towns = {row.municipality for row in rows}
    numbers = {row.number for row in rows}
    gone = sorted(
        (school for school in known.values() if school.municipality in towns and school.number not in numbers),
        key=lambda school: school.number,
    )
    return tuple(f"Schule {school.number} ({school.short_name}) steht nicht mehr in der Datei." for school in gone)


def _record(counts: dict[str, int], problems: int) -> None:
    record(
        Action.CHANGED,
        organisation_id=None,
        actor_id=None,
        subject_kind="school_directory",
        facts={**counts, "problems": problems},
    )
