"""An erased case is gone: from every table, file and store, from search and lists; the trail and a receipt stay."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from flask import Flask
from sqlalchemy import select, text

from app import clock
from app.data import audit_verify, records, tombstones
from app.data.audit import AuditEntry
from app.data.base import Base, new_id
from app.data.database import db, session
from app.data.key_tables import key_store, record_keys
from app.data.records import SealedRecord
from app.data.tombstones import Tombstone
from app.errors import NotFound, NotPermitted
from app.policies import Actor
from cases import queries
from cases.documents import services as documents
from cases.documents.queries import documents_of
from cases.duplicates.services import merge
from cases.models import Attachment, Case, Child
from cases.queries import get_case
from cases.retention import aftermath, services
from cases.retention.aftermath import Note
from cases.retention.hindrances import Hindered
from cases.retention.kinds import ErasedKind, ErasureBasis
from cases.retention.models import ErasureReceipt
from cases.retention.reapplying import reapply
from cases.search import services as searching
from cases.sheets import CaseSummary, ChildSheet
from config import Config
from tests.canary.grep import files_below
from tests.canary.journey import CANARIES, Journey
from tests.cases.retention.remains import STAYS, ids_of, rows_that_name
from tests.plugins.application import Template, World
from tests.servers.postgres import SUPERUSER, PostgresCluster

Settle = Callable[[Journey], None]


def _sealed_bytes(case_id: UUID) -> list[bytes]:
    """A piece out of the middle of each sealed body, wrap and file of a case: what is looked for in raw files."""
    bodies = list(session().scalars(select(SealedRecord.body).where(SealedRecord.case_id == case_id)))
    with db.engines["keys"].connect() as connection:
        wraps = list(connection.scalars(select(record_keys.c.wrapped).where(record_keys.c.scope_id == case_id)))
    assert len(bodies) > 15
    assert wraps
    return [bytes(one[20:44]) for one in [*bodies, *wraps]]


def _stores(config: Config, template: Template) -> bytes:
    """Everything on the disk: the files of SQLite with their logs; dumps of PostgreSQL and the raw key store."""
    server = template.server
    if not isinstance(server, PostgresCluster):
        urls = (config.database_url, config.keys_database_url)
        files = [Path(url.removeprefix("sqlite:///")) for url in urls]
        found = [Path(f"{file}{ending}") for file in files for ending in ("", "-wal", "-shm")]
        return b"".join(file.read_bytes() for file in found if file.exists())
    dumps = []
    for engine in (db.engine, db.engines["keys"]):
        name = str(engine.url.database)
        command = [str(server.binaries / "pg_dump"), "-h", str(server.folder), "-U", SUPERUSER, "--inserts", name]
        dump = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
        dumps.append(b"".join(bytes.fromhex(part) for part in _hex_parts(dump.decode())))
    with db.engines["keys"].connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
        oid = connection.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar_one()
    raw = [file.read_bytes() for file in files_below(server.data / "base" / str(oid)) if file.exists()]
    return b"".join([*dumps, *raw])


def _hex_parts(dump: str) -> list[str]:
    return [part.split("'")[0] for part in dump.split("'\\x")[1:]]


def _found(pieces: list[bytes], haystack: bytes) -> int:
    return sum(piece in haystack for piece in pieces)


def test_nothing_of_an_erased_case_is_left_but_trail_and_receipt_and_others_stay_whole(
    world: World, journey: Journey, bystander: Case, settle: Settle, config: Config, template: Template
) -> None:
    lead, ki, case_id, other = world.actor("lead"), world.ki.id, journey.case.id, bystander.id
    with pytest.raises(Hindered) as in_use:
        services.erase_case(lead, case_id=case_id, basis=ErasureBasis.REQUEST)
    assert {"KIM", "Termin"} <= set(" ".join(in_use.value.sentences).split())
    settle(journey)
    with pytest.raises(Hindered):
        services.erase_case(lead, case_id=case_id, basis=ErasureBasis.DUE)
    ids, pieces = ids_of(case_id), _sealed_bytes(case_id)
    assert len(ids) > 40
    assert len(set(config.files_folder.iterdir())) == 1
    assert _found(pieces, _stores(config, template)) == len(pieces), "the control: all of it is there before"

    receipt = services.erase_case(lead, case_id=case_id, basis=ErasureBasis.REQUEST)
    aftermath.settle(ki)

    assert set(rows_that_name(db.engine, list(Base.metadata.tables), ids)) <= STAYS
    assert rows_that_name(db.engines["keys"], list(key_store.tables), ids - {case_id}) == []
    assert set(rows_that_name(db.engines["keys"], list(key_store.tables), {case_id})) <= STAYS
    assert list(config.files_folder.iterdir()) == []
    session().rollback()
    assert _found(pieces, _stores(config, template)) == 0
    assert receipt.counts["sealed_record"] > 15
    assert {"handover_step", "appointment", "message", "placement", "child"} <= set(receipt.counts)
    _nobody_finds(world, case_id, other, receipt)


def _nobody_finds(world: World, case_id: UUID, other: UUID, receipt: ErasureReceipt) -> None:
    """The erased case is as if it had never been, the other opens, and the trail holds and says what was done."""
    lead = world.actor("lead")
    with pytest.raises(NotFound):
        queries.get_case(lead, case_id)
    assert searching.search(lead, text=CANARIES["family name"]) == []
    assert [row.case_id for row in searching.search(lead, text="Kovalenko")] == [other]
    assert queries.family_of(lead, queries.get_case(lead, other)).sheet.family_name == "Kovalenko"
    assert audit_verify.verify(db.engine).breaks == []
    entries = session().scalars(select(AuditEntry).where(AuditEntry.case_id == case_id).order_by(AuditEntry.seq)).all()
    assert (entries[-1].subject_kind, entries[-1].digest) == ("erasure.case", receipt.digest)
    assert len(entries) > 20


def test_nobody_but_the_lead_erases_and_never_the_system(world: World, bystander: Case) -> None:
    system = Actor(world.ki.id, world.ki.kind, is_system=True)
    impersonal = Actor(world.ki.id, world.ki.kind, roles=world.actor("lead").roles)
    for actor in (world.actor("advisor"), world.actor("officer"), world.actor("admin"), system, impersonal):
        with pytest.raises((NotFound, NotPermitted)):
            services.erase_case(actor, case_id=bystander.id, basis=ErasureBasis.REQUEST)
    assert queries.get_case(world.actor("lead"), bystander.id).id == bystander.id


def test_one_child_and_one_file_go_and_the_family_stays(world: World, journey: Journey, settle: Settle) -> None:
    settle(journey)
    lead, case_id = world.actor("lead"), journey.case.id
    child_id, file_id = journey.ids["child_id"], journey.ids["attachment_id"]
    assert isinstance(child_id, UUID)
    assert isinstance(file_id, UUID)
    services.erase_attachment(lead, attachment_id=file_id, basis=ErasureBasis.REQUEST)
    receipt = services.erase_child(lead, case_id=case_id, child_id=child_id, basis=ErasureBasis.REQUEST)
    named = rows_that_name(db.engine, list(Base.metadata.tables), {child_id, file_id})
    assert set(named) <= STAYS
    assert {"child", "placement", "sealed_record"} <= set(receipt.counts)
    case = queries.get_case(lead, case_id)
    assert [stored.sheet.given_names for stored in queries.children_of(lead, case).values()] == [CANARIES["sibling"]]
    assert [line.name for line in queries.summary_of(lead, case).children] == [CANARIES["sibling"]]
    assert searching.search(lead, text=CANARIES["child"]) == []
    assert all(paper.attachments == [] for paper in documents_of(case_id))
    with pytest.raises(Hindered):
        services.erase_child(lead, case_id=case_id, child_id=case.children[0].id, basis=ErasureBasis.REQUEST)


def test_the_rest_of_a_case_gets_a_new_key_once_no_backup_needs_the_old_one(
    world: World, open_case: Callable[..., Case]
) -> None:
    case = open_case()
    lead, child_id = world.actor("lead"), case.children[0].id
    services.erase_child(lead, case_id=case.id, child_id=child_id, basis=ErasureBasis.REQUEST)
    aftermath.settle_at_night()
    assert set(records.keyring().holders(case.id)[world.ki.id]) == {1}
    clock.start_at(clock.now() + aftermath.LONGEST_WAIT * 8)
    aftermath.settle_at_night()
    assert max(records.keyring().holders(case.id)[world.ki.id]) == 2
    assert len(records.of_case(ChildSheet, case.id, reader=world.ki.id)) == 1


def test_what_a_crash_interrupted_is_finished_and_keys_are_renewed_once(
    app: Flask, world: World, open_case: Callable[..., Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, lead = open_case().id, world.actor("lead")
    with monkeypatch.context() as crash:
        crash.setattr(tombstones, "put", lambda _: (_ for _ in ()).throw(OSError("killed")))
        services.erase_case(lead, case_id=case_id, basis=ErasureBasis.REQUEST)
    receipt = session().scalars(select(ErasureReceipt)).one()
    assert receipt.keys_dropped_at is None
    assert records.keyring().holders(case_id)
    clock.start_at(clock.now() + aftermath.LONGEST_WAIT)
    assert aftermath.settle_at_night() == 1
    assert records.keyring().holders(case_id) == {}
    assert [stone.subject_id for stone in tombstones.everything()] == [case_id]
    assert aftermath.settle_at_night() == 0
    session().refresh(receipt)
    assert receipt.settled_at is not None


def test_what_was_merged_into_a_case_goes_with_it(world: World, open_case: Callable[..., Case]) -> None:
    """The merged case keeps its own sheets of the same people: they are the family's as well."""
    lead, kept, merged = world.actor("lead"), open_case(), open_case()
    merge(lead, kept_id=kept.id, merged_id=merged.id, same={merged.children[0].id: kept.children[0].id})
    kept_id, merged_id, ids = kept.id, merged.id, ids_of(kept.id) | ids_of(merged.id)
    with pytest.raises(Hindered, match="hindered"):
        services.erase_child(lead, case_id=kept_id, child_id=kept.children[0].id, basis=ErasureBasis.REQUEST)
    services.erase_case(lead, case_id=kept_id, basis=ErasureBasis.REQUEST)
    assert set(rows_that_name(db.engine, list(Base.metadata.tables), ids)) <= STAYS
    assert {one.case_id for one in session().scalars(select(ErasureReceipt))} == {kept_id, merged_id}
    assert records.keyring().holders(merged_id) == {}


