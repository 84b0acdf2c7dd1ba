"""The scanner's client speaks clamd's protocol, and takes nothing but a plain answer for one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.data.scanning import Scanner, ScanState
from app.factory import create_app
from config import Config, SettingError
from tests.servers.clamd import EICAR, FakeClamd
from tests.servers.processes import remove_folder, short_folder

SCAN = b"%PDF-1.7\n" + b"0123456789" * 20_000


@pytest.fixture(params=["unix", "tcp"])
def clamd(request: pytest.FixtureRequest) -> Iterator[FakeClamd]:
    """A clamd on each kind of socket."""
    folder = short_folder("einstieg-clamd")
    server = FakeClamd(folder / "clamd.ctl" if request.param == "unix" else None)
    server.start()
    yield server
    server.stop()
    remove_folder(folder)


def test_a_clean_file_passes_and_a_virus_is_found_wherever_it_stands(clamd: FakeClamd) -> None:
    scanner = Scanner(clamd.address)
    assert scanner.answers()
    assert scanner.scan([SCAN]) is ScanState.CLEAN
    assert scanner.scan([b""]) is ScanState.CLEAN
    assert scanner.scan([SCAN, EICAR]) is ScanState.INFECTED
    assert scanner.scan([SCAN[:7] + EICAR[:30], EICAR[30:] + SCAN]) is ScanState.INFECTED
    assert clamd.scanned == [len(SCAN), 0, len(SCAN) + len(EICAR), len(EICAR) + len(SCAN) + 7]


@pytest.mark.parametrize("behaviour", ["garbage", "hangs up", "silent", "error"])
def test_whatever_is_not_a_plain_answer_leaves_the_file_unchecked(clamd: FakeClamd, behaviour: str) -> None:
    clamd.behaviour = behaviour
    scanner = Scanner(clamd.address, seconds=0.3)
    begun = time.perf_counter()
    assert scanner.scan([SCAN]) is ScanState.UNCHECKED
    assert scanner.scan([EICAR]) is ScanState.UNCHECKED
    assert time.perf_counter() - begun < 5
    assert scanner.answers() is (behaviour == "error")


def test_a_file_beyond_what_the_scanner_takes_is_unchecked_and_never_clean(clamd: FakeClamd) -> None:
    clamd.stream_limit = 100_000
    assert Scanner(clamd.address).scan(SCAN for _ in range(20)) is ScanState.UNCHECKED
    assert clamd.scanned == []


def test_a_scanner_that_is_gone_leaves_the_file_unchecked(clamd: FakeClamd) -> None:
    clamd.stop()
    assert Scanner(clamd.address).scan([SCAN]) is ScanState.UNCHECKED
    assert not Scanner(clamd.address).answers()


def test_an_address_that_cannot_be_one_stops_the_start(config: Config, tmp_path: Path) -> None:
    for address in ("clamd", "unix:clamd.ctl", "tcp://127.0.0.1", "http://127.0.0.1:3310", "tcp://:3310"):
        with pytest.raises(SettingError, match="EINSTIEG_CLAMD"):
            create_app(replace(config, clamd=address))
