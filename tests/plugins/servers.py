"""Real servers as fixtures: databases, Redis, SMTP, a browser; each starts when first asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.servers.chromium import FLAGS, find_chromium
from tests.servers.doorbell import DoorbellServer
from tests.servers.postgres import PostgresCluster, find_binaries
from tests.servers.smtp import SmtpServer
from tests.servers.sqlite import SqliteFolder

POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgres)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[PostgresCluster]:
    """A running cluster; tests that ask for it carry the mark `postgres`."""
    binaries = find_binaries()
    assert binaries is not None, "a test asks for PostgreSQL without the mark `postgres`"
    cluster = PostgresCluster(binaries)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> SqliteFolder:
    """Where the SQLite files of this test process lie."""
    return SqliteFolder(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="module", params=["sqlite", POSTGRESQL])
def database_server(request: pytest.FixtureRequest, sqlite_folder: SqliteFolder) -> SqliteFolder | PostgresCluster:
    """Each kind of database in turn, with `prepare`, `fresh`, `lend` and `give_back`."""
    if request.param == "sqlite":
        return sqlite_folder
    cluster: PostgresCluster = request.getfixturevalue("postgres_cluster")
    return cluster


@pytest.fixture(scope="module")
def database_url(database_server: SqliteFolder | PostgresCluster) -> str:
    """The address of an empty database, fresh for each test module and each kind of database."""
    return database_server.fresh()


@pytest.fixture
def postgres_url(postgres_cluster: PostgresCluster) -> str:
    """The address of an empty PostgreSQL database of this test's own."""
    return postgres_cluster.fresh()


@pytest.fixture(scope="session")
def doorbell_server() -> Iterator[DoorbellServer]:
    """A running Redis; a test that kills one makes its own `DoorbellServer`."""
    server = DoorbellServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def redis_url(doorbell_server: DoorbellServer) -> str:
    """The address of an empty Redis."""
    doorbell_server.empty()
    return doorbell_server.url


@pytest.fixture(scope="session")
def running_smtp_server() -> Iterator[SmtpServer]:
    """The mail server of this test process."""
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def smtp_server(running_smtp_server: SmtpServer) -> SmtpServer:
    """A mail server without messages and with no scripted answers."""
    running_smtp_server.clear()
    return running_smtp_server


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """Where the Chromium of this machine lies; tests that ask for it carry the mark `browser`."""
    path = find_chromium()
    assert path is not None, "a test asks for a browser without the mark `browser`"
    return path


@pytest.fixture(scope="session")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """A headless Chromium that resolves no name but localhost."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page with its own cookies, set to German and Berlin time."""
    context = browser.new_context(locale="de-DE", timezone_id="Europe/Berlin")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
