"""Merging two cases and undoing it: nothing is lost, nothing is left behind, and the days of grace are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from io import BytesIO
from types import ModuleType
from typing import Any
from uuid import UUID

import msgspec
import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.data import files, records
from app.data.base import Base
from app.data.database import db, session, transaction
from app.data.records import SealedRecord, Sheet
from app.errors import Conflict, NotFound, NotPermitted
from cases.consents import services as consents
from cases.documents import services as documents
from cases.duplicates import following, hooks, services
from cases.duplicates.models import CaseMerge, MergeNote, MergeStep
from cases.duplicates.services import TooLate, Unmergeable
from cases.intake import services as intake
from cases.kinds import ConsentPurpose, DocumentKind, LegalBasis, TaskKind
from cases.models import Attachment, Case, Child, Consent, Task
from cases.queries import MergedAway, get_case
from cases.sessions import services as sessions
from cases.sheets import ChildSheet, ConsentDetail, FamilySheet
from cases.states import CaseState
from cases.tasks import services as tasks
from tests.plugins.application import World
from tests.plugins.families import OpenCase, child_sheet, family_sheet

DAY = date(2026, 11, 1)
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
        found[f"file {file_id}"] = b"".join(files.read(folder, file_id, scope=case.scope, reader=case.organisation_id))
    found["case"] = (case.state, case.closed_at, case.opened_at, case.merged_into_id, case.advisor_id)
    return found


def _shell(case_id: UUID) -> set[tuple[str, UUID]]:
    """Kind and id of everything sealed under a case."""
    query = select(SealedRecord.kind, SealedRecord.record_id).where(SealedRecord.case_id == case_id)
    return {(row.kind, row.record_id) for row in session().execute(query)}


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


def test_what_came_since_stays_or_follows_what_it_is_about(world: World, open_case: OpenCase) -> None:
    kept, merged, same = _two_cases(world, open_case)
    lead, olha, taras = world.actor("lead"), merged.children[1].id, kept.children[1].id
    done = services.merge(lead, kept_id=kept.id, merged_id=merged.id, same=same)
    stored = records.get(FamilySheet, kept.id, reader=world.ki.id)
    changes = {"wishes": "Nähe zur Wohnung"}
    intake.change_family(lead, case_id=kept.id, expected=stored.version, changes=changes)
    due = date(2026, 12, 24)
    about = {
        child_id: tasks.add_task(lead, case_id=kept.id, kind=TaskKind.GENERAL, due_on=due, child_id=child_id).id
        for child_id in (olha, taras)
    }
    services.undo(lead, merge_id=done.id)
    session().expire_all()
    assert session().get_one(Task, about[olha]).case_id == merged.id, "its child went back"
    assert session().get_one(Task, about[taras]).case_id == kept.id
    family = records.get(FamilySheet, kept.id, reader=world.ki.id).sheet
    assert (family.wishes, family.street) == ("Nähe zur Wohnung", "")
    with pytest.raises(TooLate):
        services.undo(lead, merge_id=done.id)


def test_after_thirty_days_nothing_is_left_to_undo_with(world: World, open_case: OpenCase) -> None:
    clock.start_at(datetime(2026, 11, 23, 8, tzinfo=UTC))
    kept, merged, same = _two_cases(world, open_case)
    lead = world.actor("lead")
    done = services.merge(lead, kept_id=kept.id, merged_id=merged.id, same=same)
    clock.start_at(datetime(2026, 12, 22, 8, tzinfo=UTC))
    assert following.drop_undo_data() == 0
    clock.start_at(datetime(2026, 12, 24, 8, tzinfo=UTC))
    with pytest.raises(TooLate):
        services.undo(lead, merge_id=done.id)
    assert (following.drop_undo_data(), following.drop_undo_data()) == (1, 0)
    assert session().scalars(select(MergeStep)).all() == []
    content = records.get(MergeNote, done.id, reader=world.ki.id).sheet
    assert content.changes == [] and content.left != [], "what was not taken over is never lost"


def test_whoever_waited_for_a_merge_writes_nothing_into_the_shell(
    world: World, open_case: OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, merged, same = _two_cases(world, open_case)
    advisor, lead, child_id = world.actor("advisor"), world.actor("lead"), merged.children[0].id
    talk = sessions.start_session(advisor, case_id=merged.id)
    gave = ConsentDetail(given_by="Olena Kovalenko", explained_in="uk")
    case_id, purpose, basis = merged.id, ConsentPurpose.HEALTH, LegalBasis.CONSENT
    consents.record_consent(advisor, case_id=case_id, purpose=purpose, legal_basis=basis, detail=gave, given_on=DAY)
    writes: list[tuple[ModuleType, Callable[[], object]]] = [
        (intake, lambda: intake.change_family(advisor, case_id=case_id, expected=1, changes={"street": "Hofweg 1"})),
        (intake, lambda: intake.add_child(advisor, case_id=case_id, child=child_sheet("Ivan"))),
        (
            intake,
            lambda: intake.change_health(
                advisor, case_id=case_id, child_id=child_id, expected=0, changes={"needs": "Brille"}
            ),
        ),
        (tasks, lambda: tasks.add_task(advisor, case_id=case_id, kind=TaskKind.CALL_BACK, due_on=DAY)),
        (documents, lambda: documents.ask_for(advisor, case_id=case_id, kind=DocumentKind.OTHER)),
        (
            consents,
            lambda: consents.record_consent(
                advisor, case_id=case_id, purpose=purpose, legal_basis=basis, detail=gave, given_on=DAY
            ),
        ),
        (sessions, lambda: sessions.start_session(advisor, case_id=case_id)),
    ]
    for module, write in writes:
        done: list[CaseMerge] = []

        @contextmanager
        def after_a_merge(done: list[CaseMerge] = done) -> Iterator[Session]:
            done.append(services.merge(lead, kept_id=kept.id, merged_id=case_id, same=same))
            with transaction() as current:
                yield current

        with monkeypatch.context() as patch:
            patch.setattr(module, "transaction", after_a_merge)
            before = _shell(case_id)
            with pytest.raises(Conflict):
                write()
        services.undo(lead, merge_id=done[0].id)
        assert _shell(case_id) == before
    assert get_case(advisor, case_id).id == talk.case_id


def test_undoing_keeps_writers_away_from_both_cases(
    world: World, open_case: OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, merged, same = _two_cases(world, open_case)
    done = services.merge(world.actor("lead"), kept_id=kept.id, merged_id=merged.id, same=same)
    free: list[UUID] = []
    returned = services._return_rows

    def looked(*arguments: Any) -> None:
        if db.engine.dialect.name == "postgresql":  # SQLite has one writer
            with db.engine.connect() as other:
                free.extend(other.scalars(select(Case.id).with_for_update(skip_locked=True)))
        returned(*arguments)

    monkeypatch.setattr(services, "_return_rows", looked)
    services.undo(world.actor("lead"), merge_id=done.id)
    assert free == []


def test_what_forbids_a_merge_is_said_and_only_who_may_change_both_decides(world: World, open_case: OpenCase) -> None:
    kept, merged, same = _two_cases(world, open_case)
    strange = open_case(advisor="colleague")
    pairs = {"kept_id": kept.id, "merged_id": merged.id}
    for who in ("reception", "officer", "manager"):
        with pytest.raises(NotPermitted):
            services.merge(world.actor(who), **pairs)
    with pytest.raises(NotFound):
        services.merge(world.actor("advisor"), kept_id=kept.id, merged_id=strange.id)
    with pytest.raises(NotFound):
        services.merge(world.actor("lead"), **pairs, same={merged.children[0].id: strange.children[0].id})
    with transaction():
        withdrawn = session().scalars(select(Consent).where(Consent.case_id == merged.id)).one()
        withdrawn.withdrawn_on = date(2026, 11, 20)
    with pytest.raises(Unmergeable) as consent:
        services.merge(world.actor("lead"), **pairs, same=same)
    assert "widerrufen" in consent.value.sentences[0]
    with transaction():
        session().get_one(Case, merged.id).restricted_on = date(2026, 11, 20)
    with pytest.raises((Unmergeable, NotFound)):
        services.merge(world.actor("lead"), **pairs, same=same)
    assert session().scalars(select(CaseMerge)).all() == []


def test_every_table_with_a_case_moves_or_stays_for_a_reason(app: Flask) -> None:
    named = {mapper.local_table.name for mapper in Base.registry.mappers if "case_id" in mapper.local_table.c}
    assert named == {move.table for move in hooks.all_moves()} | hooks.reasons_to_stay().keys()
    assert all(hooks.reasons_to_stay().values())


def test_files_left_behind_by_a_crash_are_finished_by_the_sweep(
    world: World, open_case: OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, merged, same = _two_cases(world, open_case)
    before = _opened(merged.id)
    with monkeypatch.context() as broken:
        broken.setattr(following, "move_files", _crash)
        done = services.merge(world.actor("lead"), kept_id=kept.id, merged_id=merged.id, same=same)
    assert session().get_one(CaseMerge, done.id).files_pending
    assert (following.finish_files(), following.finish_files()) == (1, 0)
    after = _opened(kept.id)
    files_before = {key: value for key, value in before.items() if key.startswith("file ")}
    assert files_before and all(after[key] == value for key, value in files_before.items())


def test_the_page_asks_field_by_field_and_the_case_tells_of_its_merge(
    world: World, open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    kept, merged, same = _two_cases(world, open_case)
    lead, path = sign_in("lead"), f"/dubletten/{kept.id}/{merged.id}/zusammenfuehren"
    by_hand = lead.post("/dubletten", data={"kept": kept.reference.lower(), "merged": merged.reference})
    assert by_hand.status_code == 303 and by_hand.location.endswith(path)
    unknown = lead.post("/dubletten", data={"kept": kept.reference, "merged": "D-2026-99999"})
    assert unknown.status_code == 422 and "keinen Fall" in unknown.text
    page = lead.get(path).text
    assert "dieselbe Person wie Daryna" in page and "0176 99999999" in page.replace("\u00a0", " ")
    sent = {f"same-{other}": str(own) for other, own in same.items()}
    sent |= {f"take-case.family:{kept.id}:phone": "merged", "do": "merge"}
    assert lead.post(path, data=sent).status_code == 303
    assert records.get(FamilySheet, kept.id, reader=world.ki.id).sheet.phone == "+4917699999999"
    case_page = lead.get(f"/faelle/{kept.id}").text
    assert (
        f"ging der Fall {merged.reference} in diesem auf" in case_page and "Zusammenführung zurücknehmen" in case_page
    )
    old = lead.get(f"/faelle/{merged.id}")
    assert old.status_code == 303 and old.location.endswith(f"/faelle/{kept.id}")
    trace = lead.get(f"/faelle/{kept.id}/verlauf").text
    assert "zusammengeführt" in trace
    done = session().scalars(select(CaseMerge)).one()
    assert lead.post(f"/zusammenfuehrungen/{done.id}/zuruecknehmen").status_code == 303
    assert lead.get(f"/faelle/{merged.id}").status_code == 200


def _crash(_merge_id: UUID) -> int:
    raise OSError("the power went")
