"""The servers the tests use are real, private, and go when they should."""

from __future__ import annotations

import os
import signal
import smtplib
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis
from playwright.sync_api import Page
from sqlalchemy import create_engine, text

from tests.house.source import ROOT
from tests.servers.doorbell import DoorbellServer, find_server
from tests.servers.postgres import PostgresCluster
from tests.servers.smtp import SmtpServer
from tests.servers.sqlite import SqliteFolder


def _execute(url: str, *statements: str) -> list[object]:
    engine = create_engine(url)
    answer: list[object] = []
    with engine.begin() as connection:
        for statement in statements:
            result = connection.execute(text(statement))
            answer = list(result.scalars()) if result.returns_rows else []
    engine.dispose()
    return answer


def test_a_database_answers_in_both_kinds(database_url: str) -> None:
    made = ("CREATE TABLE sheep (name text)", "INSERT INTO sheep VALUES ('Dolly')", "SELECT name FROM sheep")
    assert _execute(database_url, *made) == ["Dolly"]


def test_a_fresh_database_holds_what_its_template_held(
    database_server: SqliteFolder | PostgresCluster,
) -> None:
    def build(url: str) -> None:
        _execute(url, "CREATE TABLE goats (name text)", "INSERT INTO goats VALUES ('Heidi')")

    template = database_server.prepare("goats", build)
    first, second = database_server.fresh(template), database_server.fresh(template)
    _execute(first, "DELETE FROM goats")
    assert _execute(second, "SELECT name FROM goats") == ["Heidi"]


def test_a_database_given_back_is_lent_again_as_it_was(
    database_server: SqliteFolder | PostgresCluster,
) -> None:
    def build(url: str) -> None:
        _execute(
            url,
            "CREATE TABLE herds (id integer PRIMARY KEY)",
            "CREATE TABLE cows (name text, herd integer REFERENCES herds)",
            "INSERT INTO herds VALUES (1)",
            "INSERT INTO cows VALUES ('Elsa', 1)",
        )

    template = database_server.prepare("cows", build)
    first = database_server.lend(template)
    _execute(
        first, "UPDATE cows SET name = 'Berta'", "INSERT INTO herds VALUES (2)", "INSERT INTO cows VALUES ('Alma', 2)"
    )
    database_server.give_back(first)
    second = database_server.lend(template)
    assert _execute(second, "SELECT name FROM cows") == ["Elsa"]
    assert _execute(second, "SELECT id FROM herds") == [1]
    database_server.give_back(second)


@pytest.mark.postgres
def test_a_database_whose_tables_were_changed_is_not_lent_again(postgres_cluster: PostgresCluster) -> None:
    def build(url: str) -> None:
        _execute(url, "CREATE TABLE pigs (name text)")

    template = postgres_cluster.prepare("pigs", build)
    first = postgres_cluster.lend(template)
    _execute(first, "ALTER TABLE pigs ADD COLUMN age integer")
    postgres_cluster.give_back(first)
    second = postgres_cluster.lend(template)
    assert second != first
    assert _execute(second, "SELECT count(*) FROM information_schema.columns WHERE table_name = 'pigs'") == [1]
    postgres_cluster.give_back(second)


@pytest.mark.postgres
def test_postgresql_listens_on_no_port(postgres_cluster: PostgresCluster) -> None:
    assert _execute(postgres_cluster.url("postgres"), "SHOW listen_addresses") == [""]


def test_redis_answers_and_is_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as connection:
        assert connection.dbsize() == 0
        connection.set("a", "b")


def test_redis_comes_back_empty_after_a_kill() -> None:
    server = DoorbellServer()
    try:
        server.start()
        with redis.Redis.from_url(server.url) as connection:
            connection.set("a", "b")
        server.kill()
        server.start()
        with redis.Redis.from_url(server.url) as connection:
            assert connection.get("a") is None
    finally:
        server.stop()


def test_a_server_goes_when_the_test_run_is_killed() -> None:
    code = """
import time
from tests.servers.doorbell import DoorbellServer
server = DoorbellServer()
server.start()
print(server.server.pid, server.folder, flush=True)
time.sleep(60)
"""
    run = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    pid, folder = run.stdout.readline().split()
    run.kill()
    run.wait(10)
    end = time.monotonic() + 10
    while _runs(int(pid)) and time.monotonic() < end:
        time.sleep(0.05)
    gone = not _runs(int(pid))
    if not gone:
        os.kill(int(pid), signal.SIGKILL)
    for file in Path(folder).iterdir():
        file.unlink()
    Path(folder).rmdir()
    assert gone or sys.platform != "linux"


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[-1].split()[0]
            if Path("/proc").exists()
            else "S"
        )
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"


def test_the_redis_binary_can_be_run() -> None:
    answer = subprocess.run([str(find_server()), "--version"], capture_output=True, text=True, timeout=10)
    assert "v=" in answer.stdout


def test_mail_is_kept_with_what_was_asked_about_delivery(smtp_server: SmtpServer) -> None:
    with smtplib.SMTP("127.0.0.1", smtp_server.port, timeout=5) as client:
        client.ehlo("einstieg.example")
        assert client.has_extn("dsn")
        client.sendmail(
            "a@einstieg.example",
            ["b@einstieg.example"],
            "Subject: Termin\r\n\r\nGuten Tag\r\n",
            mail_options=["RET=HDRS", "ENVID=x-1"],
            rcpt_options=["NOTIFY=FAILURE,DELAY"],
        )
    (delivery,) = smtp_server.deliveries
    assert delivery.dsn == {"RET": "HDRS", "ENVID": "x-1", "NOTIFY": "FAILURE,DELAY"}
    assert delivery.message["Subject"] == "Termin"
    assert delivery.text.strip() == "Guten Tag"


def test_a_mail_server_told_to_refuse_keeps_nothing(smtp_server: SmtpServer) -> None:
    smtp_server.answers.append("451 4.3.0 later")
    with (
        smtplib.SMTP("127.0.0.1", smtp_server.port, timeout=5) as client,
        pytest.raises(smtplib.SMTPDataError),
    ):
        client.sendmail("a@einstieg.example", ["b@einstieg.example"], "Subject: x\r\n\r\ny\r\n")
    assert smtp_server.deliveries == []


@pytest.mark.browser
def test_the_browser_runs_in_german_and_reaches_no_network(page: Page) -> None:
    page.goto("data:text/html,<title>Hallo</title>")
    assert page.title() == "Hallo"
    assert page.evaluate("navigator.language") == "de-DE"
    answer = page.evaluate("fetch('http://einstieg.example/').then(() => 'reached', () => 'refused')")
    assert answer == "refused"
