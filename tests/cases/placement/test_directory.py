"""The official school directory is read as it is, and a broken line costs only itself."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cases.placement import directory
from cases.placement.denomination import Denomination
from cases.placement.directory import (
    DirectoryError,
    Operation,
    RowProblem,
    SchoolRow,
    decode_directory,
    parse_directory,
)
from cases.placement.distance import Point
from cases.placement.school_types import SchoolType, Stage, district_of_quarter

FILE = Path(directory.__file__).parent / "data" / "schulen_duesseldorf.csv"
LINES = FILE.read_text(encoding="utf-8").splitlines()
HEADER, FIRST = LINES[1], LINES[2]


def read(*lines: str) -> list[SchoolRow | RowProblem]:
    return list(parse_directory(lines))


def one(line: str) -> SchoolRow:
    (row,) = read(HEADER, line)
    assert isinstance(row, SchoolRow), row
    return row


def problem(line: str) -> str:
    broken, sound = read(HEADER, line, FIRST)
    assert isinstance(broken, RowProblem)
    assert isinstance(sound, SchoolRow)
    assert broken.sentence.startswith("Zeile 2: ")
    return broken.sentence


def test_the_shipped_file_has_every_school_of_duesseldorf_and_no_broken_line() -> None:
    rows = list(parse_directory(decode_directory(FILE.open("rb"))))
    schools = [row for row in rows if isinstance(row, SchoolRow)]
    assert len(rows) == len(schools) == 178
    assert {school.municipality for school in schools} == {"05111000"}
    assert all(school.point is not None for school in schools)


def test_thirty_nine_of_eighty_eight_open_primary_schools_are_confessional() -> None:
    primary = [
        row
        for row in read(*LINES)
        if isinstance(row, SchoolRow) and row.type is SchoolType.GRUNDSCHULE and row.operation is Operation.OPEN
    ]
    kinds = Counter(row.denomination for row in primary)
    assert sum(kinds.values()) == 88
    assert kinds[Denomination.COMMUNITY] == 49
    assert sum(n for kind, n in kinds.items() if kind and kind.is_confessional) == 39


def test_a_row_is_read_by_the_names_of_its_columns() -> None:
    row = one(FIRST)
    assert (row.number, row.type, row.short_name) == (
        "100015",
        SchoolType.GYMNASIUM,
        "Düsseldorf, Gym Wim-Wenders",
    )
    assert row.name == "Städt. Wim-Wenders-Gymnasium Sekundarstufe I und II"
    assert (row.street, row.postcode, row.town) == ("Schmiedestr. 17", "40227", "Düsseldorf")
    assert (row.phone, row.email) == ("0211 8924260", "100015@schule.nrw.de")
    assert row.point == Point(346808, 5675555)
    assert (row.is_private, row.denomination) == (False, None)


def test_a_new_column_in_the_middle_changes_nothing() -> None:
    header = HEADER.replace("Kurzbezeichnung;", "Kurzbezeichnung;Bezirksregierung;")
    line = FIRST.replace('Wim-Wenders";"40227"', 'Wim-Wenders";"Düsseldorf";"40227"')
    (row,) = read("sep=;", header, line)
    assert isinstance(row, SchoolRow)
    assert row.postcode == "40227"


@pytest.mark.parametrize("start", [["sep=;"], ["\ufeffsep=;"], [], [""]])
def test_mark_and_separator_line_are_optional(start: list[str]) -> None:
    header = HEADER if start else "\ufeff" + HEADER
    assert len(read(*start, header, FIRST)) == 1


def test_null_means_missing() -> None:
    row = one(FIRST.replace('"https://ww-gym.de"', '"null"').replace('"346808";"5675555"', '"null";"null"'))
    assert row.homepage == ""
    assert row.point is None


@pytest.mark.parametrize(
    ("code", "day", "before", "after"),
    [
        ("1", "01.08.2017", True, True),
        ("6", "01.08.2017", True, True),
        ("2", "31.07.2027", True, False),
        ("0", "31.07.2027", True, False),
        ("3", "01.08.2027", False, True),
        ("4", "01.08.2017", False, False),
        ("5", "01.08.2017", False, False),
        ("9", "01.08.2017", False, False),
    ],
)
def test_a_school_is_open_by_its_status_and_date(code: str, day: str, before: bool, after: bool) -> None:
    row = one(FIRST.replace('"1";"01.08.2017"', f'"{code}";"{day}"'))
    assert row.is_open(date(2027, 7, 31)) is before
    assert row.is_open(date(2027, 8, 1)) is after


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"100015";"20"', '"10015";"20"', "Schulnummer"),
        ('"100015";"20"', '"100015";"77"', "Schulform „77“"),
        ('"01.08.2017"', '"31.02.2017"', "Schulbetriebsdatum"),
        ('"1";"01.08.2017"', '"8";"01.08.2017"', "Schulbetriebsschlüssel „8“"),
        ('"346808"', '"34680x"', "ganzen Zahlen"),
        ('"346808"', '"846808"', "Nordrhein-Westfalen"),
        ('"EPSG:25832"', '"EPSG:4326"', "EPSG:25832"),
        (';"346808"', "", "22 Werte statt 23"),
        ('"Düsseldorf, Gym Wim-Wenders"', '"Düsseldorf, "Gym Wim-Wenders"', "Anführungszeichen"),
        ('"5675555"', '"5675555', "Anführungszeichen"),
    ],
)
def test_a_broken_row_is_told_and_the_rest_goes_in(old: str, new: str, said: str) -> None:
    assert old in FIRST
    assert said in problem(FIRST.replace(old, new))


def test_a_school_that_stands_twice_is_told_with_both_lines() -> None:
    _, second = read(HEADER, FIRST, FIRST)
    assert second == RowProblem(3, "Zeile 3: Die Schulnummer 100015 steht schon in Zeile 2.")


def test_a_foreign_file_is_refused_by_the_names_of_the_missing_columns() -> None:
    with pytest.raises(DirectoryError, match="es fehlt die Spalte UTMHochwert"):
        read(HEADER.replace("UTMHochwert", "y"), FIRST)
    with pytest.raises(DirectoryError, match="es fehlen die Spalten Schulnummer, Schulform"):
        read("Name;Vorname", "a;b")


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(DirectoryError, match="leer"):
        read("sep=;", "")


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_in_another_encoding_is_refused(encoding: str) -> None:
    raw = "\n".join(LINES[:5]).encode(encoding).splitlines(keepends=True)
    with pytest.raises(DirectoryError, match="UTF-8"):
        list(parse_directory(decode_directory(raw)))


def test_rows_come_while_the_file_is_still_being_read() -> None:
    def source() -> Iterator[str]:
        yield HEADER
        yield FIRST
        raise AssertionError("read ahead")

    assert isinstance(next(parse_directory(source())), SchoolRow)


@pytest.mark.parametrize(
    ("short_name", "kind"),
    [
        ("Düsseldorf, GG (Verb.) Heinrich-Heine", Denomination.COMMUNITY),
        ("Rietberg,KG(Verb.) an den Kastanien", Denomination.CATHOLIC),
        ("Düsseldorf, EG Brehm Schule", Denomination.PROTESTANT),
        ("Düsseldorf, JG Yitzhak-Rabin-Schule", Denomination.JEWISH),
        ("Düsseldorf, Grundschule", None),
    ],
)
def test_the_short_name_tells_the_kind_of_a_primary_school(short_name: str, kind: Denomination | None) -> None:
    assert one(FIRST.replace('"20"', '"02"').replace("Düsseldorf, Gym Wim-Wenders", short_name)).denomination is kind


def test_every_school_form_has_a_name_and_a_short_form() -> None:
    assert len({type_.short for type_ in SchoolType}) == len(SchoolType)
    assert SchoolType.BERUFSKOLLEG.label == "Berufskolleg"
    assert SchoolType.GRUNDSCHULE.stages == {Stage.PRIMARY}
    assert SchoolType.FOERDERSCHULE.needs_special_procedure


def test_duesseldorf_has_fifty_quarters_in_ten_districts() -> None:
    quarters = district_of_quarter()
    assert len(quarters) == 50
    assert set(quarters.values()) == set(range(1, 11))
    assert quarters["Benrath"] == 9
