"""Which pages are photographed, and whom one has to be to see them."""

from __future__ import annotations

from dataclasses import dataclass

WIDTHS = (390, 1280)


@dataclass(frozen=True, slots=True)
class Shot:
    """One page; `{case}`, `{child}` and the like in its path are found by the photographer."""

    name: str
    path: str
    searched: str = ""
    press: str = ""


STAFF: dict[str, tuple[Shot, ...]] = {
    "": (Shot("sign-in", "/anmelden"),),
    "empfang": (
        Shot("home-reception", "/"),
        Shot("search", "/suche", searched="Kovalenko"),
        Shot("new-case", "/suche", searched="Hrytsenko", press="Neuen Fall anlegen"),
    ),
    "beratung": (
        Shot("home-advisor", "/"),
        Shot("list", "/faelle"),
        Shot("case", "/faelle/{counselled}"),
        Shot("case-longest", "/faelle/{longest}"),
        Shot("intake", "/faelle/{counselled}/erfassung"),
        Shot("intake-block", "/faelle/{counselled}/kinder/{child}/schule"),
        Shot("documents", "/faelle/{papers}/unterlagen"),
        Shot("documents-request", "/faelle/{papers}/unterlagen/anfordern"),
        Shot("consents", "/faelle/{counselled}/einwilligungen"),
        Shot("sessions", "/faelle/{counselled}/gespraeche"),
        Shot("session", "{session}"),
        Shot("day", "/termine"),
        Shot("week", "/termine/woche?wer=team"),
        Shot("seat", "/faelle/{counselled}/schulplatz"),
        Shot("seat-child", "/faelle/{counselled}/kinder/{child}/schulplatz"),
        Shot("seat-schools", "/faelle/{counselled}/kinder/{child}/schulen"),
        Shot("handover", "/faelle/{counselled}/uebergabe"),
        Shot("tasks", "/aufgaben"),
        Shot("trace", "/faelle/{counselled}/verlauf"),
        Shot("appointments", "/faelle/{papers}/termine"),
        Shot("letter", "{letter}"),
    ),
    "leitung": (
        Shot("home-lead", "/"),
        Shot("distribution-list", "/verteilliste"),
        Shot("schools", "/schulen"),
        Shot("resources", "/sprechzeiten"),
        Shot("messages", "/nachrichten"),
        Shot("case-management", "/faelle/{counselled}/verwaltung"),
    ),
    "kim": (
        Shot("home-kim", "/"),
        Shot("handover-inbox", "/uebergaben"),
        Shot("handover-preview", "{offer}"),
    ),
    "kim-leitung": (Shot("desks", "/stellen"),),
    "verwaltung": (
        Shot("admin-people", "/verwaltung/personen"),
        Shot("admin-new-person", "/verwaltung/personen/neu"),
        Shot("account", "/konto"),
    ),
    "datenschutz": (Shot("log", "/protokoll"),),
}

FAMILY_LANGUAGES = ("de", "ar", "uk")
