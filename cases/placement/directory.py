"""Reader of the official NRW school directory (``schuldaten.csv``, open data, dl-de/by-2-0).

Status codes are taken so: 1 and 6 in operation, 0 and 2 closing, 3 opening on its date, 4 resting, 5 and 9
closed. Resting and closed schools are read too, so that a new import can take an old school off the lists.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cases.placement.denomination import Denomination, denomination_from
from cases.placement.distance import Point
from cases.placement.school_types import SchoolType

DUESSELDORF = "05111000"
"""Official municipality key (Gemeindeschluessel), with its leading zero."""

REQUIRED_COLUMNS = (
    "Schulnummer",
    "Schulform",
    "Schulbezeichnung_1",
    "Kurzbezeichnung",
    "PLZ",
    "Ort",
    "Strasse",
    "Rechtsform",
    "Gemeindeschluessel",
    "Schulbetriebsschluessel",
    "Schulbetriebsdatum",
    "UTMRechtswert",
    "UTMHochwert",
)

_NRW_EAST = range(275_000, 535_000)
_NRW_NORTH = range(5_570_000, 5_830_000)
"""Bounding box of the Land in EPSG:25832 metres: a point outside is a slip in the file."""

_NUMBER = re.compile(r"[0-9]{6}")
_DAY = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")


class DirectoryError(Exception):
    """The file is not the school directory; the text is a German sentence for the person who uploaded it."""


class Operation(StrEnum):
    """Whether a school works (Schulbetrieb); the values are stored."""

    OPEN = "open"
    CLOSING = "closing"
    OPENING = "opening"
    RESTING = "resting"
    CLOSED = "closed"


def operation_of(status_code: str) -> Operation:
    """Read the official one-digit code; raises KeyError for one the key table does not have."""
    return _OPERATIONS[status_code]


def is_open(operation: Operation, since: date | None, on: date) -> bool:
    """Whether a school works on a day: an opening one from its date, a closing one to its date, if it has one."""
    if operation is Operation.OPENING:
        return since is not None and since <= on
    if operation is Operation.CLOSING:
        return since is None or on <= since
    return operation is Operation.OPEN


_OPERATIONS = {
    "0": Operation.CLOSING,
    "1": Operation.OPEN,
    "2": Operation.CLOSING,
    "3": Operation.OPENING,
    "4": Operation.RESTING,
    "5": Operation.CLOSED,
    "6": Operation.OPEN,
    "9": Operation.CLOSED,
}


@dataclass(frozen=True)
class SchoolRow:
    """One school of the directory; `point` is in EPSG:25832 metres."""

    number: str
    type: SchoolType
    name: str
    short_name: str
    street: str
    postcode: str
    town: str
    phone: str
    email: str
    homepage: str
    is_private: bool
    owner_number: str
    municipality: str
    status_code: str
    operation: Operation
    operation_on: date | None
    point: Point | None
    denomination: Denomination | None
    line: int

    @property
    def opens_on(self) -> date | None:
        """The first day of a school that is still to open."""
        return self.operation_on if self.operation is Operation.OPENING else None

    @property
    def closes_on(self) -> date | None:
        """The last day of a school that is closing, where the file gives one."""
        return self.operation_on if self.operation is Operation.CLOSING else None

    def is_open(self, on: date) -> bool:
        """Whether children can be taught there on a day."""
        return is_open(self.operation, self.operation_on, on)


@dataclass(frozen=True)
class RowProblem:
    """A line that could not be read; `sentence` is German and names the column, not the whole row."""

    line: int
    sentence: str


class _BrokenRowError(Exception):
    """Carries the German sentence from a field to the row."""


def decode_directory(chunks: Iterable[bytes]) -> Iterator[str]:
    """Turn the lines of a binary file into text; raises DirectoryError if it is not UTF-8."""
    for number, chunk in enumerate(chunks, start=1):
        try:
            yield chunk.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise DirectoryError(
                f"Die Datei ist nicht in UTF-8 gespeichert (Zeile {number}). "
                "Bitte laden Sie die Datei unverändert so hoch, wie das Ministerium sie anbietet."
            ) from None


def parse_directory(lines: Iterable[str]) -> Iterator[SchoolRow | RowProblem]:
    """Read line by line; a broken row becomes a RowProblem, a foreign file raises DirectoryError.

    The official file has no line breaks inside a value, so a lost quotation mark costs one row only.
    """
    numbered = enumerate(lines, start=1)
    header = _read_header(numbered)
    seen: dict[str, int] = {}
    for line, text in numbered:
        if not text.strip():
            continue
        try:
            row = _read_row(header, text, line)
            if row.number in seen:
                raise _BrokenRowError(f"Die Schulnummer {row.number} steht schon in Zeile {seen[row.number]}.")
        except _BrokenRowError as broken:
            yield RowProblem(line, f"Zeile {line}: {broken}")
            continue
        seen[row.number] = line
        yield row


def _read_header(numbered: Iterator[tuple[int, str]]) -> Sequence[str]:
    for line, text in numbered:
        text = text.removeprefix("\ufeff").strip()
        if not text or (line == 1 and text.lower().startswith("sep=")):
            continue
        if "\x00" in text or "\ufffd" in text:
            raise DirectoryError("Die Datei ist keine lesbare Textdatei in UTF-8.")
        header = [name.strip().strip('"') for name in text.split(";")]
        missing = [name for name in REQUIRED_COLUMNS if name not in header]
        if missing:
            raise DirectoryError(
                "Die Datei ist nicht das Schulverzeichnis des Landes: "
                + ("es fehlt die Spalte " if len(missing) == 1 else "es fehlen die Spalten ")
                + ", ".join(missing)
                + "."
            )
        return header
    raise DirectoryError("Die Datei ist leer.")


def _read_row(header: Sequence[str], text: str, line: int) -> SchoolRow:
    fields = _fields(header, text)
    type_ = _school_type(fields)
    return SchoolRow(
        number=_school_number(fields),
        type=type_,
        name=" ".join(filter(None, (fields.get(f"Schulbezeichnung_{n}", "") for n in (1, 2, 3)))),
        short_name=fields["Kurzbezeichnung"],
        street=fields["Strasse"],
        postcode=fields["PLZ"],
        town=fields["Ort"],
        phone=" ".join(filter(None, (fields.get("Telefonvorwahl", ""), fields.get("Telefon", "")))),
        email=fields.get("E-Mail", ""),
        homepage=fields.get("Homepage", ""),
        is_private=fields["Rechtsform"] == "2",
        owner_number=fields.get("Traegernummer", ""),
        municipality=fields["Gemeindeschluessel"],
        status_code=fields["Schulbetriebsschluessel"],
        operation=_operation(fields),
        operation_on=_day(fields),
        point=_point(fields),
        denomination=denomination_from(type_, fields["Kurzbezeichnung"]),
        line=line,
    )


def _fields(header: Sequence[str], text: str) -> dict[str, str]:
    try:
        values = next(csv.reader([text.rstrip("\r\n")], delimiter=";", strict=True))
    except (csv.Error, StopIteration):
        raise _BrokenRowError("Die Anführungszeichen sind beschädigt.") from None
    named = sum(1 for name in header if name)
    if not named <= len(values) <= len(header) or any(values[named:]):
        raise _BrokenRowError(f"Die Zeile hat {len(values)} Werte statt {named}.")
    cleaned = ("" if value.strip() == "null" else value.strip() for value in values)
    return dict(zip(header, cleaned, strict=False))


def _school_number(fields: dict[str, str]) -> str:
    if not _NUMBER.fullmatch(fields["Schulnummer"]):
        raise _BrokenRowError("Die Schulnummer hat nicht sechs Ziffern.")
    return fields["Schulnummer"]


def _school_type(fields: dict[str, str]) -> SchoolType:
    try:
        return SchoolType(fields["Schulform"])
    except ValueError:
        raise _BrokenRowError(f"Die Schulform „{fields['Schulform'][:4]}“ ist unbekannt.") from None


def _operation(fields: dict[str, str]) -> Operation:
    code = fields["Schulbetriebsschluessel"]
    if code not in _OPERATIONS:
        raise _BrokenRowError(f"Der Schulbetriebsschlüssel „{code[:4]}“ ist unbekannt.")
    return _OPERATIONS[code]


def _day(fields: dict[str, str]) -> date | None:
    text = fields["Schulbetriebsdatum"]
    if not text:
        return None
    match = _DAY.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        day, month, year = (int(part) for part in match.groups())
        return date(year, month, day)
    except ValueError:
        raise _BrokenRowError("Das Schulbetriebsdatum ist kein Datum der Form TT.MM.JJJJ.") from None


def _point(fields: dict[str, str]) -> Point | None:
    east, north, system = fields["UTMRechtswert"], fields["UTMHochwert"], fields.get("EPSG", "")
    if not east and not north:
        return None
    if system not in ("", "EPSG:25832"):
        raise _BrokenRowError("Die Koordinaten stehen nicht in EPSG:25832.")
    try:
        point = Point(int(east), int(north))
    except ValueError:
        raise _BrokenRowError("Die Koordinaten sind keine ganzen Zahlen.") from None
    if point.east not in _NRW_EAST or point.north not in _NRW_NORTH:
        raise _BrokenRowError("Die Koordinaten liegen nicht in Nordrhein-Westfalen.")
    return point
