"""Checkpoints: signed, carried to real places outside, tried again when one is away, and worth something there."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from flask import Flask

from app import clock
from app.data import audit, audit_cut, checkpoints
from app.data.audit import Action
from app.data.audit_verify import BreakKind, verify
from app.data.checkpoint_files import read_checkpoints
from app.data.checkpoint_places import PlaceError, read_place
from app.data.database import db, session, transaction
from app.data.signed_notes import NoteError, Signer, new_signer, read_checkpoint, read_signer, read_verifier
from app.factory import create_app
from config import Config, SettingError
from tests.plugins.application import World
from tests.servers.smtp import SmtpServer
from workers import trail
from workers.doctor import Level, examine


class Receiver:
    """A small web server that keeps what is posted, or answers as told."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if receiver.status == 200:
                    receiver.bodies.append(body)
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/notes?x=1"


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        thread.join()
        receiver.server.server_close()


def _enter(count: int = 1) -> None:
    for _ in range(count):
        with transaction():
            audit.record(Action.READ, organisation_id=None, actor_id=None, subject_kind="test")


@pytest.fixture
def signed(app: Flask, config: Config, world: World, tmp_path: Path) -> tuple[Config, Path, Signer]:
    """The application with a signing key and a directory outside."""
    folder = tmp_path / "outside"
    folder.mkdir()
    config = replace(config, checkpoint_places=(f"file://{folder}",))
    app.extensions["config"] = config
    return config, folder, checkpoints.create_key(config, config.audit_key_file)


def test_a_checkpoint_goes_to_a_directory_a_mailbox_and_a_server(
    app: Flask, signed: tuple[Config, Path, Signer]
) -> None:
    config, folder, signer = signed
    server = SmtpServer()
    server.start()
    try:
        with receiving() as receiver:
            config = replace(
                config,
                smtp_url=server.url,
                checkpoint_places=(*config.checkpoint_places, "mailto:datenschutz@stadt.example", receiver.url),
            )
            checkpoints.keep_up(config)
            checkpoints.keep_up(config)  # again changes nothing
            (mail,) = server.deliveries
            (posted,) = receiver.bodies
    finally:
        server.stop()
    (file,) = folder.iterdir()
    note = read_checkpoint(file.read_text(encoding="utf-8"))
    assert mail.text.replace("\r\n", "\n") == posted == file.read_text(encoding="utf-8")
    assert str(mail.message["Subject"]) == f"Einstieg: Prüfpunkt des Protokolls {note.size}"
    assert signer.verifier.has_signed(note)
    (saved := folder / "brief.eml").write_bytes(mail.raw)
    assert read_checkpoints(saved) == [note]
    assert verify(db.engine, checkpoints=read_checkpoints(folder), verifier=signer.verifier).anchored == note.size


def test_a_place_that_is_away_is_shown_and_tried_again_after_a_pause(
    app: Flask, signed: tuple[Config, Path, Signer]
) -> None:
    with receiving() as receiver:
        config = replace(signed[0], checkpoint_places=(receiver.url,))
        receiver.status = 503
        checkpoints.keep_up(config)
        ((_, row),) = checkpoints.standing(config)
        assert row is not None
        assert (row.size, row.failures, row.trouble) == (0, 1, "HTTP 503")
        finding = {one.name: one for one in examine(config)}["checkpoints"]
        assert (finding.level, "nicht angekommen" in finding.sentence) == (Level.FAIL, True)
        receiver.status = 200
        assert checkpoints.deliver(config) == []
        with clock.travelling_to(clock.now() + timedelta(minutes=2)):
            (tried,) = checkpoints.deliver(config)
        assert (tried.failures, len(receiver.bodies)) == (0, 1)
        finding = {one.name: one for one in examine(config)}["checkpoints"]
    assert finding.level is Level.OK


def test_a_note_is_due_after_an_hour_or_many_entries_and_at_the_end(
    app: Flask, signed: tuple[Config, Path, Signer], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, folder, _ = signed
    trail.keep_checkpoints()
    assert (len(list(folder.iterdir())), checkpoints.is_due()) == (1, False)
    _enter()
    assert not checkpoints.is_due()
    with clock.travelling_to(clock.now() + timedelta(hours=1)):
        assert checkpoints.is_due()
    monkeypatch.setattr(checkpoints, "ENTRIES_AT_MOST", 1)
    assert checkpoints.is_due()
    monkeypatch.undo()
    trail.close()
    trail.close()
    assert len(list(folder.iterdir())) == 2


def test_the_signing_key_is_its_owners_alone_and_never_with_the_data(
    app: Flask, config: Config, signed: tuple[Config, Path, Signer]
) -> None:
    file = config.audit_key_file
    assert stat.S_IMODE(file.stat().st_mode) == 0o400
    assert checkpoints.load_signer(config) == signed[2]
    with pytest.raises(FileExistsError):
        checkpoints.create_key(config, file)
    file.chmod(0o440)
    with pytest.raises(NoteError, match="0400"):
        checkpoints.load_signer(config)
    with pytest.raises(SettingError, match="EINSTIEG_AUDIT_KEY_FILE"):
        replace(config, audit_key=config.data_folder / "signing.key")
    assert signed[2].to_text() not in repr(signed[2])


@pytest.mark.parametrize(
    "address", ["http://stadt.example/x", "ftp://x/y", "mailto:nobody", "file://host/x", "https:///x"]
)
def test_an_address_that_cannot_be_used_stops_the_start(config: Config, address: str) -> None:
    with pytest.raises(PlaceError):
        read_place(address)
    with pytest.raises(SettingError, match="EINSTIEG_CHECKPOINT_PLACES"):
        create_app(replace(config, checkpoint_places=(address,)))


def test_keys_and_notes_read_back_and_broken_ones_are_refused(signed: tuple[Config, Path, Signer]) -> None:
    signer = signed[2]
    assert read_signer(signer.to_text()) == signer
    assert read_verifier(str(signer.verifier)) == signer.verifier
    broken = [str(signer.verifier).replace("+", "+0", 1), "nonsense", ""]
    for text in broken:
        with pytest.raises(NoteError):
            read_verifier(text)
    note = checkpoints.make(signer).note
    assert not signer.verifier.has_signed(read_checkpoint(note.replace("time 20", "time 19")))
    assert not new_signer(signer.name).verifier.has_signed(read_checkpoint(note))
    for text in ("", "a\nb\nc\n", note.split("\n\n")[0]):
        with pytest.raises(NoteError):
            read_checkpoint(text)


def test_old_entries_are_cut_at_a_checkpoint_and_the_rest_still_holds(
    app: Flask, signed: tuple[Config, Path, Signer]
) -> None:
    _, folder, signer = signed
    assert audit_cut.cut() == 0
    trail.keep_checkpoints()
    cut_at = read_checkpoints(folder)[0].size
    with clock.travelling_to(clock.now() + timedelta(days=800)):
        _enter(2)
        assert audit_cut.cut() == cut_at
        trail.close()
    session().rollback()
    found = verify(db.engine, checkpoints=read_checkpoints(folder), verifier=signer.verifier)
    assert (found.breaks, found.begins_after, found.checkpoints) == ([], cut_at, 2)
    with transaction() as current:
        current.execute(audit.AuditBeginning.__table__.update().values(hash=bytes(32)))
    kinds = {one.kind for one in verify(db.engine, checkpoints=read_checkpoints(folder)).breaks}
    assert kinds >= {BreakKind.UNLINKED, BreakKind.REWRITTEN}
