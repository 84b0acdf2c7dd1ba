"""Which statements of a file can be corrected, found by a short key: `child.<id>.born`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from wtforms import FieldList

from app.data import records
from app.data.records import Sheet
from app.errors import NotFound
from app.policies import Actor, authorise
from cases.consents.queries import may_read_health
from cases.intake.blocks import CHILD_BLOCKS, FAMILY_BLOCKS
from cases.intake.forms import BlockForm, GuardianForm
from cases.intake.subjects import in_words
from cases.keeping import child_name
from cases.models import Case
from cases.queries import children_of, family_of, guardians_of
from cases.rights.policies import RightsPermission
from cases.sheets import ChildSheet, FamilySheet, GuardianSheet, HealthSheet


@dataclass(frozen=True, slots=True)
class Statement:
    """One field of one record as it stands now; `form` is the intake block it belongs to."""

    kind: str
    record_id: UUID
    about: str
    name: str
    label: str
    form: type[BlockForm]
    sheet: Sheet
    version: int

    @property
    def key(self) -> str:
        """How the pages name it; holds nothing about the people."""
        return f"{self.kind}.{self.record_id}.{self.name}"

    @property
    def value(self) -> Any:
        """What stands there now."""
        return getattr(self.sheet, self.name)


def statements_of(actor: Actor, case: Case) -> list[Statement]:
    """Every statement of the intake form in this case, the family's first."""
    authorise(actor, RightsPermission.MANAGE, case)
    family = family_of(actor, case)
    found: list[Statement] = []
    for block in FAMILY_BLOCKS:
        found += _fields("family", case.id, "Familie", block.form, family.sheet, family.version)
    is_open = may_read_health(case.id)
    health = records.of_case(HealthSheet, case.id, reader=actor.organisation_id) if is_open else {}
    for child_id, stored in children_of(actor, case).items():
        name = child_name(stored.sheet)
        for block in CHILD_BLOCKS:
            if block.sheet is not HealthSheet:
                found += _fields("child", child_id, name, block.form, stored.sheet, stored.version)
            elif child_id in health:
                kept = health[child_id]
                found += _fields("health", child_id, f"{name}, Gesundheit", block.form, kept.sheet, kept.version)
    for guardian_id, guardian in guardians_of(actor, case).items():
        found += _fields("guardian", guardian_id, guardian.sheet.name, GuardianForm, guardian.sheet, guardian.version)
    return found


def statement(actor: Actor, case: Case, key: str) -> Statement:
    """The statement with this key; raises NotFound for any other."""
    for found in statements_of(actor, case):
        if found.key == key:
            return found
    raise NotFound("statement")


def words_of(found: Statement, value: Any) -> str:
    """A value of this statement as the pages say it."""
    return in_words(found.form()[found.name], value)


def field_of(sheet: type[Sheet], name: str) -> Any:
    """The field of the intake form that shows this part of a sheet; None for a part no form shows."""
    blocks = [block.form for block in (*FAMILY_BLOCKS, *CHILD_BLOCKS) if block.sheet is sheet]
    forms = [GuardianForm] if sheet is GuardianSheet else blocks
    return next((form()[name] for form in forms if name in _unbound(form)), None)


def _fields(
    kind: str, record_id: UUID, about: str, form: type[BlockForm], sheet: Sheet, version: int
) -> Iterator[Statement]:
    """The block's fields, without lists of rows: those are mended in the intake form itself."""
    for name, unbound in sorted(_unbound(form).items(), key=lambda pair: pair[1].creation_counter):
        if not issubclass(unbound.field_class, FieldList) and name in sheet.__struct_fields__:
            yield Statement(kind, record_id, about, name, str(unbound.args[0]), form, sheet, version)


def _unbound(form: type[BlockForm]) -> dict[str, Any]:
    found = {name: getattr(form, name) for name in dir(form)}
    return {name: field for name, field in found.items() if hasattr(field, "field_class")}


KINDS: dict[type[Sheet], str] = {
    FamilySheet: "family",
    ChildSheet: "child",
    HealthSheet: "health",
    GuardianSheet: "guardian",
}
"""How the classes of sheets are called in keys."""
