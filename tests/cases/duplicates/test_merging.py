"""Merging two cases and undoing it: nothing is lost, nothing is left behind, and the days of grace are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import msgspec
import pytest
from flask import current_app
from sqlalchemy import select

from app import clock
from app.data import files, records
from app.data.base import Base
from app.data.database import session, transaction
from app.data.records import SealedRecord, Sheet
from app.errors import NotFound
from cases import services as cases
from cases.consents import services as consents
from cases.documents import services as documents
from cases.duplicates import following, hooks, services
from cases.duplicates.models import CaseMerge, MergeNote, MergeStep
from cases.duplicates.services import TooLate, Unmergeable
from cases.intake import services as intake
from cases.kinds import ConsentPurpose, LegalBasis, TaskKind
from cases.models import Attachment, Case, Child, Task
from cases.queries import MergedAway, get_case
from cases.sheets import ChildSheet, ConsentDetail, FamilySheet
from cases.states import CaseState
from cases.tasks import services as tasks
from tests.plugins.application import World
from tests.plugins.families import OpenCase, child_sheet, family_sheet

SCAN = b"%PDF-1.4\n" + b"x" * 5000


def _kinds(root: type[Sheet] = Sheet) -> dict[str, type[Sheet]]:
    found: dict[str, type[Sheet]] = {}
    for kind in root.__subclasses__():
        found |= {kind.KIND: kind} | _kinds(kind)
    return found


def _opened(case_id: UUID) -> dict[str, Any]:
    """Everything of a case: rows of every table that has a case, sheets opened, files read."""
    session().expire_all()
    found: dict[str, Any] = {}
    for mapper in Base.registry.mappers:
        table = mapper.local_table
        if "case_id" not in table.c or table.name in ("audit_entry", "shard_place", "sealed_record"):
            continue
        for row in session().execute(select(table).where(table.c.case_id == case_id)):
            found[f"{table.name} {row.id if 'id' in table.c else ''}"] = tuple(row)
    case = session().get_one(Case, case_id)
    for row in session().scalars(select(SealedRecord).where(SealedRecord.case_id == case_id)):
        sheet = records.get(_kinds()[row.kind], row.record_id, reader=case.organisation_id).sheet
        found[f"{row.kind} {row.record_id}"] = msgspec.json.encode(sheet)
    folder = current_app.extensions["config"].files_folder
    for file_id in session().scalars(select(Attachment.id).where(Attachment.case_id == case_id)):
        found[f"file {file_id}"] = b"".join(
            files.read(folder, file_id, scope=case.scope, reader=case.organisation_id)
        )
    found["case"] = (case.state, case.closed_at, case.opened_at, case.merged_into_id, case.advisor_id)
    return found


def _two_cases(world: World, open_case: OpenCase) -> tuple[Case, Case, dict[UUID, UUID]]:
    """One family twice: a child in both, a child in each alone, papers with a file, a task, a consent."""
    advisor = world.actor("advisor")
    kept = open_case(advisor="advisor", children=[child_sheet("Daryna"), child_sheet("Taras", "2017")])
    merged = open_case(
        advisor="advisor",
        family=family_sheet(phone="+4917699999999", street="Am Wehrhahn 3", wishes="Ganztag"),
        children=[child_sheet("Дарина", "2014-05-03", nationality="UKR"), child_sheet("Olha", "2011-07-02")],
    )
    for case in (kept, merged):
        papers = documents.start_checklist(advisor, case_id=case.id)
        documents.attach(advisor, document_id=papers[0].id, name="Pass.pdf", source=BytesIO(SCAN))
        tasks.add_task(
            advisor,
            case_id=case.id,
            kind=TaskKind.CALL_BACK,
            due_on=date(2026, 12, 1),
            child_id=case.children[0].id,
            text=f"Anrufen wegen {case.reference}",
        )
        consents.record_consent(
            advisor,
            case_id=case.id,
            purpose=ConsentPurpose.COLLECTION,
            legal_basis=LegalBasis.CONSENT,
            detail=ConsentDetail(given_by="Olena Kovalenko", explained_in="uk"),
            given_on=date(2026, 11, 1),
        )
    same = {merged.children[0].id: kept.children[0].id, merged.guardians[0].id: kept.guardians[0].id}
    return kept, merged, same


def test_merging_and_undoing_brings_back_both_cases_byte_for_byte(world: World, open_case: OpenCase) -> None:
    kept, merged, same = _two_cases(world, open_case)
    lead, before = world.actor("lead"), (_opened(kept.id), _opened(merged.id))
    done = services.merge(lead, kept_id=kept.id, merged_id=merged.id, same=same)

    together, shell = _opened(kept.id), session().get_one(Case, merged.id)
    assert (shell.state, shell.merged_into_id) == (CaseState.CLOSED, kept.id)
    names = {s.sheet.given_names for s in records.of_case(ChildSheet, kept.id, reader=world.ki.id).values()}
    assert names == {"Daryna", "Taras", "Olha"}
    family = records.get(FamilySheet, kept.id, reader=world.ki.id).sheet
    assert (family.phone, family.street, family.wishes) == ("+4917612345678", "Am Wehrhahn 3", "Ganztag")
    left = records.get(MergeNote, done.id, reader=world.ki.id).sheet.left
    assert ("Familie", "+49 176 99999999") in {(one.about, one.value) for one in left} or any(
        "99999999" in one.value.replace(" ", "") for one in left
    )
    for key, value in before[1].items():
        if key.startswith(("file ", "task.text", "consent.detail", "attachment.name")):
            assert together[key] == value
    about = set(session().scalars(select(Task.child_id).where(Task.case_id == kept.id)))
    assert about <= {child.id for child in session().scalars(select(Child).where(Child.case_id == kept.id))} | {None}
    with pytest.raises(MergedAway):
        get_case(lead, merged.id)

    services.undo(lead, merge_id=done.id)
    assert (_opened(kept.id), _opened(merged.id)) == before
