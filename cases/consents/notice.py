"""The notice families get before they agree (Art. 13 GDPR): short, honest, in their language and in German."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import LazyString, force_locale, lazy_gettext


@dataclass(frozen=True, slots=True)
class Block:
    """One part of the notice in two languages; heading and text of the same thing."""

    heading: str
    text: str
    german_heading: str
    german_text: str


_PARTS: tuple[tuple[LazyString, LazyString], ...] = (
    (
        lazy_gettext("Wer fragt Sie nach Ihren Daten?"),
        lazy_gettext("%(house)s. Wir helfen Ihrem Kind, einen Platz in einer Schule zu finden.", house="{house}"),
    ),
    (
        lazy_gettext("Was schreiben wir auf?"),
        lazy_gettext(
            "Namen, Geburtstag, Adresse, Telefon, Sprachen und die Schulzeit Ihres Kindes. Dazu, was Sie uns im "
            "Gespräch erzählen. Zur Gesundheit nur, was die Schule wissen muss."
        ),
    ),
    (
        lazy_gettext("Wozu?"),
        lazy_gettext(
            "Für die Beratung und für den Schulplatz. Das ist unsere Aufgabe nach dem Schulgesetz (§§ 34 und 46 "
            "SchulG NRW). Alles andere tun wir nur, wenn Sie zustimmen."
        ),
    ),
    (
        lazy_gettext("Wer bekommt die Daten?"),
        lazy_gettext(
            "Das Schulamt oder die Bezirksregierung und die Schule. Andere Stellen nur, wenn Sie vorher Ja sagen. "
            "Wir nennen Ihnen die Stelle."
        ),
    ),
    (
        lazy_gettext("Wie lange?"),
        lazy_gettext("Bis wir sie nicht mehr brauchen. Danach löschen wir sie nach festen Fristen."),
    ),
    (
        lazy_gettext("Was können Sie tun?"),
        lazy_gettext(
            "Sie dürfen Nein sagen. Sie dürfen später Nein sagen: Dann hören wir damit auf. Was vorher war, bleibt "
            "erlaubt. Die Beratung bekommen Sie trotzdem."
        ),
    ),
    (
        lazy_gettext("Ihre Rechte"),
        lazy_gettext(
            "Sie dürfen fragen, was über Sie gespeichert ist. Sie dürfen Falsches ändern und Daten löschen lassen. "
            "Sie dürfen sich beschweren: bei unserer Datenschutz-Stelle oder bei der Landesbeauftragten für "
            "Datenschutz in Düsseldorf."
        ),
    ),
)


def blocks(language_code: str, *, house: str) -> list[Block]:
    """Every part of the notice in the language `code` and in German; `house` is the name of the KI."""
    return [Block(*own, *german) for own, german in zip(_in(language_code, house), _in("de", house), strict=True)]


def _in(language_code: str, house: str) -> Iterator[tuple[str, str]]:
    with force_locale(language_code):
        texts = [(str(heading), str(text).replace("{house}", house)) for heading, text in _PARTS]
    return iter(texts)
