"""Erasure against real backups: why there is a window, and that after the night only the erased case stays shut."""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import make_url

from app.data import cipher, files, records, tombstones
from app.data.database import db, session
from app.errors import KeyMissing
from app.factory import create_app
from cases import queries
from cases.documents import services as documents
from cases.models import Case
from cases.retention import aftermath, services
from cases.retention.kinds import ErasureBasis
from cases.retention.models import ErasureReceipt
from cases.retention.reapplying import reapply
from cases.search import services as searching
from cases.shards.models import Shard, ShardBody
from cases.sheets import ChildSheet, FamilySheet
from config import Config
from tests.cases.retention.remains import STAYS, ids_of, rows_that_name
from tests.plugins.application import Template, World
from tests.plugins.families import family_sheet

OpenCase = Callable[..., Case]
ERASED_NAME, OTHER_NAME = "Wolodarskyj", "Haidarizada"


@dataclass(frozen=True)
class Backup:
    """Copies of both stores and of the sealed files, made while all was still there."""

    data_url: str
    keys_url: str
    files: Path


@dataclass(frozen=True)
class Story:
    """A KI with a case to be erased and one that stays, with what the first one holds."""

    ki: UUID
    erased: UUID
    other: UUID
    attachment: UUID
    child: UUID
    ids: frozenset[UUID]


@pytest.fixture
def story(world: World, open_case: OpenCase) -> Story:
    """Two families, the first with a scan."""
    gone = open_case(family=family_sheet(ERASED_NAME))
    stays = open_case(family=family_sheet(OTHER_NAME))
    advisor = world.actor("advisor")
    paper = documents.start_checklist(advisor, case_id=gone.id)[0]
    scan = io.BytesIO(b"%PDF-1.7\n" + b"inhalt" * 100)
    attachment = documents.attach(advisor, document_id=paper.id, name="scan.pdf", source=scan)
    return Story(world.ki.id, gone.id, stays.id, attachment.id, stays.children[0].id, frozenset(ids_of(gone.id)))


@pytest.fixture
def backup(app: Flask, config: Config, template: Template, story: Story, tmp_path: Path) -> Backup:
    """What an operator keeps: both stores by the database's own means, and the folder of files."""
    session().rollback()
    session().close()
    folder = tmp_path / "backup"
    folder.mkdir()
    copied = [_copy(url, template, folder / name) for name, url in _urls(config).items()]
    shutil.copytree(config.files_folder, folder / "files")
    return Backup(*copied, folder / "files")


def _urls(config: Config) -> dict[str, str]:
    return {"data.sqlite": config.database_url, "keys.sqlite": config.keys_database_url}


