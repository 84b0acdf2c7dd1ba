"""`flask keys split | recover | rehearse`: the root key among officers, back again, and the proof that backups open."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from app.commands import rehearsal
from app.commands.key_events import note_key_event
from app.commands.sentences import in_sentences
from app.data import recovery, rotation
from app.data.database import db
from app.data.key_file import KeyFile, create_key_file
from app.data.key_places import SHARE
from app.data.organisation_keys import OrganisationKeys
from app.data.providers import KeyProvider
from app.data.records import keyring
from app.data.recovery import Share, read_share
from app.data.root_keys import LocalRoot, RecoveredRoot, RootKeyError
from app.errors import Tampered
from config import Config, ProviderKind

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, writable=True, path_type=Path)


@click.command("split")
@click.option("--threshold", type=int, required=True, help="So viele Anteile stellen den Schlüssel wieder her.")
@click.option("--shares", type=int, required=True, help="So viele Anteile werden ausgegeben.")
@click.option("--folder", "folders", type=FOLDER, multiple=True, help="Je Anteil ein Ordner, oder einer für alle.")
@in_sentences
def split(threshold: int, shares: int, folders: tuple[Path, ...]) -> None:
    """Den Hauptschlüssel auf mehrere Personen verteilen: auf den Bildschirm oder je Anteil in eine Datei."""
    keks = keyring().keks
    root = keks.provider
    if not isinstance(root, LocalRoot):
        raise click.ClickException(
            "Dieser Anbieter gibt den Hauptschlüssel nicht heraus. Ein Schlüsseldienst hat dafür eigene Anteile "
            "(zum Entsiegeln) und eigene Sicherungen; bitte dort regeln."
        )
    if not rotation.root_is_settled(keks):
        raise click.ClickException("Noch liegt etwas unter einer älteren Fassung; zuerst 'flask keys rotate'.")
    if len(folders) not in (0, 1, shares):
        raise click.ClickException("Bitte einen Ordner für alle Anteile nennen oder je Anteil einen.")
    for folder in folders:
        _refuse_beside_data(folder)
    version = root.current()
    words = recovery.split(version, root.secret(version), threshold=threshold, shares=shares)
    pages = [
        recovery.page(each, number=number, shares=shares, threshold=threshold, version=version)
        for number, each in enumerate(words, 1)
    ]
    note_key_event("split", version=version, shares=shares, threshold=threshold)
    _hand_out(pages, folders)


@click.command("recover")
@click.option("--share", "files", type=FILE, multiple=True, help="Datei mit einem Anteil; ohne sie wird gefragt.")
@click.option("--visible", is_flag=True, help="Beim Tippen zeigen, was getippt wird.")
@in_sentences
def recover(files: tuple[Path, ...], visible: bool) -> None:
    """Die Schlüsseldatei aus Anteilen wiederherstellen, nur wenn keine da ist."""
    config: Config = current_app.extensions["config"]
    if config.key_provider is not ProviderKind.FILE:
        raise click.ClickException("Wiederhergestellt wird in eine Schlüsseldatei: bitte EINSTIEG_KEY_PROVIDER=file.")
    if config.key_file.exists():
        raise click.ClickException("Es gibt eine Schlüsseldatei (EINSTIEG_KEY_FILE); sie bleibt unverändert.")
    version, key = recovery.combine(_read_shares(files) if files else _ask_for_shares(visible))
    _refuse_foreign(keyring().keks, RecoveredRoot(version, key))
    create_key_file(config.key_file, {version: key})
    if has_tables(db.engine, "audit_head"):
        note_key_event("recover", version=version)
    click.echo(f"Die Schlüsseldatei ist wiederhergestellt, Fassung {version}. Einstieg kann starten.")


@click.command("rehearse")
@click.option("--data", required=True, help="Sicherung der Daten: Datei oder Adresse einer Datenbank.")
@click.option("--keys", required=True, help="Sicherung der Schlüssel: Datei oder Adresse einer Datenbank.")
@click.option("--files", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Ordner der Dateien.")
@click.option("--share", "shares", type=FILE, multiple=True, help="Dateien mit Anteilen statt des Hauptschlüssels.")
@click.option("--key-file", type=FILE, help="Eine verwahrte Kopie der Schlüsseldatei statt der geltenden.")
@click.option("--all", "everything", is_flag=True, help="Alles öffnen statt einer Stichprobe von 1.000.")
@in_sentences
def rehearse(
    data: str, keys: str, files: Path | None, shares: tuple[Path, ...], key_file: Path | None, everything: bool
) -> None:
    """Proben, ob eine Sicherung sich öffnen ließe; an den Sicherungen wird nichts geändert."""
    provider = _provider(shares, key_file)
    sample = None if everything else rehearsal.SAMPLE
    report = rehearsal.rehearse(data=data, keys=keys, provider=provider, folder=files, sample=sample)
    if has_tables(db.engine, "audit_head"):
        note_key_event("rehearse", version=provider.current(), troubles=sum(report.troubles.values()))
    for sentence in report.sentences():
        click.echo(sentence)
    if not report.is_sound:
        raise click.ClickException("Diese Sicherung ließe sich NICHT vollständig wiederherstellen.")
    click.echo("Diese Sicherung lässt sich wiederherstellen.")


def _provider(shares: tuple[Path, ...], key_file: Path | None) -> KeyProvider:
    if shares:
        return RecoveredRoot(*recovery.combine(_read_shares(shares)))
    return KeyFile(key_file) if key_file is not None else keyring().keks.provider


def _read_shares(files: tuple[Path, ...]) -> list[Share]:
    return [read_share(_text(file), name=f"Anteil {file.name}") for file in files]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise recovery.ShareError(f"Anteil {file.name} ist nicht lesbar") from None


def _ask_for_shares(visible: bool) -> list[Share]:
    """Ask until there are as many as the first one says; a mistyped one is named and asked for again."""
    shares: list[Share] = []
    while not shares or len(shares) < shares[0].threshold:
        name = f"Anteil {len(shares) + 1}"
        typed = click.prompt(f"{name} ({recovery.WORDS} Wörter)", hide_input=not visible)
        try:
            shares.append(read_share(typed, name=name))
        except recovery.ShareError as error:
            click.echo(f"{error}. Bitte noch einmal.", err=True)
    return shares


def _hand_out(pages: list[str], folders: tuple[Path, ...]) -> None:
    """To files of their own that exist nowhere yet, or to the screen, one at a time."""
    for number, page in enumerate(pages, 1):
        if folders:
            folder = folders[min(number, len(folders)) - 1]
            file = folder / f"{SHARE}{number}-von-{len(pages)}.txt"
            try:
                descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
            except OSError as error:
                raise recovery.ShareError(f"{file.name} kann nicht angelegt werden ({type(error).__name__})") from None
            with os.fdopen(descriptor, "w", encoding="utf-8") as out:
                out.write(page)
        else:
            click.echo(page)
            if sys.stdout.isatty():
                click.pause("Abschreiben, dann eine Taste drücken …")
                click.clear()
    if folders:
        click.echo(f"{len(pages)} Anteile liegen in Dateien. Bitte sofort an getrennte Orte bringen.")
    click.echo("Ob sie stimmen, zeigt 'flask keys rehearse' mit den Anteilen, ohne etwas zu ändern.")


def _refuse_beside_data(folder: Path) -> None:
    config: Config = current_app.extensions["config"]
    for place in (config.home, *config.data_places):
        if folder.resolve().is_relative_to(place.resolve()):
            raise recovery.ShareError("Anteile dürfen nicht bei Daten, Schlüsseln oder deren Sicherungen liegen")


def _refuse_foreign(keks: OrganisationKeys, root: RecoveredRoot) -> None:
    """A key that opens nothing here belongs to another installation, or is not the version that is needed."""
    if not has_tables(keks.engine, "organisation_key"):
        click.echo("Eine Schlüsseldatenbank ist noch nicht da; ob der Schlüssel passt, zeigt sich mit ihr.")
        return
    try:
        for organisation_id, versions in keks.versions().items():
            for version in versions:
                OrganisationKeys(keks.engine, root).open(organisation_id, version)
    except (Tampered, RootKeyError):
        raise recovery.ShareError(
            f"der Schlüssel aus den Anteilen (Fassung {root.current()}) öffnet diese Schlüsseldatenbank nicht: "
            "andere Einrichtung oder andere Fassung"
        ) from None


def has_tables(engine: Engine, table: str) -> bool:
    """Whether a store is there and has this table; where a backup is restored, it may not be."""
    try:
        return inspect(engine).has_table(table)
    except SQLAlchemyError:
        return False
