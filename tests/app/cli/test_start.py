"""One command starts everything, says where and for whom, keeps the data, and ends at once when told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.house.source import ROOT
from workers.programs import free_port

COLD, WARM, END = 60, 20, 10
PASSWORD = "Vorhang-auf-2026"


@contextmanager
def _running(home: Path, port: int, output: Path) -> Iterator[subprocess.Popen[str]]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    settings = {
        "EINSTIEG_MODE": "demo",
        "EINSTIEG_HOME": str(home),
        "EINSTIEG_DEMO_PASSWORD": PASSWORD,
        "PORT": str(port),
        "SMTP_URL": f"smtp://127.0.0.1:{free_port('127.0.0.1')}",
    }
    with output.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "workers.up"],
            cwd=ROOT,
            env={**kept, **settings},
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _seconds_until(port: int, *, at_most: float) -> float:
    began = time.monotonic()
    while time.monotonic() - began < at_most:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
                if answer.status == 200:
                    return time.monotonic() - began
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("the application never answered")


def _said(output: Path, words: str) -> bool:
    for _ in range(50):
        if words in output.read_text(encoding="utf-8"):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
def test_the_demo_starts_says_so_ends_at_once_and_starts_again_with_its_data(tmp_path: Path) -> None:
    home, output, port = tmp_path / "home", tmp_path / "output", free_port("127.0.0.1")
    with _running(home, port, output) as process:
        assert _seconds_until(port, at_most=COLD) < COLD
        assert _said(output, f"Einstieg läuft: http://127.0.0.1:{port}")
        assert _said(output, f"Passwort für alle: {PASSWORD}")
        assert _said(output, "datenschutz@einstieg.example")
        size = (home / "data" / "einstieg.sqlite").stat().st_size
        again = subprocess.run(
            [sys.executable, "-m", "workers.up"],
            cwd=ROOT,
            env={**os.environ, "EINSTIEG_MODE": "demo", "EINSTIEG_HOME": str(home), "PORT": "0" + str(port + 1)},
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert (again.returncode, "schon" in again.stderr) == (2, True)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=END) == 0
        assert time.monotonic() - began < END
    with _running(home, port, output):
        assert _seconds_until(port, at_most=WARM) < WARM
        assert _said(output, f"Passwort für alle: {PASSWORD}")
        assert "wird vorbereitet" not in output.read_text(encoding="utf-8")
        assert (home / "data" / "einstieg.sqlite").stat().st_size >= size
