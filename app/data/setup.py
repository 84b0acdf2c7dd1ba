"""Getting the stores ready: folders, key file, migrations; and binding them to an application."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from flask import Flask
from sqlalchemy import Engine, make_url

from app.data import database, prepared
from app.data.database import db
from app.data.key_places import refuse_keys_with_data
from app.data.keyring import KeyRing
from app.data.providers import KeyProvider, NoKey, create_first_key, open_provider
from app.data.root_keys import RootKeyError
from config import DEMO_MARKER, Config, Mode

MIGRATIONS = Path(__file__).parent.parent / "migrations"
STORES = ("data", "keys")
DEMO_SENTENCE = "Dieser Ordner gehört einer Vorführung von Einstieg; 'make demo-reset' löscht ihn.\n"


def configure(app: Flask, config: Config) -> None:
    """Tell Flask-SQLAlchemy where data and key store lie."""
    options = {"pool_pre_ping": True, "hide_parameters": True}
    app.config["SQLALCHEMY_DATABASE_URI"] = with_driver(config.database_url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    # A bind takes nothing over from the options of the first engine.
    app.config["SQLALCHEMY_BINDS"] = {"keys": {"url": with_driver(config.keys_database_url), **options}}


def init_app(app: Flask, config: Config, *, needs_keys: bool = True) -> None:
    """Open the engines and the key ring; raises RootKeyError when a key is needed and none can be used."""
    if config.mode is Mode.DEMO:
        _begin_demo(config)
    make_folders(config)
    configure(app, config)
    database.init_app(app)
    with app.app_context():
        refuse_keys_with_data(config, db.engines.values())
        app.extensions["keyring"] = KeyRing(db.engines["keys"], _provider(config, needs_keys))


def _provider(config: Config, needs_keys: bool) -> KeyProvider:
    try:
        return open_provider(config)
    except RootKeyError as reason:
        if needs_keys:
            raise
        return NoKey(reason)


def _begin_demo(config: Config) -> None:
    """Make marker and key of a demo that starts for the first time; a key that got lost is never replaced."""
    if not config.data_folder.exists() and not config.keys_folder.exists():
        config.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        (config.home / DEMO_MARKER).write_text(DEMO_SENTENCE, encoding="utf-8")
        create_first_key(config)


def make_folders(config: Config) -> None:
    """The folders of this installation, readable by its own user alone."""
    for folder in (
        config.home,
        config.data_folder,
        config.files_folder,
        config.keys_folder,
        config.run_folder,
    ):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def migrate(engine: Engine, store: str, revision: str = "head") -> None:
    """Bring one store ("data" or "keys") up to a revision."""
    with engine.begin() as connection:
        command.upgrade(_alembic(store, connection), revision)
        prepared.forget(connection)


def migrate_down(engine: Engine, store: str, revision: str = "base") -> None:
    """Take one store back to a revision."""
    with engine.begin() as connection:
        command.downgrade(_alembic(store, connection), revision)
        prepared.forget(connection)


def migrate_all() -> None:
    """Bring both stores of the present application to their newest revision."""
    migrate(db.engine, "data")
    migrate(db.engines["keys"], "keys")


def with_driver(url: str) -> str:
    """Name the PostgreSQL driver we use (psycopg 3) in a plain postgresql:// address."""
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def _alembic(store: str, connection: object) -> AlembicConfig:
    settings = AlembicConfig()
    settings.set_main_option("path_separator", "newline")
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.set_main_option("version_locations", str(MIGRATIONS / "versions" / store))
    settings.attributes.update(connection=connection, store=store)
    return settings
