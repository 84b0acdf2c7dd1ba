"""Our sentences in place of those that WTForms and Flask-WTF bring: they say what to do, and translate."""

from __future__ import annotations

from flask_babel import LazyString, lazy_gettext

REQUIRED = lazy_gettext("Bitte füllen Sie dieses Feld aus.")
CHOOSE = lazy_gettext("Bitte wählen Sie eine der Möglichkeiten aus.")
TICK = lazy_gettext("Bitte setzen Sie hier ein Häkchen, wenn Sie zustimmen.")
_WHOLE_NUMBER = lazy_gettext("Bitte schreiben Sie eine ganze Zahl, zum Beispiel 12.")
_NUMBER = lazy_gettext("Bitte schreiben Sie eine Zahl, zum Beispiel 12,5.")
_TOO_OLD_PAGE = lazy_gettext("Die Seite war zu lange offen. Bitte senden Sie Ihre Eingaben noch einmal ab.")
_UNREADABLE = lazy_gettext("Diese Eingabe verstehen wir nicht. Bitte prüfen Sie sie.")

# WTForms' own text -> our sentence. A test reads WTForms' sources and demands every text here.
SENTENCES: dict[str, LazyString] = {
    "This field is required.": REQUIRED,
    "Invalid input.": _UNREADABLE,
    "Invalid field name '%s'.": _UNREADABLE,
    "Field must be equal to %(other_name)s.": lazy_gettext("Die beiden Eingaben stimmen nicht überein."),
    "Field must be at least %(min)d character long.": lazy_gettext("Bitte schreiben Sie mindestens %(min)d Zeichen."),
    "Field cannot be longer than %(max)d character.": lazy_gettext("Bitte schreiben Sie höchstens %(max)d Zeichen."),
    "Field must be exactly %(max)d character long.": lazy_gettext("Bitte schreiben Sie genau %(max)d Zeichen."),
    "Field must be between %(min)d and %(max)d characters long.": lazy_gettext(
        "Bitte schreiben Sie %(min)d bis %(max)d Zeichen."
    ),
    "Number must be at least %(min)s.": lazy_gettext("Bitte schreiben Sie eine Zahl ab %(min)s."),
    "Number must be at most %(max)s.": lazy_gettext("Bitte schreiben Sie eine Zahl bis %(max)s."),
    "Number must be between %(min)s and %(max)s.": lazy_gettext(
        "Bitte schreiben Sie eine Zahl von %(min)s bis %(max)s."
    ),
    "Date must be at least %(min)s.": lazy_gettext("Dieses Datum ist zu früh. Möglich ist es ab %(min)s."),
    "Date must be at most %(max)s.": lazy_gettext("Dieses Datum ist zu spät. Möglich ist es bis %(max)s."),
    "Date must be between %(min)s and %(max)s.": lazy_gettext("Bitte schreiben Sie ein Datum von %(min)s bis %(max)s."),
    "Invalid email address.": lazy_gettext(
        "Diese E-Mail-Adresse ist nicht vollständig. Sie sieht so aus: name@beispiel.de."
    ),
    "Invalid IP address.": _UNREADABLE,
    "Invalid Mac address.": _UNREADABLE,
    "Invalid URL.": lazy_gettext("Diese Internetadresse ist nicht vollständig. Sie beginnt mit https://."),
    "Invalid UUID.": _UNREADABLE,
    "Invalid value, must be one of: %(values)s.": CHOOSE,
    "Invalid value, can't be any of: %(values)s.": CHOOSE,
    "This field cannot be edited.": lazy_gettext("Dieses Feld lässt sich nicht ändern."),
    "This field is disabled and cannot have a value.": lazy_gettext("Dieses Feld lässt sich nicht ändern."),
    "Invalid Choice: could not coerce.": CHOOSE,
    "Choices cannot be None.": CHOOSE,
    "Not a valid choice.": CHOOSE,
    "Invalid choice(s): one or more data inputs could not be coerced.": CHOOSE,
    "'%(value)s' is not a valid choice for this field.": CHOOSE,
    "Not a valid datetime value.": lazy_gettext("Bitte schreiben Sie Datum und Uhrzeit so: 24.11.2026 09:30."),
    "Not a valid date value.": lazy_gettext("Bitte schreiben Sie das Datum so: 24.11.2026."),
    "Not a valid time value.": lazy_gettext("Bitte schreiben Sie die Uhrzeit so: 09:30."),
    "Not a valid week value.": _UNREADABLE,
    "Not a valid integer value.": _WHOLE_NUMBER,
    "Not a valid decimal value.": _NUMBER,
    "Not a valid float value.": _NUMBER,
    "Invalid CSRF Token.": _TOO_OLD_PAGE,
    "CSRF token missing.": _TOO_OLD_PAGE,
    "CSRF failed.": _TOO_OLD_PAGE,
    "CSRF token expired.": _TOO_OLD_PAGE,
    "File does not have an approved extension.": lazy_gettext("Diese Art von Datei nehmen wir nicht an."),
    "File does not have an approved extension: {extensions}": lazy_gettext(
        "Diese Art von Datei nehmen wir nicht an. Möglich sind: {extensions}."
    ),
}
_FILE_SIZE = lazy_gettext("Diese Datei ist leer oder zu groß. Bitte wählen Sie eine andere.")


class OwnTexts:
    """The translations object that WTForms asks; a text without a sentence of ours stays as it is."""

    def gettext(self, string: str) -> str:
        """Answer our sentence in the page's language."""
        # Flask-WTF puts the sizes into the text before it asks.
        sentence = _FILE_SIZE if string.startswith("File must be between ") else SENTENCES.get(string)
        return string if sentence is None else str(sentence)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Answer our sentence; ours read the same for one and for many."""
        return self.gettext(singular) if singular in SENTENCES else (singular if n == 1 else plural)
