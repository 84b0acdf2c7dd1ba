"""`flask keys …` as an administrator types it: rotating while it runs, shares of officers, rehearsing a restore."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, select, update

from app.data import records
from app.data.audit import Action
from app.data.database import db, session, transaction
from app.data.key_places import refuse_keys_with_data
from app.data.key_tables import erasures, organisation_keys, record_keys
from app.data.records import SealedRecord
from app.errors import KeyMissing
from cases.documents.services import attach, start_checklist
from cases.models import Case
from config import Config, SettingError
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.plugins.trail import entries

PDF = b"%PDF-1.7\n" + b"0" * 2_000_000
Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """A function that runs `flask keys` with these words."""

    def invoke(*words: str | Path, typed: str | None = None) -> Result:
        session().rollback()
        return app.test_cli_runner().invoke(args=["keys", *(str(word) for word in words)], input=typed)

    return invoke


@pytest.fixture
def case(world: World, open_case: OpenCase) -> Case:
    """A case with a scan of two chunks."""
    made = open_case(advisor="advisor")
    paper = start_checklist(world.actor("advisor"), case_id=made.id)[0]
    attach(world.actor("advisor"), document_id=paper.id, name="Zeugnis.pdf", source=BytesIO(PDF))
    return made


@pytest.fixture
def backup(app: Flask, config: Config, case: Case, tmp_path: Path) -> Callable[[], list[str]]:
    """A function that makes true copies of both stores, and answers the options that name them and the files."""

    def copy() -> list[str]:
        session().rollback()
        session().close()
        named = []
        for option, url in (("--data", config.database_url), ("--keys", config.keys_database_url)):
            place = url
            if url.startswith("sqlite"):
                place = str(tmp_path / "backup" / f"{option[2:]}.sqlite")
                Path(place).parent.mkdir(exist_ok=True)
                Path(place).unlink(missing_ok=True)
                with sqlite3.connect(url.removeprefix("sqlite:///")) as live, sqlite3.connect(place) as kept:
                    live.backup(kept)
            named += [option, place]
        return [*named, "--files", str(config.files_folder), "--all"]

    return copy


def _split(run: Run, folder: Path, *, threshold: int = 3, shares: int = 5) -> list[Path]:
    folder.mkdir()
    made = run("split", "--threshold", str(threshold), "--shares", str(shares), "--folder", folder)
    assert made.exit_code == 0, made.output
    return sorted(folder.iterdir())


def _options(files: list[Path]) -> list[str]:
    return [word for file in files for word in ("--share", str(file))]


def _key_events(organisation_id: UUID) -> list[dict[str, str | int]]:
    """What the log of one organisation says of keys."""
    session().rollback()
    noted = entries(action=Action.KEY_EVENT)
    return [json.loads(entry.facts) for entry in noted if entry.organisation_id == organisation_id]


def test_keys_turn_and_the_old_root_key_goes_once_nothing_needs_it(run: Run, world: World, case: Case) -> None:
    refused = run("destroy", "1", "--yes")
    assert (refused.exit_code, "liegen noch" in refused.output) == (1, True)
    turned = run("rotate")
    assert (turned.exit_code, "Es gilt Fassung 2" in turned.output) == (0, True), turned.output
    assert run("destroy", "1", typed="n\n").exit_code == 1
    assert run("destroy", "1", "--yes").exit_code == 0
    assert run("destroy", "2", "--yes").exit_code == 1
    status = run("status").output
    assert "Unter Fassung 2 liegen" in status
    assert {line.split()[1] for line in status.splitlines() if line.startswith("KI")} == {"2"}
    one = run("rotate", "--organisation", "ki")
    assert (one.exit_code, "unter Fassung 3" in one.output) == (0, True)
    assert run("rotate", "--organisation", "niemand").exit_code == 1
    assert "Es gilt Fassung 3" in run("rotate", "--root-only").output
    assert [(event["act"], event["version"]) for event in _key_events(world.ki.id)] == [
        ("rotate", 2),
        ("destroy", 1),
        ("rotate", 3),
        ("rotate", 3),
    ]
    assert records.keyring().open_key(case.id, world.ki.id).generation == 1


def test_shares_bring_a_lost_key_back_and_never_replace_one(
    run: Run, case: Case, config: Config, tmp_path: Path
) -> None:
    files = _split(run, tmp_path / "sticks")
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o400}
    assert "Anteile: 5, davon 3 nötig" in run("status").output
    before = config.key_file.read_bytes()
    assert "bleibt unverändert" in run("recover", *_options(files)).output
    config.key_file.unlink()
    few = run("recover", *_options(files[:2]))
    assert (few.exit_code, "nötig sind 3 Anteile" in few.output.replace("Nötig", "nötig")) == (1, True)
    files[1].chmod(0o600)
    whole = files[1].read_text(encoding="utf-8")
    files[1].write_text(whole.replace("35 ", "35 x"), encoding="utf-8")
    wrong = run("recover", *_options(files[1:4]))
    assert (wrong.exit_code, "2-von-5.txt: das 35. Wort" in wrong.output) == (1, True), wrong.output
    assert not config.key_file.exists()
    typed = [file.read_text(encoding="utf-8").split("\n\n")[1].replace("\n", " ") for file in (files[4], *files[2:4])]
    asked = run("recover", typed="\n".join([typed[0], "ein falscher Anteil", *typed[1:], ""]))
    assert (asked.exit_code, "Bitte noch einmal" in asked.output) == (0, True), asked.output
    assert typed[0].split()[1] not in asked.output
    assert config.key_file.read_bytes() == before
    assert stat.S_IMODE(config.key_file.stat().st_mode) == 0o400


def test_shares_of_another_house_or_version_recover_nothing(
    run: Run, case: Case, config: Config, tmp_path: Path
) -> None:
    files = _split(run, tmp_path / "sticks", threshold=2, shares=2)
    run("rotate", "--root-only")
    assert "neue ausgeben" in run("status").output
    config.key_file.rename(tmp_path / "root.key")
    refused = run("recover", *_options(files))
    assert (refused.exit_code, "andere Einrichtung oder andere Fassung" in refused.output) == (1, True)
    assert not config.key_file.exists()


def test_a_true_backup_opens_with_the_shares_alone_and_is_left_as_it_is(
    run: Run, backup: Callable[[], list[str]], config: Config, world: World, tmp_path: Path
) -> None:
    houses = [world.ki.id, world.kim.id]
    files, copies = _split(run, tmp_path / "sticks"), backup()
    config.key_file.unlink()
    kept = {file: file.read_bytes() for file in tmp_path.glob("backup/*")}
    rehearsed = run("rehearse", *copies, *_options(files[2:]))
    assert (rehearsed.exit_code, "lässt sich wiederherstellen" in rehearsed.output) == (0, True), rehearsed.output
    assert "1 Dateien in Ordnung" in rehearsed.output
    assert {file: file.read_bytes() for file in tmp_path.glob("backup/*")} == kept
    assert [_key_events(house)[-1] for house in houses] == 2 * [{"act": "rehearse", "version": 1, "troubles": 0}]
    assert run("rehearse", *copies, *_options(files[:2])).exit_code == 1


def test_a_backup_that_would_not_open_is_told(
    run: Run, backup: Callable[[], list[str]], case: Case, world: World, config: Config
) -> None:
    body, case_id = SealedRecord.body, case.id
    with transaction() as current:
        whole = current.scalar(select(body).where(SealedRecord.kind == "case.family"))
        assert whole is not None
        broken = whole[:-1] + bytes((whole[-1] ^ 1,))
        current.execute(update(SealedRecord).where(SealedRecord.kind == "case.family").values(body=broken))
    damaged = run("rehearse", *backup())
    assert (damaged.exit_code, "1 Datensätze: beschädigt" in damaged.output) == (1, True), damaged.output
    (scan,) = config.files_folder.iterdir()
    scan.unlink()
    with db.engines["keys"].begin() as connection:
        connection.execute(delete(record_keys).where(record_keys.c.scope_id == case_id))
    missing = run("rehearse", *backup()).output
    assert "Datensätze: kein Schlüssel (ist die Sicherung der Schlüssel älter" in missing
    assert "1 Dateien: fehlt" in missing
    with db.engines["keys"].begin() as connection:
        connection.execute(update(organisation_keys).values(wrapped=b"\x01\x01\x00\x01" + b"0" * 60))
    assert "Schlüssel von Stellen: beschädigt" in run("rehearse", *backup()).output
    assert run("rehearse", "--data", "nowhere.sqlite", "--keys", "nowhere.sqlite").exit_code == 1


def test_what_was_erased_on_purpose_is_no_trouble_in_an_older_backup(
    run: Run, backup: Callable[[], list[str]], case: Case, world: World
) -> None:
    with db.engines["keys"].begin() as connection:
        connection.execute(delete(record_keys).where(record_keys.c.scope_id == case.id))
        note = {"subject_id": case.id, "organisation_id": world.ki.id, "receipt": "{}"}
        connection.execute(erasures.insert(), note)
    with pytest.raises(KeyMissing):
        records.keyring().open_key(case.id, world.ki.id)
    rehearsed = run("rehearse", *backup())
    assert "Datensätze gelöschter Fälle öffnen sich nicht mehr" in rehearsed.output
    assert "kein Schlüssel" not in rehearsed.output.replace("Dateien: kein Schlüssel", "")


@pytest.mark.parametrize("name", ["root.key", "einstieg-anteil-1-von-5.txt"])
def test_a_copy_of_the_key_or_a_share_beside_the_data_or_in_the_backup_set_stops_the_start(
    app: Flask, config: Config, tmp_path: Path, name: str
) -> None:
    kept = tmp_path / "nightly"
    kept.mkdir()
    named = replace(config, backup_folders=(kept,))
    refuse_keys_with_data(named, db.engines.values())
    for folder in (kept, config.data_folder, config.keys_folder):
        (folder / name).write_text("x")
        with pytest.raises(SettingError, match=r"lies in the"):
            refuse_keys_with_data(named, db.engines.values())
        (folder / name).unlink()
    os.link(config.key_file, kept / config.key_file.name)
    with pytest.raises(SettingError):
        refuse_keys_with_data(named, db.engines.values())
