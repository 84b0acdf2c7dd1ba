"""What the placement rules need to know about a child: no name, no nationality, no religion."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.labelled import Labelled
from cases.partial_dates import PartialDate


class Literacy(Labelled):
    """Whether a child reads and writes, and in which script."""

    NONE = "none", "nicht alphabetisiert"
    OTHER_SCRIPT = "other_script", "in anderer Schrift alphabetisiert"
    LATIN = "latin", "in lateinischer Schrift alphabetisiert"
    UNKNOWN = "unknown", "nicht bekannt"


class GermanLevel(StrEnum):
    """The level of German reached, by the Common European Framework."""

    NONE = "none"
    A1 = "a1"
    A2 = "a2"
    B1 = "b1"
    B2 = "b2"
    C1 = "c1"
    C2 = "c2"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """ "A1" to "C2", or German words for none and unknown."""
        return {"none": "keine Deutschkenntnisse", "unknown": "nicht bekannt"}.get(self.value, self.value.upper())

    @property
    def is_sufficient(self) -> bool:
        """Whether it reaches B1, the goal of the support (BASS 13-63 Nr. 3, 2.3)."""
        return self in (GermanLevel.B1, GermanLevel.B2, GermanLevel.C1, GermanLevel.C2)


def read_literacy(literate: str, latin_script: str) -> Literacy:
    """Join the two answers of the intake, each "yes", "no" or empty; Latin script implies literacy."""
    if latin_script == "yes":
        return Literacy.LATIN
    if literate == "no":
        return Literacy.NONE
    return Literacy.OTHER_SCRIPT if literate == "yes" and latin_script == "no" else Literacy.UNKNOWN


def read_german_level(text: str) -> GermanLevel:
    """Read "A1", "a2", "B1+" or "0"; of two levels ("A2/B1") the lower counts, anything else is unknown."""
    first = text.strip().lower().split("/")[0].rstrip("+")
    if first == "0":
        return GermanLevel.NONE
    return GermanLevel(first) if first in set(GermanLevel) else GermanLevel.UNKNOWN


@dataclass(frozen=True)
class ChildFacts:
    """The facts of one child; `arrived` is the move to NRW, `school_years` counts all countries."""

    birth: PartialDate
    arrived: PartialDate | None = None
    reported_on: date | None = None
    school_years: int | None = None
    literacy: Literacy = Literacy.UNKNOWN
    german: GermanLevel = GermanLevel.UNKNOWN
    is_asylum_seeker: bool = False
    municipality_assigned_on: date | None = None
    training_began_on: date | None = None
    training_ends_on: date | None = None
    upper_course_completed_on: date | None = None
