"""The ten Stadtbezirke of Düsseldorf and the quarters in each, as the town publishes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class District:
    """One Stadtbezirk: its number and its Stadtteile."""

    number: int
    quarters: tuple[str, ...]

    @property
    def label(self) -> str:
        """`3 – Oberbilk, Unterbilk, Bilk …`, so that a browser's search in a list finds the quarter's district."""
        return f"{self.number} – {', '.join(self.quarters)}"


@cache
def all_districts() -> tuple[District, ...]:
    """Every district by number."""
    text = files("cases").joinpath("data/stadtbezirke.json").read_text(encoding="utf-8")
    return tuple(District(row["number"], tuple(row["quarters"])) for row in json.loads(text)["districts"])


def district_of(quarter: str) -> int:
    """The number of the district a quarter lies in, spelled as people do; 0 when there is no such quarter."""
    wanted = _folded(quarter)
    for district in all_districts():
        if wanted in {_folded(name) for name in district.quarters}:
            return district.number
    return 0


def choices() -> list[tuple[int, str]]:
    """(number, label) for select fields, "not known" first."""
    return [(0, "nicht bekannt"), *((entry.number, entry.label) for entry in all_districts())]


def _folded(name: str) -> str:
    return name.casefold().replace("-", "").replace(" ", "").replace("ü", "ue").replace("ö", "oe").replace("ä", "ae")
