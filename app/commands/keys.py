"""`flask keys …`: making the root key of an installation, seeing what lies under which key, rotating, destroying."""

from __future__ import annotations

from uuid import UUID

import click
import msgspec
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from app.accounts import queries
from app.commands.key_events import note_key_event
from app.commands.key_recovery import recover, rehearse, split
from app.commands.sentences import in_sentences
from app.data import rotation
from app.data.audit import Action, AuditEntry
from app.data.chaining import SEPARATOR
from app.data.database import session
from app.data.key_environment import WHAT, fresh_value
from app.data.keyring import INSTALLATION
from app.data.organisation_keys import OrganisationKeys
from app.data.providers import PROVIDER_NAMES, create_first_key
from app.data.records import keyring
from config import Config, ProviderKind

keys = AppGroup("keys", help="Schlüssel anlegen, ansehen, erneuern, vernichten, teilen und wiederherstellen.")
for command in (split, recover, rehearse):
    keys.add_command(command)


@keys.command("init")
@in_sentences
def init_keys() -> None:
    """Den Hauptschlüssel einer neuen Einrichtung anlegen; ein vorhandener bleibt, wie er ist."""
    config: Config = current_app.extensions["config"]
    if config.key_provider is ProviderKind.ENVIRONMENT:
        click.echo(f"Bitte als {WHAT} hinterlegen und getrennt von den Datensicherungen verwahren:")
        click.echo(f"EINSTIEG_ROOT_KEY={fresh_value()}")
        return
    if config.key_provider is ProviderKind.TRANSIT:
        click.echo("Beim Schlüsseldienst legt dessen Verwaltung den Schlüssel an (Typ aes256-gcm96, nicht ausleitbar).")
        return
    if config.key_file.exists():
        raise click.ClickException("Es gibt schon eine Schlüsseldatei (EINSTIEG_KEY_FILE); sie bleibt unverändert.")
    create_first_key(config)
    click.echo("Die Schlüsseldatei (EINSTIEG_KEY_FILE) ist angelegt, nur für dieses Konto lesbar.")
    click.echo("Bitte jetzt zwei Kopien machen und getrennt von den Datensicherungen aufbewahren, oder den Schlüssel")
    click.echo("mit 'flask keys split' auf mehrere Personen verteilen: ohne ihn öffnet niemand mehr einen Fall.")
    if config.key_provider is ProviderKind.PASSPHRASE:
        click.echo("Die Datei enthält nur Salze; verwahrt werden muss außerdem die Passphrase selbst.")


@keys.command("status")
@in_sentences
def key_status() -> None:
    """Zeigen, welcher Anbieter und welche Fassungen gelten und was noch unter älteren liegt."""
    config: Config = current_app.extensions["config"]
    keks = keyring().keks
    current, under = keks.provider.current(), keks.root_versions()
    click.echo(f"{PROVIDER_NAMES[config.key_provider]} ist lesbar; es gilt Fassung {current} des Hauptschlüssels.")
    for version in sorted(under):
        click.echo(f"  Unter Fassung {version} liegen {under[version]} Schlüssel von Stellen.")
    click.echo(f"  {_shares_handed_out(current)}")
    _tell_organisations(keks)
    if rotation.unfinished(keks) or not rotation.root_is_settled(keks):
        click.echo(
            "Eine Erneuerung ist nicht zu Ende: 'flask keys rotate' führt sie fort. Bis dahin öffnet sich alles."
        )


