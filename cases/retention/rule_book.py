"""How long what is kept: dated rules with their source; what has no norm is a proposal the officer confirms.

No norm fixes how long a KI keeps a counselling file; § 10 DSG NRW ends it when it is no longer needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

PROPOSAL = "Vorschlag, vom Datenschutz zu bestätigen (kein Norm-Termin; § 10 DSG NRW: nicht mehr erforderlich)"


class RuleKey(StrEnum):
    """The name under which decisions, receipts and jobs refer to a rule."""

    CONSENT_WITHDRAWN = "consent_withdrawn"
    LEAD_WITHOUT_CONSENT = "lead_without_consent"
    PLACED_CHILD = "placed_child"
    KIM_CASE = "kim_case"
    CLOSED_WITHOUT_SEAT = "closed_without_seat"
    IDLE_CASE = "idle_case"
    EXTENSION = "extension"
    ARCHIVE_ANSWER = "archive_answer"
    MESSAGE = "message"
    SIGN_IN = "sign_in"
    INVITATION = "invitation"
    ATTACHMENT = "attachment"
    RECEIPT = "receipt"
    AUDIT = "audit"


class Ending(StrEnum):
    """Who ends the keeping."""

    DECISION = "decision"
    SWEEP = "sweep"
    WITH_CASE = "with_case"
    NOT_ERASED = "not_erased"

    @property
    def label(self) -> str:
        """The German words for the page of rules."""
        return {
            "decision": "Entscheidung der Leitung",
            "sweep": "selbsttätig",
            "with_case": "mit dem Fall",
            "not_erased": "Frist für eine Entscheidung, löscht nichts",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule while it holds: so many months and days, counted from an event named in German."""

    key: RuleKey
    title: str
    counted_from: str
    months: int
    days: int
    ending: Ending
    source: str
    valid_from: date
    valid_until: date | None = None

    @property
    def length(self) -> str:
        """The period in German words."""
        if self.months and self.months % 12 == 0:
            return "1 Jahr" if self.months == 12 else f"{self.months // 12} Jahre"
        if self.months:
            return "1 Monat" if self.months == 1 else f"{self.months} Monate"
        return f"{self.days} Tage" if self.days else "keine eigene"

    def holds(self, on: date) -> bool:
        """Whether the rule is in force on a day; `valid_until` is its last."""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)


BEGIN = date(2026, 1, 1)


def _rule(
    key: RuleKey, title: str, counted_from: str, *, months: int = 0, days: int = 0, ending: Ending, source: str
) -> Rule:
    return Rule(key, title, counted_from, months, days, ending, source, BEGIN)


_D, _S, _W, _N = Ending.DECISION, Ending.SWEEP, Ending.WITH_CASE, Ending.NOT_ERASED

RULES: tuple[Rule, ...] = (
    _rule(
        RuleKey.CONSENT_WITHDRAWN,
        "Einwilligung zur Erhebung widerrufen, keine andere Grundlage",
        "dem Widerruf",
        months=1,
        ending=_D,
        source="Art. 17 Abs. 1 lit. b, Art. 12 Abs. 3 DSGVO: unverzüglich, spätestens binnen eines Monats",
    ),
    _rule(
        RuleKey.LEAD_WITHOUT_CONSENT,
        "Meldung ohne Einwilligung",
        "der Meldung",
        months=6,
        ending=_D,
        source=PROPOSAL,
    ),
    _rule(
        RuleKey.PLACED_CHILD,
        "Alle Kinder haben einen Schulplatz",
        "dem Beginn der Erstförderung des letzten Kindes (24 Monate Erstförderung und 1 Jahr)",
        months=36,
        ending=_D,
        source=PROPOSAL + "; 24 Monate: Runderlass Erstförderung, BASS 13-63 Nr. 3",
    ),
    _rule(
        RuleKey.KIM_CASE,
        "Fall war bei KIM",
        "dem Abschluss",
        months=36,
        ending=_D,
        source=PROPOSAL,
    ),
    _rule(
        RuleKey.CLOSED_WITHOUT_SEAT,
        "Abgeschlossen ohne Schulplatz (verzogen, nicht erreichbar, nicht zuständig)",
        "dem Abschluss",
        months=12,
        ending=_D,
        source=PROPOSAL,
    ),
    _rule(
        RuleKey.IDLE_CASE,
        "Offener Fall, in dem nichts mehr geschieht",
        "der letzten Änderung",
        months=24,
        ending=_D,
        source=PROPOSAL,
    ),
    _rule(
        RuleKey.EXTENSION,
        "Verlängerung, einmal, mit Grund",
        "dem Tag der Entscheidung",
        months=12,
        ending=_N,
        source=PROPOSAL,
    ),
    _rule(
        RuleKey.ARCHIVE_ANSWER,
        "Antwort des Archivs auf ein Angebot",
        "dem Angebot",
        months=6,
        ending=_N,
        source="Angebot: ArchivG NRW § 4, VO-DV I § 9 Abs. 3; Frist: Vorschlag, mit dem Archiv zu vereinbaren",
    ),
    _rule(
        RuleKey.ATTACHMENT,
        "Datei zu einer Unterlage",
        "dem Hochladen; einzeln auf Entscheidung",
        ending=_W,
        source="VO-DV I § 9; Art. 5 Abs. 1 lit. e DSGVO",
    ),
    _rule(
        RuleKey.MESSAGE,
        "Nachricht, die gesendet wurde oder nicht mehr nötig ist",
        "dem Tag, für den sie geplant war",
        days=180,
        ending=_S,
        source=PROPOSAL,
    ),
    _rule(
        RuleKey.SIGN_IN,
        "Beendete oder ungenutzte Anmeldung",
        "dem Ende oder dem letzten Seitenaufruf",
        days=30,
        ending=_S,
        source=PROPOSAL,
    ),
    _rule(
        RuleKey.INVITATION,
        "Abgelaufene Einladung zur Terminbuchung",
        "dem Ablauf oder der Rücknahme",
        days=30,
        ending=_S,
        source=PROPOSAL,
    ),
    _rule(
        RuleKey.RECEIPT,
        "Nachweis einer Löschung (ohne Angaben zu Personen)",
        "der Löschung",
        months=36,
        ending=_S,
        source=PROPOSAL + "; § 31 OWiG: Verjährung nach 3 Jahren",
    ),
    _rule(
        RuleKey.AUDIT,
        "Protokoll (nur Kennzahlen, keine Angaben zu Personen)",
        "dem Eintrag",
        months=24,
        ending=_S,
        source=PROPOSAL + "; gekürzt wird nur bis zu einem gesicherten Prüfpunkt",
    ),
)
