"""What people read when a step of a handover is refused."""

from __future__ import annotations

from app.errors import Invalid

MISSING_CONSENT = "Es fehlt eine gültige Einwilligung, die diese Stelle nennt."
OFFER_GONE = "Dieses Angebot ist schon beantwortet oder zurückgezogen. Hier steht, was noch offen ist."
CHANGED = "Die Übergabe hat sich inzwischen geändert. Hier steht der jetzige Stand."

_SENTENCES = {
    ("consent", "missing"): MISSING_CONSENT,
    ("case", "closed"): "Der Fall ist abgeschlossen. Zum Übergeben muss er wieder offen sein.",
    ("needs", "required"): "Bitte wählen Sie mindestens einen Bedarf aus.",
    ("reason", "required"): "Bitte nennen Sie den Grund.",
    ("reason", "names"): "Hier steht ein Name aus der Familie. Bitte beschreiben Sie den Anlass ohne Namen.",
    ("desk_id", "unknown"): "Diese Stelle nimmt zurzeit keine Fälle an. Bitte wählen Sie eine andere.",
    ("colleague_id", "unknown"): "Diese Person kann zurzeit keine Fälle übernehmen.",
    ("name", "required"): "Bitte geben Sie der Stelle einen Namen.",
    ("capacity", "range"): "Diese Zahl ist zu groß oder zu klein.",
}


def sentence_for(error: Invalid) -> str:
    """The German sentence of a refusal."""
    return _SENTENCES.get((error.field, error.code), "Das ist so nicht möglich. Bitte prüfen Sie Ihre Eingaben.")
