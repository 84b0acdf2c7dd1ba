"""Whether a primary or Hauptschule is a confessional school; this is a fact of the school, never of a child.

Legal source: §§ 26, 27 SchulG NRW. A child's religion is not asked and not stored anywhere.
"""

import re
from enum import StrEnum

from cases.placement.school_types import SchoolType


class Denomination(StrEnum):
    """The kind of a Grundschule or Hauptschule, from the second part of its official short name."""

    COMMUNITY = "community"
    CATHOLIC = "catholic"
    PROTESTANT = "protestant"
    JEWISH = "jewish"
    MENNONITE = "mennonite"
    WORLD_VIEW = "world_view"

    @property
    def label(self) -> str:
        """The German word for pages."""
        return _LABELS[self]

    @property
    def is_confessional(self) -> bool:
        """Whether others are admitted only if seats remain and the guardians agree."""
        return self is not Denomination.COMMUNITY


_LABELS = {
    Denomination.COMMUNITY: "Gemeinschaftsschule",
    Denomination.CATHOLIC: "katholische Bekenntnisschule",
    Denomination.PROTESTANT: "evangelische Bekenntnisschule",
    Denomination.JEWISH: "jüdische Bekenntnisschule",
    Denomination.MENNONITE: "mennonitische Bekenntnisschule",
    Denomination.WORLD_VIEW: "Weltanschauungsschule",
}

_LETTERS = {
    "G": Denomination.COMMUNITY,
    "K": Denomination.CATHOLIC,
    "E": Denomination.PROTESTANT,
    "J": Denomination.JEWISH,
    "M": Denomination.MENNONITE,
    "W": Denomination.WORLD_VIEW,
}

_SHORT_NAME = {
    SchoolType.GRUNDSCHULE: re.compile(r",\s*([GKEJMW])G\b"),
    SchoolType.HAUPTSCHULE: re.compile(r",\s*([GKEJMW])H\b"),
}


def denomination_from(type_: SchoolType, short_name: str) -> Denomination | None:
    """Read "Düsseldorf, KG Niederkassel" as catholic; None for other school forms or unknown letters."""
    pattern = _SHORT_NAME.get(type_)
    match = pattern.search(short_name) if pattern else None
    return _LETTERS[match.group(1)] if match else None
