"""`flask search …`: making the sealed packs anew that search, list and duplicate check read."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.accounts.queries import organisations
from app.commands.sentences import in_sentences
from app.policies import OrganisationKind
from cases.shards import keeping

search = AppGroup("search", help="Die Suche.")


@search.command("rebuild")
@in_sentences
def rebuild() -> None:
    """Alle Suchpakete aus den versiegelten Akten neu bauen, unter neuen Schlüsseln; darf jederzeit laufen."""
    for place in organisations(OrganisationKind.KI):
        click.echo(f"{place.short_name}: {keeping.rebuild(place.id)} Fälle sind wieder auffindbar.")
