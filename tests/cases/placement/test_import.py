"""The school directory goes in once, is updated by the next file, and a broken row harms nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.data.database import session
from cases.placement import directory
from cases.placement.directory import DirectoryError
from cases.placement.models import School
from cases.placement.services import import_directory

FILE = Path(directory.__file__).parent / "data" / "schulen_duesseldorf.csv"
LINES = FILE.read_text(encoding="utf-8").splitlines()
HEADER, FIRST, SECOND = LINES[1], LINES[2], LINES[3]


def schools() -> int:
    return session().scalar(select(func.count()).select_from(School)) or 0


def test_a_second_import_of_the_same_file_changes_nothing(app: Flask) -> None:
    first, second = import_directory(LINES), import_directory(LINES)
    assert (first.added, first.updated, first.problems) == (178, 0, ())
    assert (second.added, second.updated, second.unchanged) == (0, 0, 178)
    assert schools() == 178


def test_a_later_file_updates_a_school_and_adds_a_new_one(app: Flask) -> None:
    import_directory([HEADER, FIRST])
    report = import_directory([HEADER, FIRST.replace("Schmiedestr. 17", "Neue Straße 1"), SECOND])
    assert (report.added, report.updated, report.unchanged) == (1, 1, 0)
    assert schools() == 2
    assert session().scalar(select(School.street).where(School.number == "100015")) == "Neue Straße 1"


def test_a_broken_row_is_reported_with_its_line_and_the_rest_goes_in(app: Flask) -> None:
    broken = SECOND.replace(SECOND[1:7], "12AB56")
    report = import_directory([HEADER, FIRST, broken, LINES[4]])
    assert report.added == 2
    (problem,) = report.problems
    assert problem.startswith("Zeile 3: ")


def test_a_foreign_file_is_refused_in_german_and_nothing_goes_in(app: Flask) -> None:
    with pytest.raises(DirectoryError, match="nicht das Schulverzeichnis des Landes"):
        import_directory(["Name;Adresse", "Schule;Straße"])
    assert schools() == 0


def test_a_school_that_jumps_is_reported_and_stays_until_somebody_agrees(app: Flask) -> None:
    import_directory([HEADER, FIRST])
    jumped = FIRST.replace('"346808"', '"356808"')
    report = import_directory([HEADER, jumped])
    assert len(report.moved) == 1
    assert "10,0 km" in report.moved[0]
    assert session().scalar(select(School.easting)) == 346808
    assert import_directory([HEADER, jumped], take_moves=True).updated == 1
    assert session().scalar(select(School.easting)) == 356808


def test_a_school_that_is_missing_from_the_file_is_named_and_kept(app: Flask) -> None:
    import_directory([HEADER, FIRST, SECOND])
    report = import_directory([HEADER, SECOND])
    assert [name for name in report.missing if "100015" in name]
    assert schools() == 2
