"""The commands as an operator types them: German sentences, exit codes, and no way into the wrong database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from app.data.audit import AuditEntry
from app.data.database import transaction
from tests.house.source import ROOT
from tests.plugins.application import World

SECRET = "a-cookie-secret-of-more-than-32-letters"


def _flask(home: Path, *words: str, mode: str = "production", stdin: str = "") -> subprocess.CompletedProcess[str]:
    return _python(home, "-m", "flask", *words, mode=mode, stdin=stdin)


def _python(home: Path, *words: str, mode: str = "production", stdin: str = "") -> subprocess.CompletedProcess[str]:
    settings = {"EINSTIEG_MODE": mode, "EINSTIEG_HOME": str(home), "SECRET_KEY": SECRET}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**kept, **settings, "EINSTIEG_BASE_URL": "https://einstieg.example"},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_chain_that_holds_is_told_with_exit_code_0(app: Flask, world: World) -> None:
    run = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert (run.exit_code, "unversehrt" in run.output) == (0, True)


def test_a_broken_chain_is_told_with_exit_code_1_and_where(app: Flask, world: World) -> None:
    with transaction() as current:
        current.execute(update(AuditEntry).where(AuditEntry.seq == 3).values(details="other"))
    run = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert (run.exit_code, "Eintrag 3: wurde verändert" in run.output) == (1, True)


def test_the_school_directory_goes_in_by_command_and_twice_changes_nothing(app: Flask) -> None:
    file = ROOT / "cases" / "placement" / "data" / "schulen_duesseldorf.csv"
    first = app.test_cli_runner().invoke(args=["schools", "import", str(file)])
    second = app.test_cli_runner().invoke(args=["schools", "import", str(file)])
    assert "178 Schulen neu" in first.output
    assert "0 Schulen neu, 0 geändert, 178 unverändert" in second.output


def test_another_file_is_refused_with_a_sentence(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("a;b\n1;2\n", encoding="utf-8")
    run = app.test_cli_runner().invoke(args=["schools", "import", str(file)])
    assert (run.exit_code, "nicht das Schulverzeichnis" in run.output) == (1, True)


@pytest.mark.slow
def test_a_real_installation_is_set_up_by_four_commands(tmp_path: Path) -> None:
    missing = _flask(tmp_path, "audit", "verify")
    assert missing.returncode != 0
    made = _flask(tmp_path, "keys", "init")
    assert (made.returncode, "angelegt" in made.stdout) == (0, True)
    assert _flask(tmp_path, "keys", "init").returncode == 1
    names = (
        "--organisation",
        "KI Musterstadt",
        "--short-name",
        "KI",
        "--name",
        "Ada",
        "--email",
        "ada@einstieg.example",
    )
    person = _flask(tmp_path, "users", "create", *names, stdin="Dreizehn-Kraniche-7\nDreizehn-Kraniche-7\n")
    assert (person.returncode, "angelegt" in person.stdout) == (0, True), person.stderr
    assert _flask(tmp_path, "audit", "verify").returncode == 0
    demo = _flask(tmp_path, "demo", "load", mode="demo")
    assert (demo.returncode, "keine Vorführung" in demo.stderr) == (1, True)
    assert _flask(tmp_path, "demo", "load").returncode == 1


@pytest.mark.slow
def test_a_server_without_its_key_file_does_not_start_and_names_the_command(tmp_path: Path) -> None:
    run = _python(tmp_path, "-c", "import wsgi")
    assert (run.returncode, "flask keys init" in run.stderr) == (1, True)


@pytest.mark.slow
def test_a_server_keeps_what_it_made_at_the_start_out_of_the_garbage_collection(tmp_path: Path) -> None:
    _flask(tmp_path, "keys", "init")
    asked = "import gc, wsgi; print(wsgi.app.name, len(gc.get_objects()) < gc.get_freeze_count())"
    run = _python(tmp_path, "-c", asked)
    assert (run.returncode, run.stdout.strip()) == (0, "einstieg True"), run.stderr
