"""What people read when a rule refuses their input, by field and code of `Invalid`."""

from __future__ import annotations

from typing import Any

from app.errors import Invalid

SENTENCES = {
    ("reason", "required"): "Sie weichen vom Vorschlag ab. Bitte schreiben Sie, warum.",
    ("born", "required"): "Ohne Geburtsdatum können die Regeln nichts vorschlagen.",
    ("state", "final"): "Für dieses Kind wird kein Schulplatz mehr gesucht.",
    ("state", "unknown"): "Bitte wählen Sie einen der Gründe.",
    ("school", "closed"): "Diese Schule nimmt zurzeit niemanden auf.",
    ("school", "refused_before"): "Diese Schule hat das Kind schon abgelehnt.",
    ("guardians_agree", "required"): "Für eine Bekenntnisgrundschule müssen die Eltern zustimmen.",
    ("deviates_because", "required"): "Diese Schule passt nicht zur Empfehlung. Bitte schreiben Sie, warum sie es ist.",
    ("stage", "no_seat_due"): "Nach der Empfehlung ist kein Schulplatz zu suchen.",
    ("text", "required"): "Eine Ablehnung braucht den Text der Schule.",
    ("because", "required"): "Bitte schreiben Sie, warum.",
    ("starts_on", "too_far"): "Dieser Tag liegt mehr als ein Schuljahr voraus. Bitte prüfen Sie das Jahr.",
    ("consent", "withdrawn"): "Die Familie hat die Einwilligung zur Weitergabe an die Schulaufsicht widerrufen.",
    ("until", "past"): "Das Ende muss in der Zukunft liegen.",
}
BY_CODE = {
    "future": "Dieser Tag liegt in der Zukunft.",
    "before_previous": "Dieser Tag liegt vor dem Schritt davor.",
}


def show(form: Any, error: Invalid) -> None:
    """Put the sentence of a refused input at its field, or above the form where there is none."""
    sentence = SENTENCES.get((error.field, error.code)) or BY_CODE[error.code]
    if error.field in form:
        form[error.field].errors = [sentence]
    else:
        form.form_errors.append(sentence)
