"""One block of one case, opened for a page: whose it is, what its sheet holds now, and how it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.data import records
from app.data.records import Sheet
from app.errors import NotFound, VersionConflict
from app.policies import Actor, permits
from cases import queries, services
from cases.consents.queries import may_read_health
from cases.intake import services as intake
from cases.intake.blocks import Block
from cases.intake.forms import BlockForm
from cases.keeping import child_name
from cases.models import Case
from cases.sheets import ChildSheet, FamilySheet, HealthSheet


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """What a block is about."""

    case: Case
    block: Block
    child_id: UUID | None
    about: str
    sheet: Sheet
    version: int
    may_change: bool


@dataclass(frozen=True, slots=True, repr=False)
class Difference:
    """One field that two people left in different states."""

    label: str
    theirs: str
    mine: str


def open_subject(actor: Actor, *, case_id: UUID, block: Block, child_id: UUID | None) -> Subject:
    """Open a block of a case the actor may read, with a line in the trace; raises NotFound."""
    case = services.read_case(actor, case_id=case_id, part=f"intake.{block.key}", permission=block.read)
    about, sheet, version = _opened(actor, case, block, child_id)
    return Subject(case, block, child_id, about, sheet, version, permits(actor, block.change, case))


def save(actor: Actor, subject: Subject, form: BlockForm) -> None:
    """Save what the form says; raises VersionConflict only if this very block was changed meanwhile."""
    expected = form.expected()
    if expected != subject.version and form.seen.data == form.digest(subject.sheet):
        expected = subject.version
    _write(actor, subject, expected, form.changes())


def differences(form: BlockForm, mine: Mapping[str, Any], sheet: Sheet) -> list[Difference]:
    """The fields in which the stored sheet and what somebody typed are not the same, in words."""
    found = []
    for name in form.names():
        theirs = getattr(sheet, name)
        if theirs != mine[name]:
            found.append(
                Difference(form[name].label.text, in_words(form[name], theirs), in_words(form[name], mine[name]))
            )
    return found


def in_words(field: Any, value: Any) -> str:
    """A stored value as the page says it."""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    options = {str(option): label for option, label, *_ in field.iter_choices()} if hasattr(field, "choices") else {}
    if isinstance(value, list):
        return ", ".join(_element(entry, options) for entry in value) or "–"
    if value in ("", -1, 0):
        return "–"
    if hasattr(field, "show"):
        return str(field.show(value))
    return str(options.get(str(value), value))


def _element(entry: Any, options: Mapping[str, str]) -> str:
    if isinstance(entry, str):
        return options.get(entry, entry)
    parts = (entry.from_year, entry.to_year, entry.country, entry.school_type, entry.grade)
    return " ".join(part for part in parts if part)


def _opened(actor: Actor, case: Case, block: Block, child_id: UUID | None) -> tuple[str, Sheet, int]:
    reader = actor.organisation_id
    if child_id is None:
        family = records.get(FamilySheet, case.id, reader=reader)
        return "Familie", family.sheet, family.version
    child = queries.get_child(actor, case, child_id)
    core = records.get(ChildSheet, child.id, reader=reader)
    if block.sheet is not HealthSheet:
        return child_name(core.sheet), core.sheet, core.version
    if not may_read_health(case.id):
        raise NotFound("health")
    health = records.find(HealthSheet, child.id, reader=reader)
    return child_name(core.sheet), health.sheet if health else HealthSheet(), health.version if health else 0


def _write(actor: Actor, subject: Subject, expected: int, changes: Mapping[str, Any]) -> None:
    case_id, child_id = subject.case.id, subject.child_id
    if child_id is None:
        intake.change_family(actor, case_id=case_id, expected=expected, changes=changes)
    elif subject.block.sheet is HealthSheet:
        if expected == 0 and subject.version:
            raise VersionConflict("somebody else began this sheet")
        intake.change_health(actor, case_id=case_id, child_id=child_id, expected=expected, changes=changes)
    else:
        intake.change_child(actor, case_id=case_id, child_id=child_id, expected=expected, changes=changes)
