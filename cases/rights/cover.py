"""What stands on the first page of an extract, in the family's language and in German (Art. 12 (1), 15 (1) GDPR)."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import LazyString, force_locale, lazy_gettext

from app.web import languages

AUTHORITY = (
    "Landesbeauftragte für Datenschutz und Informationsfreiheit Nordrhein-Westfalen, "
    "Kavalleriestraße 2–4, 40213 Düsseldorf, poststelle@ldi.nrw.de"
)
"""Where families complain (Art. 15 (1) lit. f, Art. 77 GDPR); an address, so it is not translated."""

_TITLE = lazy_gettext("Auskunft über Ihre Daten")
_PARTS: tuple[tuple[LazyString, LazyString], ...] = (
    (
        lazy_gettext("Was ist das?"),
        lazy_gettext(
            "Sie haben gefragt, was wir über Sie und Ihre Kinder aufgeschrieben haben. Hier steht alles. Die nächsten "
            "Seiten sind auf Deutsch, so wie es bei uns steht. Wir erklären sie Ihnen gern, auch mit Übersetzung."
        ),
    ),
    (
        lazy_gettext("Was finden Sie hier?"),
        lazy_gettext(
            "Ihre Daten, wozu wir sie brauchen, woher wir sie haben, wie lange wir sie behalten, wer sie bekommen hat "
            "und wer sie angesehen hat."
        ),
    ),
    (
        lazy_gettext("Stimmt etwas nicht?"),
        lazy_gettext(
            "Sagen Sie es uns. Wir ändern, was falsch ist. Sie können auch bitten, dass wir Daten löschen, oder dass "
            "wir sie nur noch aufbewahren und nicht benutzen. Was Sie uns erlaubt haben, können Sie jeden Tag "
            "zurücknehmen."
        ),
    ),
    (
        lazy_gettext("Entscheidet ein Computer?"),
        lazy_gettext("Nein. Das Programm macht nur Vorschläge. Über den Schulplatz entscheiden immer Menschen."),
    ),
    (
        lazy_gettext("Wollen Sie sich beschweren?"),
        lazy_gettext("Fragen Sie nach unserer Datenschutz-Stelle, oder schreiben Sie an diese Behörde:"),
    ),
)


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page in one language."""

    language: str
    title: str
    parts: list[tuple[str, str]]

    @property
    def is_rtl(self) -> bool:
        """Whether this language is written from right to left."""
        return languages.direction(self.language) == "rtl"


def covers(letter_language: str) -> list[Cover]:
    """The first page in the language of the family's letters, where we have texts in it, and in German."""
    known = {language.code for language in languages.active_languages()}
    own = [letter_language] if letter_language in known and letter_language != "de" else []
    return [_cover(code) for code in (*own, "de")]


def _cover(code: str) -> Cover:
    with force_locale(code):
        return Cover(code, str(_TITLE), [(str(heading), str(text)) for heading, text in _PARTS])
