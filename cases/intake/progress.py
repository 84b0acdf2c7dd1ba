"""How far the intake form is filled: per block open, begun or complete."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.data import records
from app.data.records import Sheet
from app.policies import Actor, permits
from cases import queries
from cases.consents.queries import may_read_health
from cases.intake.blocks import CHILD_BLOCKS, FAMILY_BLOCKS, Block
from cases.keeping import child_name
from cases.models import Case
from cases.sheets import GuardianSheet, HealthSheet

NOTHING = ("", 0, False, -1, "Düsseldorf")


@dataclass(frozen=True, slots=True, repr=False)
class BlockProgress:
    """One block of a family or (`child_id`) of a child; `state` is open, begun or complete."""

    key: str
    title: str
    about: str
    child_id: UUID | None
    state: str

    @property
    def label(self) -> str:
        """The German word for the badge."""
        return {"open": "offen", "begun": "begonnen", "complete": "ausgefüllt"}[self.state]

    @property
    def tone(self) -> str:
        """The tone of the badge."""
        return {"open": "neutral", "begun": "warning", "complete": "success"}[self.state]


@dataclass(frozen=True, slots=True, repr=False)
class BlockGroup:
    """The blocks about the family or about one child, and how many of them are complete."""

    about: str
    child_id: UUID | None
    blocks: list[BlockProgress]
    complete: int

    @property
    def progress(self) -> str:
        """`3 von 8 Blöcken`."""
        return f"{self.complete} von {len(self.blocks)}"

    @property
    def tone(self) -> str:
        """The tone of the badge."""
        return "success" if self.complete == len(self.blocks) else "neutral"


def progress_of(actor: Actor, case: Case) -> list[BlockProgress]:
    """Every block the actor may read, the family's first, then child by child."""
    family = queries.family_of(actor, case).sheet
    children = {key: stored.sheet for key, stored in queries.children_of(actor, case).items()}
    sees_health = _sees_health(actor, case)
    health = records.of_case(HealthSheet, case.id, reader=actor.organisation_id) if sees_health else {}
    guardians = queries.guardians_of(actor, case)
    found = [BlockProgress(block.key, block.title, "Familie", None, state_of(block, family)) for block in FAMILY_BLOCKS]
    found.insert(2, _of_guardians([stored.sheet for stored in guardians.values()]))
    for child in case.children:
        sheet = children[child.id]
        for block in CHILD_BLOCKS:
            if not permits(actor, block.read, case) or (block.sheet is HealthSheet and not sees_health):
                continue
            subject: Sheet = sheet
            if block.sheet is HealthSheet:
                stored = health.get(child.id)
                subject = stored.sheet if stored else HealthSheet()
            found.append(BlockProgress(block.key, block.title, child_name(sheet), child.id, state_of(block, subject)))
    return found


def grouped(blocks: list[BlockProgress]) -> list[BlockGroup]:
    """The blocks by whom they are about, in their order."""
    ids = dict.fromkeys(block.child_id for block in blocks)
    groups = []
    for child_id in ids:
        own = [block for block in blocks if block.child_id == child_id]
        groups.append(BlockGroup(own[0].about, child_id, own, sum(block.state == "complete" for block in own)))
    return groups


def state_of(block: Block, sheet: Sheet) -> str:
    """Open without any answer, complete with all that are needed (or any, where none is needed), else begun."""
    names = [name for name in dir(block.form) if hasattr(getattr(block.form, name), "field_class")]
    answered = {name for name in names if hasattr(sheet, name) and _is_answer(getattr(sheet, name))}
    if answered.issuperset(block.needed) and answered:
        return "complete"
    return "begun" if answered - {"family_name", "given_names"} else "open"


def _of_guardians(sheets: list[GuardianSheet]) -> BlockProgress:
    complete = bool(sheets) and all(sheet.custody_proof for sheet in sheets)
    state = "complete" if complete else "begun" if sheets else "open"
    return BlockProgress("sorge", "Sorgeberechtigte", "Familie", None, state)


def _is_answer(value: object) -> bool:
    return value != [] and value not in NOTHING


def _sees_health(actor: Actor, case: Case) -> bool:
    may = any(permits(actor, block.read, case) for block in CHILD_BLOCKS if block.sheet is HealthSheet)
    return may and may_read_health(case.id)