def _copy(url: str, template: Template, target: Path) -> str:
    """SQLite's VACUUM INTO, or a database made with the first one as its template."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        with sqlite3.connect(str(parsed.database)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
        return f"sqlite:///{target}"
    for engine in db.engines.values():
        engine.dispose()
    return template.server.fresh(str(parsed.database))


@contextmanager
def _restored(config: Config, backup: Backup, home: Path, *, data: bool, keys: bool) -> Iterator[Flask]:
    """An installation with the data and the key store of the backup, or of today."""
    shutil.copytree(config.key_file.parent, home / "secret")
    restored = replace(
        config,
        home=home,
        key_file=home / "secret" / "root.key",
        database_url=backup.data_url if data else config.database_url,
        keys_database_url=backup.keys_url if keys else config.keys_database_url,
    )
    application = create_app(restored)
    shutil.copytree(backup.files, restored.files_folder, dirs_exist_ok=True)
    with application.app_context():
        yield application
        session().rollback()
        session().close()
        for engine in db.engines.values():
            engine.dispose()


def _erase(world: World, story: Story) -> None:
    """A whole case, and one child of the other."""
    lead = world.actor("lead")
    services.erase_case(lead, case_id=story.erased, basis=ErasureBasis.REQUEST)
    services.erase_child(lead, case_id=story.other, child_id=story.child, basis=ErasureBasis.REQUEST)
    aftermath.settle(story.ki)
    session().rollback()
    session().close()


def test_old_data_with_the_old_key_store_opens_the_case_and_so_key_backups_have_an_end(
    world: World, config: Config, story: Story, backup: Backup, tmp_path: Path
) -> None:
    """Nobody can reach into a copy: this is why backups of the key store are kept for days alone."""
    _erase(world, story)
    with _restored(config, backup, tmp_path / "restored", data=True, keys=True) as app:
        sheet = records.get(FamilySheet, story.erased, reader=story.ki).sheet
        assert sheet.family_name == ERASED_NAME
        folder = app.extensions["config"].files_folder
        scope = session().get_one(Case, story.erased).scope
        assert b"inhalt" in b"".join(files.read(folder, story.attachment, scope=scope, reader=story.ki))
    receipt = session().scalars(select(ErasureReceipt).where(ErasureReceipt.case_id == story.erased)).one()
    assert (receipt.effective_on - receipt.erased_at.date()).days in (config.backup_days, config.backup_days + 1)


def test_old_data_with_the_current_key_store_opens_all_but_the_erased_and_is_brought_into_line(
    world: World, config: Config, story: Story, backup: Backup, tmp_path: Path
) -> None:
    _erase(world, story)
    with _restored(config, backup, tmp_path / "restored", data=True, keys=False) as app:
        other = records.get(FamilySheet, story.other, reader=story.ki).sheet
        assert other.family_name == OTHER_NAME
        with pytest.raises(KeyMissing):
            records.get(FamilySheet, story.erased, reader=story.ki)
        folder = app.extensions["config"].files_folder
        scope = session().get_one(Case, story.erased).scope
        with pytest.raises(KeyMissing):
            next(files.read(folder, story.attachment, scope=scope, reader=story.ki))
        assert _shards_that_open(story.ki) == 0

        said = app.test_cli_runner().invoke(args=["retention", "reapply"])
        assert said.exit_code == 0, said.output
        assert "2 waren mit der Sicherung zurückgekommen" in said.output
        session().rollback()
        assert set(rows_that_name(db.engine, _data_tables(), set(story.ids))) <= STAYS
        assert list(folder.iterdir()) == []
        lead = world.actor("lead")
        assert [row.case_id for row in searching.search(lead, text=OTHER_NAME)] == [story.other]
        assert searching.search(lead, text=ERASED_NAME) == []
        assert queries.summary_of(lead, queries.get_case(lead, story.other)).family_name == OTHER_NAME
        assert len(records.of_case(ChildSheet, story.other, reader=story.ki)) == 1
        again = reapply()
        assert (again.notes, again.erased, again.receipts, again.keys) == (2, 0, 0, 0)


def test_keys_that_come_back_with_an_old_key_store_are_dropped_again(
    world: World, config: Config, story: Story, backup: Backup, tmp_path: Path
) -> None:
    """The data of today beside last week's keys: the receipt in the data says what must not open."""
    _erase(world, story)
    with _restored(config, backup, tmp_path / "restored", data=False, keys=True):
        assert records.keyring().holders(story.erased)
        assert tombstones.everything() == []
        assert reapply().keys == 1
        assert records.keyring().holders(story.erased) == {}
        assert story.erased in {stone.subject_id for stone in tombstones.everything()}


def _shards_that_open(organisation_id: UUID) -> int:
    """How many sealed bodies of shards lie under a key that is still there."""
    query = select(ShardBody).join(Shard, Shard.id == ShardBody.shard_id)
    bodies = session().scalars(query.where(Shard.organisation_id == organisation_id)).all()
    assert bodies
    held = records.keyring().open_keys({body.shard_id for body in bodies}, organisation_id)
    return sum(cipher.generation_of(body.body) in held.get(body.shard_id, {}) for body in bodies)


def _data_tables() -> list[str]:
    return list(db.metadata.tables)
