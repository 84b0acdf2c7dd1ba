"""`flask audit …`: sentences with the numbers of entries, exit codes, and a check that needs no key of the house."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select, text

from app import clock
from app.commands.audit import alone
from app.data.audit import AuditHead
from app.data.database import db, session
from app.data.signed_notes import checkpoint_text, new_signer, read_verifier
from config import Config
from tests.plugins.application import World

ROOT = Path(__file__).parent.parent.parent.parent


def _run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["audit", *arguments])


def test_key_checkpoint_and_check_by_command(app: Flask, config: Config, world: World, tmp_path: Path) -> None:
    folder = tmp_path / "outside"
    folder.mkdir()
    app.extensions["config"] = replace(config, checkpoint_places=(f"file://{folder}",))
    assert _run(app, "checkpoint").exit_code == 1
    made = _run(app, "init-key")
    public = made.output.strip().split("\n")[-1]
    assert (made.exit_code, read_verifier(public).name) == (0, config.audit_origin)
    assert _run(app, "init-key").exit_code == 1
    assert _run(app, "public-key").output.strip() == public
    assert "angekommen" in _run(app, "checkpoint").output
    (tmp_path / "public.key").write_text(public, encoding="ascii")
    session().close()
    checked = _run(app, "verify", "--checkpoints", str(folder), "--public-key", str(tmp_path / "public.key"))
    assert (checked.exit_code, "1 Prüfpunkt verglichen" in checked.output) == (0, True), checked.output
    plain = _run(app, "verify")
    assert (plain.exit_code, "nicht geprüft" in plain.output) == (0, True)
    assert _run(app, "verify", "--checkpoints", str(tmp_path / "nowhere")).exit_code == 2


def test_what_nobody_signed_confirms_nothing(app: Flask, world: World, tmp_path: Path) -> None:
    seq, head = session().execute(select(AuditHead.seq, AuditHead.hash)).one()
    session().close()
    text_of_it = checkpoint_text(origin="einstieg.example/protokoll", size=seq, root=head, at=clock.now())
    forged = tmp_path / "forged"
    forged.write_text(new_signer("einstieg.example/protokoll").sign(text_of_it), encoding="utf-8")
    without_key = _run(app, "verify", "--checkpoints", str(forged))
    assert (without_key.exit_code, "belegt nichts" in without_key.output) == (0, True), without_key.output
    assert "Ohne öffentlichen Schlüssel" in without_key.output
    _run(app, "init-key")
    refused = _run(app, "verify", "--checkpoints", str(forged))
    assert (refused.exit_code, "die Unterschrift stimmt nicht" in refused.output) == (1, True), refused.output
    assert "0 Prüfpunkte verglichen" in refused.output


def test_an_officer_checks_a_copy_of_the_data_on_a_machine_without_keys(
    app: Flask, config: Config, world: World, tmp_path: Path
) -> None:
    session().close()
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE audit_entry SET details = 'x' WHERE seq = 2"))
    run = CliRunner().invoke(alone, ["verify", "--database", config.database_url])
    assert (run.exit_code, "Eintrag 2: wurde verändert" in run.output) == (1, True)
    command = [sys.executable, "-m", "app.commands.audit", "verify", "--database", f"sqlite:///{tmp_path}/none"]
    apart = subprocess.run(
        command, cwd=ROOT, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=120
    )
    assert (apart.returncode, "nicht lesbar" in apart.stderr) == (2, True), apart.stderr
