"""The extract of Art. 15 GDPR as data: everything held about a family in sections, with the words for each.

`gather` reads; `cases.rights.services` puts its making into the trail.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from app import clock
from app.accounts import queries as people
from app.data.database import Model
from app.data.records import Sheet, Stored
from app.policies import Actor
from cases.models import Case
from cases.rights import hooks
from cases.rights.holdings import Row, records_allowed, rows_of, sheets_of
from cases.rights.hooks import Recipient, Section
from cases.rights.naming import names_for
from cases.rights.viewers import Viewing, viewings_of
from cases.rights.words import in_words, is_id, label_of

Rows = Mapping[type[Model], list[Row]]
Sheets = Mapping[type[Sheet], Mapping[UUID, Stored[Any]]]

OTHER = Section(
    key="other",
    title="Weitere Angaben",
    one="Angabe",
    purpose="Arbeit an dem Fall",
    order=1000,
    source="bei der Bearbeitung entstanden",
)
SILENT = frozenset({"id", "case_id", "version"})
"""Columns that only hold a file together; the JSON keeps them, the page does not print them."""


@dataclass(frozen=True, slots=True, repr=False)
class Statement:
    """One field: its name in the file, the German label, the words, and the value for machines."""

    name: str
    label: str
    text: str
    value: Any


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """What is kept about one thing."""

    title: str
    statements: list[Statement]
    entries: list[Entry] = field(default_factory=list)

    @property
    def printed(self) -> list[Statement]:
        """The statements that say something to people."""
        return [each for each in self.statements if each.text and each.name not in SILENT]

    @property
    def says_something(self) -> bool:
        """Whether anything of it is for people."""
        return bool(self.printed) or any(entry.says_something for entry in self.entries)


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """One section with what it holds."""

    section: Section
    entries: list[Entry]

    @property
    def says_something(self) -> bool:
        """Whether anything of it is for people."""
        return any(entry.says_something for entry in self.entries)


@dataclass(frozen=True, slots=True, repr=False)
class Extract:
    """The whole answer."""

    reference: str
    house: str
    made_at: datetime
    parts: list[Part]
    left_out: list[str]
    recipients: list[Recipient]
    viewings: list[Viewing]
    keeping: list[tuple[str, str]]


def gather(actor: Actor, case: Case, *, chosen: Collection[str] | None = None) -> Extract:
    """Everything held about the family, or the `chosen` sections by key; the rest is named as left out."""
    records_allowed(actor, case)
    rows, sheets = rows_of(actor, case), sheets_of(actor, case)
    names = names_for(actor, case, set(_ids(rows, sheets)))
    parts = [part for section in all_sections() if (part := _part(section, rows, sheets, names)).entries]
    kept = [part for part in parts if chosen is None or part.section.key in chosen]
    house = people.organisation(case.organisation_id)
    return Extract(
        reference=case.reference,
        house=house.name if house else "",
        made_at=clock.now(),
        parts=kept,
        left_out=[part.section.title for part in parts if part not in kept],
        recipients=hooks.recipients_of(case),
        viewings=viewings_of(actor, case),
        keeping=hooks.keeping_of(case),
    )


def all_sections() -> list[Section]:
    """Every declared section, and last the one for whatever none of them names."""
    return [*hooks.sections(), OTHER]


def as_json(extract: Extract) -> bytes:
    """The extract for machines, UTF-8; the schema is explained in docs/family-exports.md."""
    return msgspec.json.format(
        msgspec.json.encode(
            {
                "schema": "einstieg-auskunft/1",
                "reference": extract.reference,
                "controller": extract.house,
                "made_at": extract.made_at,
                "sections": [_section_json(part) for part in extract.parts],
                "left_out": extract.left_out,
                "recipients": extract.recipients,
                "access_log": extract.viewings,
                "retention": [{"what": what, "until": until} for what, until in extract.keeping],
            }
        ),
        indent=2,
    )


def _section_json(part: Part) -> dict[str, Any]:
    section = part.section
    return {
        "key": section.key,
        "title": section.title,
        "purpose": section.purpose,
        "legal_basis": section.basis,
        "source": section.source,
        "entries": [_entry_json(entry) for entry in part.entries],
    }


def _entry_json(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {
        "title": entry.title,
        "fields": [
            {"name": each.name, "label": each.label, "text": each.text, "value": each.value}
            for each in entry.statements
        ],
    }
    if entry.entries:
        found["entries"] = [_entry_json(each) for each in entry.entries]
    return found


def _part(
    section: Section,
    rows: Rows,
    sheets: Sheets,
    names: Mapping[str, str],
) -> Part:
    tables = _unclaimed(rows, "tables") if section is OTHER else [each for each in section.tables if each in rows]
    kinds = _unclaimed(sheets, "sheets") if section is OTHER else [each for each in section.sheets if each in sheets]
    entries, used = [], set()
    for table in tables:
        for number, row in enumerate(rows[table], 1):
            entries.append(_row_entry(section, row, number, kinds, sheets, names))
            used.add(row.id)
    for kind in kinds:
        for number, (record_id, stored) in enumerate(sheets[kind].items(), 1):
            if record_id not in used:
                title = _title(section, number, record_id, names, alone=len(sheets[kind]) == 1)
                entries.append(Entry(title, list(_of_sheet(section, stored, names))))
    return Part(section, entries)


def _unclaimed(held: Mapping[Any, Any], attribute: str) -> list[Any]:
    claimed = {each for section in hooks.sections() for each in getattr(section, attribute)}
    return [each for each in held if each not in claimed]


def _row_entry(
    section: Section,
    row: Row,
    number: int,
    kinds: Collection[type[Sheet]],
    sheets: Sheets,
    names: Mapping[str, str],
) -> Entry:
    statements = list(_of_row(section, row, names))
    for kind in kinds:
        stored = sheets[kind].get(row.id) if row.id else None
        if stored is not None:
            statements += _of_sheet(section, stored, names)
    hanging = [_row_entry(section, each, place, kinds, sheets, names) for place, each in enumerate(row.hanging, 1)]
    return Entry(_title(section, number, row.id, names), statements, hanging)


def _of_row(section: Section, row: Row, names: Mapping[str, str]) -> Iterator[Statement]:
    kind = row.table.__tablename__
    for name, value in row.values.items():
        yield _statement(section, kind, name, value, names)


def _of_sheet(section: Section, stored: Stored[Any], names: Mapping[str, str]) -> Iterator[Statement]:
    sheet = stored.sheet
    for name in sheet.__struct_fields__:
        yield _statement(section, sheet.KIND, name, getattr(sheet, name), names)


def _statement(section: Section, kind: str, name: str, value: Any, names: Mapping[str, str]) -> Statement:
    label = label_of(section, kind, name)
    if name in section.withheld and value:
        return Statement(name, label, section.withheld[name], None)
    if name in section.cleaned and isinstance(value, str):
        value = section.cleaned[name](value)
    text = "" if name in section.quiet else in_words(section, kind, name, value, names.get)
    return Statement(name, label, text, _for_machines(value))


def _for_machines(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _title(section: Section, number: int, record_id: UUID | None, names: Mapping[str, str], alone: bool = False) -> str:
    name = names.get(str(record_id), "")
    if name:
        return f"{section.one}: {name}"
    return section.one if alone else f"{section.one} {number}"


def _ids(rows: Rows, sheets: Mapping[type[Sheet], Mapping[UUID, Stored[Any]]]) -> Iterator[UUID]:
    """Every id in what is held, so that it can be called by name."""
    pending = [row for found in rows.values() for row in found]
    while pending:
        row = pending.pop()
        pending += row.hanging
        yield from (value for value in row.values.values() if isinstance(value, UUID))
    for opened in sheets.values():
        for stored in opened.values():
            for value in msgspec.structs.astuple(stored.sheet):
                if isinstance(value, str) and is_id(value):
                    yield UUID(value)