def test_a_child_is_erased_again_in_whatever_case_an_older_backup_has_it(
    world: World, open_case: Callable[..., Case]
) -> None:
    """The backup is older than a merge or its undoing: the note names another case than the child lies in there."""
    restored, other = open_case(advisor="advisor"), open_case(advisor="advisor")
    gone, stays = (child.id for child in restored.children)
    papers = documents.start_checklist(world.actor("advisor"), case_id=restored.id)
    paper = next(one for one in papers if one.child_id == gone)
    documents.attach(world.actor("advisor"), document_id=paper.id, name="Pass.pdf", source=BytesIO(b"%PDF-1.4\n"))
    note = Note(
        id=new_id(), kind=ErasedKind.CHILD, case_id=other.id, basis=ErasureBasis.REQUEST, rule="", digest="",
        decided_by=world.users["lead"], erased_at=clock.now(), counts={"child": 1}, effective_on=clock.today(),
    )  # fmt: skip
    tombstones.put(Tombstone(gone, world.ki.id, msgspec.json.encode(note).decode()))
    assert reapply().erased == 1
    assert set(session().scalars(select(Child.id).where(Child.case_id == restored.id))) == {stays}
    assert set(records.of_case(ChildSheet, restored.id, reader=world.ki.id)) == {stays}
    assert list(session().scalars(select(Attachment.id))) == []
    assert records.get(CaseSummary, restored.id, reader=world.ki.id).sheet.children[0].child_id == str(stays)
    assert len(get_case(world.actor("lead"), other.id).children) == 2