@keys.command("rotate")
@click.option("--root-only", is_flag=True, help="Nur eine neue Fassung des Hauptschlüssels; Stellen behalten ihre.")
@click.option("--organisation", metavar="KURZNAME", help="Nur den Schlüssel dieser Stelle.")
@in_sentences
def rotate_keys(root_only: bool, organisation: str | None) -> None:
    """Neue Schlüssel im laufenden Betrieb; eine unterbrochene Erneuerung wird zu Ende geführt."""
    config: Config = current_app.extensions["config"]
    keks = keyring().keks
    if organisation is not None:
        organisation_id = _id_of(organisation)
        moved = keyring().rotate_organisation(organisation_id)
        version = keks.newest(organisation_id)
        note_key_event("rotate", version=version, organisation_id=organisation_id)
        click.echo(f"{organisation}: {moved} Schlüssel liegen jetzt unter Fassung {version}; ältere sind vernichtet.")
        return
    turn = rotation.rotate_root(keks) if root_only else rotation.rotate_all(keks)
    note_key_event("rotate", version=turn.root_version)
    if turn.resumed and config.key_provider is not ProviderKind.ENVIRONMENT:
        click.echo("Eine unterbrochene Erneuerung wurde zu Ende geführt; für eine neue bitte noch einmal aufrufen.")
    click.echo(f"Es gilt Fassung {turn.root_version} des Hauptschlüssels.")
    if not root_only:
        moved = sum(turn.moved.values())
        click.echo(f"{len(turn.moved)} Stellen haben neue Schlüssel, {moved} Fallschlüssel liegen darunter.")
    click.echo(f"  {_shares_handed_out(turn.root_version)}")
    click.echo("Neu gestartet werden muss nichts. Nicht mehr gebrauchte Fassungen vernichtet 'flask keys destroy'.")


@keys.command("destroy")
@click.argument("version", type=click.IntRange(1))
@click.option("--yes", is_flag=True, help="Nicht nachfragen.")
@in_sentences
def destroy_key(version: int, yes: bool) -> None:
    """Eine Fassung des Hauptschlüssels, unter der nichts mehr liegt, für immer vernichten."""
    keks = keyring().keks
    used = sum(count for each, count in keks.root_versions().items() if each <= version)
    if used:
        raise click.ClickException(
            f"Unter Fassung {version} oder einer älteren liegen noch {used} Schlüssel; zuerst 'flask keys rotate'."
        )
    if not yes:
        click.echo(f"Sicherungen der Schlüssel, die noch Fassung {version} brauchen, öffnet danach niemand mehr.")
        click.confirm("Wirklich vernichten?", abort=True)
    keks.provider.destroy(version)
    note_key_event("destroy", version=version)
    click.echo(f"Fassung {version} ist vernichtet. Kopien und Anteile davon bitte ebenfalls vernichten.")


def _tell_organisations(keks: OrganisationKeys) -> None:
    names, wraps = _short_names(), keks.wraps()
    click.echo(f"{'Stelle':<24} {'Fassungen':<12} {'Schlüssel':>10} {'noch darunter':>14} {'Generationen':>13}")
    for organisation_id, versions in sorted(keks.versions().items(), key=lambda pair: names.get(pair[0], "~")):
        name = names.get(organisation_id, f"({str(organisation_id)[:8]})")
        listed = ", ".join(str(version) for version in versions)
        count = wraps.get(organisation_id)
        total, below, generation = (count.total, count.below, count.generation) if count else (0, 0, 0)
        click.echo(f"{name[:24]:<24} {listed:<12} {total:>10} {below:>14} {generation:>13}")


def _short_names() -> dict[UUID, str]:
    return {INSTALLATION: "(Einrichtung)"} | {each.id: each.short_name for each in queries.organisations()}


def _id_of(short_name: str) -> UUID:
    found = [each.id for each in queries.organisations() if each.short_name.casefold() == short_name.casefold()]
    if len(found) != 1:
        raise click.ClickException("Eine Stelle mit diesem Kurznamen gibt es nicht; 'flask keys status' nennt alle.")
    return found[0]


def _shares_handed_out(current: int) -> str:
    """Which version the officers' shares are of, after the audit trail."""
    is_of_root = AuditEntry.details.startswith(f"root_key{SEPARATOR}", autoescape=True)
    entries = session().scalars(
        select(AuditEntry).where(AuditEntry.action == Action.KEY_EVENT, is_of_root).order_by(AuditEntry.seq.desc())
    )
    for entry in entries:
        told = msgspec.json.decode(entry.facts or "{}")
        if told.get("act") == "split":
            valid = "sie gelten" if told["version"] == current else "bitte neue ausgeben: 'flask keys split'"
            return (
                f"Anteile: {told['shares']}, davon {told['threshold']} nötig, von Fassung {told['version']}; {valid}."
            )
    return "Anteile: keine ausgegeben ('flask keys split')."
