"""What a family may need of KIM, and which desk fits it: plain rules that propose and never decide (Art. 22 GDPR)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.web import languages

NEEDS_POINTS, DISTRICT_POINTS, LANGUAGE_POINTS, LOAD_POINTS = 50, 20, 20, 10


class Need(StrEnum):
    """The problem areas that KIM's checklist ticks."""

    RESIDENCE = "residence"
    HOUSING = "housing"
    LIVELIHOOD = "livelihood"
    HEALTH = "health"
    SCHOOL = "school"
    LANGUAGE = "language"
    WORK = "work"
    FAMILY = "family"
    DEBT = "debt"
    DISCRIMINATION = "discrimination"

    @property
    def label(self) -> str:
        """The German words for pages."""
        return _NEEDS[self]


class Urgency(StrEnum):
    """How soon the other side should answer."""

    NORMAL = "normal"
    SOON = "soon"
    URGENT = "urgent"

    @property
    def label(self) -> str:
        """The German words for pages."""
        return {"normal": "normal", "soon": "in den nächsten Tagen", "urgent": "dringend"}[self.value]


_NEEDS = {
    Need.RESIDENCE: "Aufenthalt",
    Need.HOUSING: "Wohnen",
    Need.LIVELIHOOD: "Lebensunterhalt",
    Need.HEALTH: "Gesundheit",
    Need.SCHOOL: "Schule und Kita",
    Need.LANGUAGE: "Sprache",
    Need.WORK: "Arbeit und Ausbildung",
    Need.FAMILY: "Familie, Schutz vor Gewalt",
    Need.DEBT: "Schulden",
    Need.DISCRIMINATION: "Diskriminierung",
}

CRITERIA = (
    "Es gibt mindestens drei Problemlagen.",
    "Mindestens zwei Behörden sind beteiligt, und es geht nicht voran.",
    "Niemand anderes macht bereits Fallmanagement für die Familie.",
    "Die Familie möchte begleitet werden und hat eingewilligt.",
)
"""When a handover makes sense, as guidance on the form; nothing of it is enforced."""


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """What routing knows of a desk; no districts means the whole town, no needs means all of them."""

    desk_id: UUID
    organisation_id: UUID
    name: str
    needs: frozenset[str]
    districts: frozenset[int]
    languages: frozenset[str]
    capacity: int
    load: int
    is_active: bool = True

    @property
    def is_full(self) -> bool:
        """Whether it carries as many cases as it can."""
        return self.load >= self.capacity


@dataclass(frozen=True, slots=True)
class RoutingRequest:
    """What a family needs; `recipients` are the bodies it consented to (None: any), `district` 0 is not known."""

    needs: frozenset[str]
    district: int
    language: str
    declined: frozenset[UUID] = frozenset()
    handing_on: UUID | None = None
    recipients: frozenset[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A desk with its points (0 to 100) and the sentences behind them."""

    desk: DeskFacts
    points: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Routing:
    """The desk to offer to (None: none fits), all that fit from best to last, and why."""

    desk_id: UUID | None
    ranking: tuple[Ranked, ...]
    reasons: tuple[str, ...]


def route(request: RoutingRequest, desks: Sequence[DeskFacts]) -> Routing:
    """Rank the desks that may and can take the family; equal points go to the lesser load, then by name and id."""
    excluded = [(desk, why) for desk in desks for why in [_exclusion(request, desk)] if why]
    left = [desk for desk in desks if not _exclusion(request, desk)]
    ranking = sorted(
        (_ranked(request, desk) for desk in left),
        key=lambda one: (-one.points, one.desk.load, one.desk.name.casefold(), one.desk.desk_id),
    )
    ruled_out = tuple(f"{desk.name}: {why}" for desk, why in sorted(excluded, key=lambda pair: pair[0].name))
    if not ranking:
        return Routing(None, (), ("Keine Stelle passt.", *ruled_out))
    best = ranking[0]
    return Routing(best.desk.desk_id, tuple(ranking), (*best.reasons, *ruled_out))


def named_in(text: str, names: Iterable[str]) -> bool:
    """Whether a text names one of these people: a word of three letters or more that is a whole word of a name."""
    words = set(_words(text))
    return any(len(word) >= 3 and word in words for name in names for word in _words(name))


def need_labels(values: Iterable[str]) -> list[str]:
    """The German words of needs in the order of the form; what is not known any more is left out."""
    kept = set(values)
    return [need.label for need in Need if need.value in kept]


def _exclusion(request: RoutingRequest, desk: DeskFacts) -> str:
    """Why a desk cannot be proposed; "" when it can."""
    if not desk.is_active:
        return "nimmt zurzeit keine Fälle an."
    if request.recipients is not None and desk.organisation_id not in request.recipients:
        return "die Einwilligung nennt diese Stelle nicht."
    if desk.desk_id == request.handing_on:
        return "gibt den Fall selbst weiter."
    if desk.desk_id in request.declined:
        return "hat in dieser Übergabe schon abgelehnt."
    if desk.is_full:
        return f"ausgelastet ({desk.load} von {desk.capacity} Fällen)."
    if request.needs and desk.needs and not request.needs & desk.needs:
        return "bearbeitet keinen der angekreuzten Bedarfe."
    return ""


def _ranked(request: RoutingRequest, desk: DeskFacts) -> Ranked:
    parts = (_needs(request, desk), _district(request, desk), _language(request, desk), _load(desk))
    return Ranked(desk, sum(points for points, _ in parts), tuple(reason for _, reason in parts if reason))


def _needs(request: RoutingRequest, desk: DeskFacts) -> tuple[int, str]:
    if not desk.needs:
        return NEEDS_POINTS // 2, "Nimmt alle Bedarfe an."
    if not request.needs:
        return 0, ""
    covered = request.needs & desk.needs
    words = ", ".join(need_labels(covered))
    return (
        NEEDS_POINTS * len(covered) // len(request.needs),
        f"Deckt {len(covered)} von {len(request.needs)} Bedarfen: {words}.",
    )


def _district(request: RoutingRequest, desk: DeskFacts) -> tuple[int, str]:
    if not desk.districts:
        return DISTRICT_POINTS // 2, "Zuständig für die ganze Stadt."
    if request.district in desk.districts:
        return DISTRICT_POINTS, f"Zuständig für Stadtbezirk {request.district}."
    if not request.district:
        return 0, "Der Stadtbezirk der Familie ist nicht bekannt."
    return 0, f"Stadtbezirk {request.district} gehört sonst nicht zu dieser Stelle."


def _language(request: RoutingRequest, desk: DeskFacts) -> tuple[int, str]:
    if request.language in ("", "de"):
        return LANGUAGE_POINTS // 2, ""
    name = language_name(request.language)
    if request.language in desk.languages:
        return LANGUAGE_POINTS, f"Dort wird {name} gesprochen."
    return 0, f"Für {name} braucht es dort Sprachmittlung."


def _load(desk: DeskFacts) -> tuple[int, str]:
    free = max(desk.capacity - desk.load, 0)
    return LOAD_POINTS * free // max(desk.capacity, 1), f"Auslastung: {desk.load} von {desk.capacity} Fällen."


def language_name(code: str) -> str:
    """The German name of a language, its code when it is none of ours."""
    try:
        return languages.language(code).german_name
    except KeyError:
        return code


def _words(text: str) -> list[str]:
    return "".join(sign if sign.isalpha() else " " for sign in text.casefold()).split()
