"""`flask audit …`: checking the trail, signing checkpoints, cutting off what is past its time.

`python -m app.commands.audit verify --database …` checks a data store without this installation's settings and keys,
so that an officer can do it on a machine of their own.
"""

from __future__ import annotations

import os
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import trail_words
from app.data import audit_cut, checkpoints
from app.data.audit_verify import Findings
from app.data.audit_verify import verify as check
from app.data.checkpoint_files import read_checkpoints
from app.data.database import db
from app.data.setup import with_driver
from app.data.signed_notes import NoteError, Verifier, read_verifier
from config import Config

BROKEN, UNREADABLE = 1, 2
SENTENCES = {
    "missing": "Die Prüfpunkte oder der Schlüssel sind nicht lesbar: {0}",
    "store": "Die Datenbank ist nicht lesbar oder hat noch kein Protokoll ({0}).",
}

audit = AppGroup("audit", help="Das Protokoll: prüfen, Prüfpunkte unterschreiben, nach Ablauf der Frist kürzen.")


@audit.command("verify")
@click.option("--checkpoints", "place", type=click.Path(path_type=Path), help="Verzeichnis oder Datei der Prüfpunkte.")
@click.option("--public-key", "key_file", type=click.Path(path_type=Path), help="Öffentlicher Schlüssel dazu.")
def verify(place: Path | None, key_file: Path | None) -> None:
    """Prüfen, ob das Protokoll hält: 0 es hält, 1 es hält nicht, 2 es ließ sich nicht prüfen.

    Ohne --public-key gilt der Schlüssel dieser Einrichtung, wenn dieses Konto ihn lesen kann.
    """
    raise SystemExit(report(db.engine, place, key_file, own=_own_verifier()))


@audit.command("init-key")
def init_key() -> None:
    """Den Schlüssel anlegen, der Prüfpunkte unterschreibt; ein vorhandener bleibt, wie er ist."""
    config = _config()
    try:
        signer = checkpoints.create_key(config, config.audit_key_file)
    except FileExistsError:
        raise click.ClickException("Es gibt schon einen Schlüssel (EINSTIEG_AUDIT_KEY_FILE); er bleibt.") from None
    click.echo(
        "Der Schlüssel (EINSTIEG_AUDIT_KEY_FILE) ist angelegt. Er gehört nicht der Technik, sondern zum Beispiel"
    )
    click.echo("der Stelle für Datenschutz: wer ihn hat und die Datenbank dazu, kann das Protokoll fälschen.")
    click.echo("Öffentlicher Schlüssel, bitte an einem anderen Ort aufheben:")
    click.echo(str(signer.verifier))


@audit.command("public-key")
def public_key() -> None:
    """Den öffentlichen Schlüssel zeigen, mit dem Prüfpunkte geprüft werden."""
    try:
        signer = checkpoints.load_signer(_config())
    except NoteError as error:
        raise click.ClickException(str(error)) from None
    if signer is None:
        raise click.ClickException("Es gibt noch keinen Schlüssel; 'flask audit init-key' legt ihn an.")
    click.echo(str(signer.verifier))


@audit.command("checkpoint")
def checkpoint() -> None:
    """Jetzt einen Prüfpunkt unterschreiben und an alle Orte bringen (EINSTIEG_CHECKPOINT_PLACES)."""
    config = _config()
    try:
        signer = checkpoints.load_signer(config)
    except NoteError as error:
        raise click.ClickException(str(error)) from None
    if signer is None:
        raise click.ClickException("Es gibt noch keinen Schlüssel; 'flask audit init-key' legt ihn an.")
    made = checkpoints.make(signer)
    click.echo(f"Prüfpunkt: {trail_words.checkpoint_line(made)}.")
    checkpoints.deliver(config, at_once=True)
    failed = False
    for place, row in checkpoints.standing(config):
        is_there = row is not None and row.size >= made.size
        failed = failed or not is_there
        trouble = row.trouble if row else ""
        click.echo(f"  {place.label}: {'angekommen' if is_there else f'NICHT angekommen ({trouble})'}")
    if not checkpoints.places(config):
        click.echo("  Es ist kein Ort eingerichtet (EINSTIEG_CHECKPOINT_PLACES): so beweist der Prüfpunkt nichts.")
    if failed:
        raise SystemExit(1)


@audit.command("shorten")
@click.option("--keep-days", default=audit_cut.KEPT_DAYS, show_default=True, type=click.IntRange(min=30))
def shorten(keep_days: int) -> None:
    """Einträge löschen, deren Frist abgelaufen ist; der Rest bleibt prüfbar."""
    count = audit_cut.cut(keep_days=keep_days)
    click.echo(f"{count} Einträge sind gelöscht." if count else "Es war nichts zu löschen.")


@click.command("verify")
@click.option("--database", required=True, help="Adresse der Datenbank, zum Beispiel sqlite:////pfad/einstieg.sqlite")
@click.option("--checkpoints", "place", type=click.Path(path_type=Path), help="Verzeichnis oder Datei der Prüfpunkte.")
@click.option("--public-key", "key_file", type=click.Path(path_type=Path), help="Öffentlicher Schlüssel dazu.")
def verify_apart(database: str, place: Path | None, key_file: Path | None) -> None:
    """Ein Protokoll ohne die Einstellungen und Schlüssel dieser Einrichtung prüfen."""
    raise SystemExit(report(create_engine(with_driver(database), hide_parameters=True), place, key_file))


def report(engine: Engine, place: Path | None, key_file: Path | None, *, own: Verifier | None = None) -> int:
    """Check and say what was found; `own` checks signatures where no key file is named. Answers the exit code."""
    try:
        notes = read_checkpoints(place) if place else []
        verifier = _verifier(key_file) or own
    except (OSError, NoteError) as error:
        click.echo(SENTENCES["missing"].format(error), err=True)
        return UNREADABLE
    try:
        found = check(engine, checkpoints=notes, verifier=verifier, processes=min(4, os.cpu_count() or 1))
    except SQLAlchemyError as error:
        click.echo(SENTENCES["store"].format(type(error).__name__), err=True)
        return UNREADABLE
    _say(found)
    return 0 if found.holds else BROKEN


def _say(found: Findings) -> None:
    click.echo(trail_words.verdict(found), err=not found.holds)
    for broken in found.breaks:
        click.echo(f"  {trail_words.sentence(broken)}", err=True)
    for line in (trail_words.checked_against(found), *trail_words.limits(found)):
        if line:
            click.echo(line)


def _verifier(key_file: Path | None) -> Verifier | None:
    return read_verifier(key_file.read_text(encoding="ascii")) if key_file else None


def _own_verifier() -> Verifier | None:
    """The public half of this installation's key; None when there is none or another account keeps it."""
    try:
        signer = checkpoints.load_signer(_config())
    except NoteError:
        return None
    return signer.verifier if signer else None


def _config() -> Config:
    config: Config = current_app.extensions["config"]
    return config


@click.group()
def alone() -> None:
    """Das Protokoll einer Datenbank prüfen."""


alone.add_command(verify_apart)

if __name__ == "__main__":
    alone()
