"""An application on PostgreSQL alone, for what only that does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.accounts import services as accounts
from app.data.database import db
from app.data.key_file import create_key_file
from app.factory import create_app
from app.policies import OrganisationKind
from config import Config, Mode
from tests.plugins.application import build_data, build_keys
from tests.servers.postgres import PostgresCluster


@pytest.fixture
def postgres_app(postgres_cluster: PostgresCluster, tmp_path: Path) -> Iterator[Flask]:
    """An application on PostgreSQL alone, with two organisations and no context."""
    data, keys = postgres_cluster.fresh(), postgres_cluster.fresh()
    build_data(data)
    build_keys(keys)
    root = tmp_path / "secret" / "root.key"
    create_key_file(root)
    application = create_app(
        Config(
            mode=Mode.TEST,
            home=tmp_path / "home",
            host="127.0.0.1",
            port=5000,
            database_url=data,
            keys_database_url=keys,
            key_file=root,
            secret_key="tests-have-no-secrets-tests-have-no-secrets",
        )
    )
    with application.app_context():
        for name in ("one", "two"):
            accounts.found_organisation(kind=OrganisationKind.KI, name=name, short_name=name)
    yield application
    with application.app_context():
        for engine in db.engines.values():
            engine.dispose()
