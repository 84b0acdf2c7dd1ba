"""What the select fields of the intake form offer: (stored value, German words), "" first where nothing is known."""

from __future__ import annotations

from functools import cache

from babel import Locale

from app.web import languages
from cases.kinds import GuardianKind

Choices = list[tuple[str, str]]
UNKNOWN = ("", "keine Angabe")

YES_NO: Choices = [UNKNOWN, ("yes", "ja"), ("no", "nein")]
GENDERS: Choices = [UNKNOWN, ("f", "weiblich"), ("m", "männlich"), ("d", "divers")]
CHANNELS: Choices = [UNKNOWN, ("phone", "Anruf"), ("sms", "SMS"), ("email", "E-Mail"), ("letter", "Brief")]
ARRIVAL_REASONS: Choices = [
    UNKNOWN,
    ("flight", "Flucht"),
    ("work", "Arbeit"),
    ("family", "Familiennachzug"),
    ("education", "Ausbildung oder Studium"),
    ("other", "anderer Grund"),
]
SCRIPTS: Choices = [
    UNKNOWN,
    ("latin", "lateinisch"),
    ("cyrillic", "kyrillisch"),
    ("arabic", "arabisch"),
    ("greek", "griechisch"),
    ("ethiopic", "äthiopisch (Geʽez)"),
    ("devanagari", "Devanagari"),
    ("chinese", "chinesisch"),
    ("japanese", "japanisch"),
    ("other", "andere"),
]
GERMAN_LEVELS: Choices = [
    UNKNOWN,
    ("0", "keine Deutschkenntnisse"),
    ("A1", "A1"),
    ("A1+", "A1+"),
    ("A2", "A2"),
    ("A2/B1", "A2/B1"),
    ("B1", "B1"),
    ("B2", "B2"),
    ("C1", "C1"),
    ("C2", "C2"),
]
LEVELS_OF_KNOWLEDGE: Choices = [
    UNKNOWN,
    ("below", "unter dem Stand des Jahrgangs"),
    ("at", "auf dem Stand des Jahrgangs"),
    ("above", "über dem Stand des Jahrgangs"),
]
DEGREES: Choices = [
    UNKNOWN,
    ("none", "kein Abschluss"),
    ("primary", "Grundbildung abgeschlossen"),
    ("lower_secondary", "vergleichbar Hauptschul- oder Mittlerer Abschluss"),
    ("upper_secondary", "vergleichbar Fachhochschulreife oder Abitur"),
]
SCHOOL_TYPES: Choices = [
    ("02", "Grundschule"),
    ("04", "Hauptschule"),
    ("10", "Realschule"),
    ("14", "Sekundarschule"),
    ("15", "Gesamtschule"),
    ("20", "Gymnasium"),
    ("30", "Berufskolleg"),
    ("08", "Förderschule"),
]
MEASLES: Choices = [
    UNKNOWN,
    ("vaccinated", "zwei Impfungen nachgewiesen"),
    ("immune", "Immunität ärztlich bestätigt"),
    ("exempt", "Impfung medizinisch nicht möglich"),
    ("missing", "Nachweis fehlt"),
]
EXAMINATIONS: Choices = [
    UNKNOWN,
    ("requested", "beantragt"),
    ("scheduled", "Termin steht fest"),
    ("done", "erledigt"),
]
SPECIAL_NEEDS: Choices = [
    UNKNOWN,
    ("none", "kein Förderbedarf bekannt"),
    ("LE", "Lernen"),
    ("SQ", "Sprache"),
    ("EZ", "emotionale und soziale Entwicklung"),
    ("GG", "geistige Entwicklung"),
    ("KM", "körperliche und motorische Entwicklung"),
    ("HK", "Hören und Kommunikation"),
    ("SE", "Sehen"),
    ("suspected", "Vermutung, noch nicht festgestellt"),
]
BENEFITS: Choices = [
    ("sgb2", "Bürgergeld (SGB II)"),
    ("sgb12", "Sozialhilfe (SGB XII)"),
    ("asylblg", "Asylbewerberleistungen"),
    ("wohngeld", "Wohngeld"),
    ("kiz", "Kinderzuschlag"),
]
RESIDENCE: Choices = [
    UNKNOWN,
    ("eu", "EU-Freizügigkeit"),
    ("permit", "Aufenthaltserlaubnis oder Niederlassungserlaubnis"),
    ("protection_24", "vorübergehender Schutz (§ 24 AufenthG)"),
    ("asylum_seeker", "Aufenthaltsgestattung (Asylverfahren)"),
    ("tolerated", "Duldung"),
    ("unclear", "ungeklärt"),
]
RESIDENCE_PURPOSES: Choices = [
    UNKNOWN,
    ("compulsory_schooling", "Beginn der Schulpflicht im Asylverfahren (§ 34 Abs. 6 SchulG NRW)"),
    ("programme", "Bedingung eines Angebots prüfen, das die Familie wünscht"),
]
CUSTODY: Choices = [
    UNKNOWN,
    ("seen", "Nachweis gesehen"),
    ("requested", "Nachweis angefordert"),
    ("not_needed", "nicht nötig"),
]
GUARDIAN_KINDS: Choices = [(kind.value, kind.label) for kind in GuardianKind]


def language_choices(nothing: str = "bitte wählen") -> Choices:
    """Languages by their German name, with `nothing` for none."""
    return [("", nothing), *languages.choices()]


@cache
def country_choices() -> tuple[tuple[str, str], ...]:
    """Countries by their German name (ISO 3166 alpha-2), Kosovo among them."""
    territories = Locale("de").territories
    countries = [(code, name) for code, name in territories.items() if len(code) == 2 and code not in _NO_COUNTRIES]
    return (UNKNOWN, *sorted(countries, key=lambda pair: _sortable(pair[1])))


def label_of(choices: Choices | tuple[tuple[str, str], ...], value: str) -> str:
    """The German words of a stored value, the value itself when it is not offered any more."""
    return dict(choices).get(value, value)


_NO_COUNTRIES = frozenset(
    {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "AQ", "BV", "CP", "CQ", "DG", "EA", "HM", "IC", "TA"}
)


def _sortable(name: str) -> str:
    return name.casefold().translate(str.maketrans("äöüåéç", "aouaec")).replace("ß", "ss")
