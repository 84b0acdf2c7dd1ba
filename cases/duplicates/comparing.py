"""Where two cases say different things of one family or person: field by field, with what a merge would keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from msgspec import structs

from app.data import records
from app.data.records import Sheet
from cases.duplicates.hooks import Same
from cases.intake.blocks import CHILD_BLOCKS, FAMILY_BLOCKS
from cases.intake.forms import GuardianForm
from cases.intake.subjects import in_words
from cases.keeping import child_name
from cases.models import Case
from cases.sheets import ChildSheet, FamilySheet, GuardianSheet, HealthSheet

SHEETS: tuple[type[Sheet], ...] = (FamilySheet, ChildSheet, HealthSheet, GuardianSheet)
_GO_WITH = {"easting": "street", "northing": "street"}
"""Fields nobody types: they belong to the value of another field."""


@dataclass(frozen=True, slots=True, repr=False)
class Conflict:
    """One field with two values; `is_gap` decides unless a person chooses otherwise."""

    kind: str
    record_id: UUID
    other_id: UUID
    name: str
    about: str
    kept: Any
    merged: Any

    @property
    def key(self) -> str:
        """The name of the choice on the page."""
        return f"{self.kind}:{self.record_id}:{_GO_WITH.get(self.name, self.name)}"

    @property
    def is_gap(self) -> bool:
        """Whether the kept case says nothing here, so that the other's value fills it."""
        return self.kept in ("", -1, 0, False) or self.kept == []

    @property
    def is_asked(self) -> bool:
        """Whether a person is asked: a field of the form on which both say something."""
        return not self.is_gap and self.merged not in ("", -1, 0) and self.merged != [] and self.name in _fields()

    @property
    def label(self) -> str:
        """The German name of the field."""
        known = _fields().get(self.name)
        return known[0] if known else self.name

    def words(self, value: Any) -> str:
        """A value as the intake form says it."""
        known = _fields().get(self.name)
        return in_words(known[1](formdata=None)[self.name], value) if known else str(value)


def taken(found: Sequence[Conflict], chosen: Mapping[str, bool]) -> list[Conflict]:
    """The conflicts in which the merged case's value wins: as chosen, without a choice where it fills a gap."""
    wins = {one.key: chosen.get(one.key, one.is_gap) for one in found if one.name not in _GO_WITH}
    return [one for one in found if wins.get(one.key, one.is_gap)]


def conflicts(kept: Case, merged: Case, same: Same, *, reader: UUID) -> list[Conflict]:
    """Every field in which the sheets of both cases differ, of the family and of the people said to be the same."""
    found = _differences(FamilySheet, kept.id, merged.id, "Familie", reader)
    children = {child.id for child in merged.children}
    for other_id, own_id in same.items():
        if other_id in children:
            core = records.get(ChildSheet, own_id, reader=reader).sheet
            found += _differences(ChildSheet, own_id, other_id, child_name(core), reader)
            found += _differences(HealthSheet, own_id, other_id, f"{child_name(core)}, Gesundheit", reader)
        else:
            guardian = records.get(GuardianSheet, own_id, reader=reader).sheet
            found += _differences(GuardianSheet, own_id, other_id, guardian.name, reader)
    return found


def _differences(kind: type[Sheet], own_id: UUID, other_id: UUID, about: str, reader: UUID) -> list[Conflict]:
    own, other = (records.find(kind, one, reader=reader) for one in (own_id, other_id))
    if other is None:
        return []
    ours = own.sheet if own is not None else kind()
    return [
        Conflict(kind.KIND, own_id, other_id, field.name, about, value, theirs)
        for field in structs.fields(other.sheet)
        if (theirs := getattr(other.sheet, field.name)) != (value := getattr(ours, field.name))
    ]


@cache
def _fields() -> dict[str, tuple[str, Any]]:
    """Label and form of every field of the intake form, by its name in the sheet."""
    found: dict[str, tuple[str, Any]] = {}
    for form in (*(block.form for block in (*FAMILY_BLOCKS, *CHILD_BLOCKS)), GuardianForm):
        for name in dir(form):
            unbound = getattr(form, name)
            arguments = getattr(unbound, "args", None)
            if arguments and hasattr(unbound, "field_class") and isinstance(arguments[0], str):
                found.setdefault(name, (arguments[0], form))
    return found
