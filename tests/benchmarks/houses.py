"""An application on fresh stores for benchmarks, on either database: the world of the tests, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from app.data.database import db, session
from app.factory import create_app
from tests.plugins.application import Template
from tests.servers.postgres import PostgresCluster, find_binaries
from tests.servers.sqlite import SqliteFolder


@contextmanager
def house(kind: str) -> Iterator[tuple[Flask, Template]]:
    """An application within its context, on "sqlite" or on a "postgresql" cluster of its own."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        server = _server(kind, folder)
        try:
            template = Template(server, folder)
            application = create_app(template.config(folder / "home"))
            with application.app_context():
                yield application, template
                session().close()
                for engine in db.engines.values():
                    engine.dispose()
        finally:
            if isinstance(server, PostgresCluster):
                server.stop()


def _server(kind: str, folder: Path) -> SqliteFolder | PostgresCluster:
    if kind == "sqlite":
        stores = folder / "stores"
        stores.mkdir()
        return SqliteFolder(stores)
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("there is no PostgreSQL on this machine")
    cluster = PostgresCluster(binaries)
    cluster.start()
    return cluster
