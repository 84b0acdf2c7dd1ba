"""School forms of NRW with their official two-character codes, German names and the stages they teach."""

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Stage(StrEnum):
    """The school stage (Schulstufe); NONE where no place at a school is due."""

    PRIMARY = "primary"
    LOWER_SECONDARY = "lower_secondary"
    UPPER_SECONDARY = "upper_secondary"
    NONE = "none"

    @property
    def label(self) -> str:
        """The German word for pages."""
        return _STAGE_LABELS[self]


_STAGE_LABELS = {
    Stage.PRIMARY: "Primarstufe",
    Stage.LOWER_SECONDARY: "Sekundarstufe I",
    Stage.UPPER_SECONDARY: "Sekundarstufe II",
    Stage.NONE: "kein Schulplatz",
}


class SchoolType(StrEnum):
    """The codes of the official key table (Schulformschluessel)."""

    GRUNDSCHULE = "02"
    HAUPTSCHULE = "04"
    VOLKSSCHULE = "06"
    FOERDERSCHULE = "08"
    REALSCHULE = "10"
    PRIMUSSCHULE = "13"
    SEKUNDARSCHULE = "14"
    GESAMTSCHULE = "15"
    GEMEINSCHAFTSSCHULE = "16"
    WALDORFSCHULE = "17"
    HIBERNIASCHULE = "18"
    WALDORF_FOERDERSCHULE = "19"
    GYMNASIUM = "20"
    WEITERBILDUNGSKOLLEG = "25"
    BERUFSKOLLEG = "30"
    SCHULISCHER_LERNORT = "81"
    KLINIKSCHULE = "83"
    FOERDERSCHULE_REALSCHULE = "85"
    FOERDERSCHULE_GYMNASIUM = "87"
    FOERDERSCHULE_BERUFSKOLLEG = "88"
    SCHULAUFSICHT = "0A"

    @property
    def label(self) -> str:
        """The German name, for example "Gesamtschule"."""
        return _details()[self].name

    @property
    def short(self) -> str:
        """The usual abbreviation, for example "GE"."""
        return _details()[self].short

    @property
    def stages(self) -> frozenset[Stage]:
        """The stages taught there; none for offices and places of learning without own pupils."""
        return _details()[self].stages

    @property
    def needs_special_procedure(self) -> bool:
        """Whether only the procedure on special needs (AO-SF) or a stay in hospital leads there."""
        return self in _SPECIAL


_SPECIAL = frozenset(
    {
        SchoolType.FOERDERSCHULE,
        SchoolType.WALDORF_FOERDERSCHULE,
        SchoolType.KLINIKSCHULE,
        SchoolType.FOERDERSCHULE_REALSCHULE,
        SchoolType.FOERDERSCHULE_GYMNASIUM,
        SchoolType.FOERDERSCHULE_BERUFSKOLLEG,
    }
)


@dataclass(frozen=True)
class _Details:
    short: str
    name: str
    stages: frozenset[Stage]


@cache
def _details() -> dict[SchoolType, _Details]:
    text = files("cases.placement").joinpath("data/schulformen.json").read_text(encoding="utf-8")
    return {
        SchoolType(code): _Details(row["short"], row["name"], frozenset(Stage(s) for s in row["stages"]))
        for code, row in json.loads(text).items()
    }


@cache
def district_of_quarter() -> dict[str, int]:
    """The number of the Düsseldorf Stadtbezirk (1 to 10) by the name of the Stadtteil."""
    text = files("cases").joinpath("data/stadtbezirke.json").read_text(encoding="utf-8")
    return {
        quarter: district["number"] for district in json.loads(text)["districts"] for quarter in district["quarters"]
    }
