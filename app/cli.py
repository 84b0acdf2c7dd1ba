"""The commands `flask …`: starting, preparing, checking; sentences in German, exit code 1 when something is wrong."""

from __future__ import annotations

import os
from typing import BinaryIO

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from app.accounts import installation, services
from app.accounts.models import UserProfile
from app.commands.audit import audit
from app.commands.keys import keys
from app.commands.retention import retention
from app.commands.search import search
from app.commands.sentences import in_sentences
from app.data import setup
from app.demo import folder, people, world
from app.errors import Invalid
from app.policies import OrganisationKind, Role
from app.web.roles import role_names
from cases.placement.directory import DirectoryError, decode_directory
from cases.placement.services import import_directory
from config import Config, Mode
from workers import up
from workers.doctor import Level, examine

REFUSALS = {
    "weak": "Das Passwort ist zu schwach: mindestens 12 Zeichen, davon 5 verschiedene.",
    "taken": "Diese E-Mail-Adresse hat schon jemand.",
}


def init_app(app: Flask) -> None:
    """Add every command."""
    for command in (start, prepare, migrate, doctor, keys, schools, demo, audit, retention, search, users):
        app.cli.add_command(command)


@click.command("up")
def start() -> None:
    """Alles vorbereiten und starten: Datenbanken, Warteschlange, Webserver und Hintergrundarbeit."""
    raise SystemExit(up.main(os.environ))


@click.command("prepare")
@with_appcontext
@in_sentences
def prepare() -> None:
    """Datenbanken anlegen oder erneuern, in der Vorführung auch Personen und Familien; danach kann gestartet werden."""
    config = _config()
    _migrate(config)
    if config.mode is Mode.DEMO:
        if world.is_empty():
            click.echo("Die Vorführung wird vorbereitet …")
            world.load(say=click.echo)
        people.set_password(folder.password(config))
        up.keep(config, up.PASSWORD, folder.password(config))
        up.keep(config, up.SIGN_INS, _sign_ins(config))
    up.note_prepared(config)


@click.command("migrate")
@with_appcontext
@in_sentences
def migrate() -> None:
    """Beide Datenbanken auf den neuesten Stand bringen."""
    _migrate(_config())
    click.echo("Beide Datenbanken sind auf dem neuesten Stand.")


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Nachsehen, worauf diese Einrichtung läuft."""
    findings = examine(_config())
    for finding in findings:
        click.echo(str(finding))
    if any(finding.level is Level.FAIL for finding in findings):
        raise SystemExit(1)


demo = AppGroup("demo", help="Die Vorführung mit erfundenen Familien.")


@demo.command("load")
@click.option("--families", default=world.FAMILIES, show_default=True, type=click.IntRange(0, 100_000))
@click.option("--seed", default=world.SEED, show_default=True, type=int)
@in_sentences
def load_demo(families: int, seed: int) -> None:
    """Erfundene Stellen, Personen und Familien anlegen."""
    config = _config()
    folder.require_demo(config)
    _migrate(config)
    world.load(families=families, seed=seed, say=click.echo)
    people.set_password(folder.password(config))


@demo.command("reset")
@in_sentences
def reset_demo() -> None:
    """Alle Daten der Vorführung löschen; nur bei einer Vorführung, und nur, wenn sie nicht läuft."""
    folder.reset(_config())
    click.echo("Die Vorführung ist gelöscht; der nächste Start beginnt von vorn.")


schools = AppGroup("schools", help="Das Schulverzeichnis.")


@schools.command("import")
@click.argument("file", type=click.File("rb"))
@in_sentences
def import_schools(file: BinaryIO) -> None:
    """Das amtliche Schulverzeichnis (CSV des Landes) einlesen; zweimal gelesen ändert es nichts."""
    try:
        report = import_directory(decode_directory(file))
    except DirectoryError as error:
        raise click.ClickException(str(error)) from None
    for sentence in (*report.problems, *report.moved, *report.missing):
        click.echo(sentence, err=True)
    click.echo(f"{report.added} Schulen neu, {report.updated} geändert, {report.unchanged} unverändert.")


users = AppGroup("users", help="Personen mit Anmeldung.")


@users.command("create")
@click.option(
    "--organisation", required=True, help="Name der Stelle, zum Beispiel des Kommunalen Integrationszentrums."
)
@click.option("--short-name", required=True, help="Kurzname der Stelle.")
@click.option("--kind", type=click.Choice([kind.value for kind in OrganisationKind]), default="ki", show_default=True)
@click.option("--name", required=True, help="Name der Person, die hier verwaltet.")
@click.option("--email", required=True, help="Ihre E-Mail-Adresse; mit ihr meldet sie sich an.")
@click.password_option(prompt="Passwort", confirmation_prompt="Passwort wiederholen", help="Mindestens 12 Zeichen.")
@in_sentences
def create_administrator(organisation: str, short_name: str, kind: str, name: str, email: str, password: str) -> None:
    """Eine Stelle und die erste Person anlegen, die dort Personen verwaltet (sie sieht keine Fälle)."""
    config = _config()
    if config.mode is not Mode.PRODUCTION:
        raise click.ClickException("In der Vorführung gibt es die Personen schon.")
    _migrate(config)
    try:
        place = services.found_organisation(kind=OrganisationKind(kind), name=organisation, short_name=short_name)
        profile = UserProfile(name=name, email=email)
        roles = frozenset({Role.ADMINISTRATOR})
        services.appoint_user(organisation=place, roles=roles, profile=profile, password=password)
    except Invalid as error:
        raise click.ClickException(REFUSALS.get(error.code, str(error))) from None
    click.echo("Stelle und Person sind angelegt. Weitere Personen legt sie unter „Personen“ an.")


def _config() -> Config:
    config: Config = current_app.extensions["config"]
    return config


def _migrate(config: Config) -> None:
    """Bring both stores up to date; a real installation's is marked as such at once."""
    setup.migrate_all()
    if config.mode is Mode.PRODUCTION:
        installation.mark(is_demo=False)


def _sign_ins(config: Config) -> str:
    """Who can sign in to a demo, a line each."""
    lines = ["Vorführung mit erfundenen Personen. Anmelden:", ""]
    short = {body.key: body.short_name for body in people.BODIES}
    for person in people.PEOPLE:
        lines.append(f"  {role_names(person.roles):<36} {short[person.body]:<11} {person.email}")
    return "\n".join([*lines, "", f"  Passwort für alle: {folder.password(config)}", "", ""])
