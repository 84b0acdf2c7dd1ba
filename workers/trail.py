"""The worker's part in the audit trail: checkpoints on time, checks that were asked for, a last note at the end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

from flask import current_app
from sqlalchemy import Engine, func, select

from app import clock
from app.data import audit_checks, audit_cut, checkpoints
from app.data.checkpoint_places import PlaceError
from app.data.checkpoints import AuditCheckpoint, AuditPlace
from app.data.signed_notes import NoteError
from app.web.format import instant_local
from config import Config, Mode

LATE = timedelta(days=2)
_KEY_TROUBLE = (
    "der Schlüssel (EINSTIEG_AUDIT_KEY_FILE) ist für dieses Konto nicht lesbar oder für andere lesbar; "
    "gehört er einem anderen Konto, unterschreibt dieses mit 'flask audit checkpoint'."
)


def keep_checkpoints() -> None:
    """A new checkpoint when one is due, and every place that lacks the latest; may run twice."""
    config = _config()
    if config.mode is Mode.DEMO:
        _begin_demo(config)
    checkpoints.keep_up(config)


def check_asked() -> int:
    """Do the checks that somebody asked for on the page; answers how many."""
    return audit_checks.perform_waiting(_config())


def shorten() -> int:
    """Cut off what is older than two years, at a checkpoint; answers how many entries."""
    return audit_cut.cut()


def close() -> None:
    """Before the worker stops: sign what came since the last checkpoint."""
    checkpoints.close(_config())


def _begin_demo(config: Config) -> None:
    """A demo makes its own key and directory, so that one sees how it works; it proves nothing there."""
    if not config.audit_key_file.exists():
        checkpoints.create_key(config, config.audit_key_file)
    for place in checkpoints.places(config):
        folder = Path(unquote(place.parts.path))
        if place.parts.scheme == "file" and folder.is_relative_to(config.home):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _config() -> Config:
    config: Config = current_app.extensions["config"]
    return config


def state(config: Config, engine: Engine) -> tuple[str, str]:
    """How checkpoints stand, as a level ("OK", "WARN", "FAIL") and a sentence; raises SQLAlchemyError."""
    try:
        checkpoints.load_signer(config)
        places = checkpoints.places(config)
    except NoteError as error:
        return "WARN" if "account" in str(error) else "FAIL", _KEY_TROUBLE
    except PlaceError:
        return "FAIL", "ein Ort in EINSTIEG_CHECKPOINT_PLACES ist nicht zu gebrauchen."
    if not places:
        return "WARN", "es ist kein Ort eingerichtet (EINSTIEG_CHECKPOINT_PLACES): Fälschen fiele nicht auf."
    with engine.connect() as connection:
        latest = connection.execute(select(func.max(AuditCheckpoint.size), func.max(AuditCheckpoint.at))).one()
        rows = {row.key: row for row in connection.execute(select(AuditPlace.__table__))}
    if latest[0] is None:
        return "WARN", "noch keiner; 'flask audit init-key' legt den Schlüssel an, der Worker unterschreibt stündlich."
    lacking = [place for place in places if place.key not in rows or rows[place.key].size < latest[0]]
    failing = [place for place in lacking if place.key in rows and rows[place.key].failures]
    if failing:
        told = ", ".join(f"{place.label} ({rows[place.key].trouble})" for place in failing)
        return "FAIL", f"nicht angekommen: {told}; es wird weiter versucht."
    if lacking:
        return "WARN", f"{len(lacking)} von {len(places)} Orten haben den letzten noch nicht."
    if clock.now() - latest[1] > LATE:
        return "WARN", f"der letzte ist von {instant_local(latest[1])}; läuft der Worker?"
    return "OK", f"der letzte deckt Eintrag {latest[0]}; Orte, an denen er liegt: {len(places)}."
