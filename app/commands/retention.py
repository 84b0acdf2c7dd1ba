"""`flask retention …`: what falls due, renewing keys by hand, and bringing a restored backup into line."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.accounts.queries import organisations
from app.policies import OrganisationKind
from cases.retention import aftermath, queries, sweeping
from cases.retention.reapplying import reapply

retention = AppGroup("retention", help="Aufbewahrung und Löschung.")


@retention.command("reapply")
def reapply_erasures() -> None:
    """Nach dem Einspielen einer Sicherung: was seitdem gelöscht wurde, noch einmal löschen; die Suche neu aufbauen."""
    done = reapply()
    click.echo(f"{done.notes} Löschungen sind bei den Schlüsseln vermerkt.")
    click.echo(f"{done.erased} waren mit der Sicherung zurückgekommen und sind wieder gelöscht.")
    click.echo(f"{done.receipts} Nachweise fehlten und sind wieder da; die Suche ist neu aufgebaut.")
    if done.keys:
        click.echo(f"{done.keys} Schlüssel gelöschter Fälle waren mit einer älteren Schlüsselsicherung zurückgekommen.")


@retention.command("settle")
def settle_now() -> None:
    """Sofort statt in der Nacht: nach Löschungen die Schlüssel erneuern und leere Seiten überschreiben."""
    aftermath.finish_all()
    waiting = aftermath.waiting_organisations()
    for organisation_id in waiting:
        aftermath.settle(organisation_id)
    click.echo(f"{len(waiting)} Stellen haben neue Schlüssel." if waiting else "Es war nichts zu erneuern.")


@retention.command("sweep")
def sweep_now() -> None:
    """Technische Reste beenden, deren Frist abgelaufen ist: Nachrichten, Anmeldungen, Einladungen, Nachweise."""
    done = sweeping.sweep()
    click.echo(
        f"{done['messages']} Nachrichten, {done['sign_ins']} Anmeldungen, {done['invitations']} Einladungen, "
        f"{done['receipts']} Nachweise sind gelöscht."
    )


@retention.command("status")
def status() -> None:
    """Sagen, wie viele Fälle fällig sind, je Stelle und ohne Namen."""
    for house in organisations(OrganisationKind.KI):
        now, soon = queries.numbers_of(house.id)
        click.echo(f"{house.short_name}: {now} fällig, {soon} in den nächsten 90 Tagen.")
