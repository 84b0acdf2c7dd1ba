"""The folder of a demo: its one password, and throwing everything away without touching anybody else's data."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from sqlalchemy import make_url

from app.data import setup
from app.data.database import db
from app.errors import EinstiegError
from config import DEMO_MARKER, Config, Mode
from workers import up
from workers.processes import Locked, holding
from workers.stack import LOCK_NAME


class NotADemo(EinstiegError):
    """What was asked may only ever happen to a demo; the text is a German sentence."""


def require_demo(config: Config) -> None:
    """Go on only in demo or test mode; raises NotADemo."""
    if config.mode is Mode.PRODUCTION:
        raise NotADemo("Das gibt es nur in der Vorführung: EINSTIEG_MODE=demo setzen.")


def password(config: Config) -> str:
    """The password of all sign-ins: the setting's, else one made at the first start and kept in the demo's folder."""
    if config.demo_password:
        return config.demo_password
    file = config.home / "secret" / up.PASSWORD
    if not file.exists():
        up.keep(config, up.PASSWORD, secrets.token_urlsafe(9))
    return file.read_text(encoding="utf-8").strip()


def reset(config: Config) -> None:
    """Delete a demo's data, keys and mails; raises NotADemo without its marker, and while it runs."""
    require_demo(config)
    if not (config.home / DEMO_MARKER).exists():
        raise NotADemo("In diesem EINSTIEG_HOME liegt keine Vorführung; nichts wurde gelöscht.")
    try:
        with holding(config.run_folder / LOCK_NAME):
            _empty_outside(config)
            _remove_folders(config)
    except Locked:
        raise NotADemo("Die Vorführung läuft noch. Bitte zuerst mit Strg+C beenden; nichts wurde gelöscht.") from None


def _empty_outside(config: Config) -> None:
    """Take down the tables of a demo that keeps them in a database server; its mark was checked at the start."""
    for engine in db.engines.values():
        engine.dispose()
    for store, url, engine in (
        ("data", config.database_url, db.engine),
        ("keys", config.keys_database_url, db.engines["keys"]),
    ):
        if make_url(url).get_backend_name() != "sqlite":
            setup.migrate_down(engine, store)


def _remove_folders(config: Config) -> None:
    """Remove what a demo made below its home, the folder of the lock last; other files there stay."""
    own = (config.data_folder, config.keys_folder, config.mail_folder, config.home / "secret", config.run_folder)
    (config.home / DEMO_MARKER).unlink()
    for folder in own:
        _remove(folder)


def _remove(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
