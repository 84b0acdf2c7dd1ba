"""The dated rules of placement from ``data/rules.json``: each with norm, source and a German sentence."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType


class RuleStatus(StrEnum):
    """How binding a rule is: law or decree, practice of the offices, or a suggestion of the counselling."""

    NORM = "norm"
    PRACTICE = "practice"
    PROPOSAL = "proposal"

    @property
    def label(self) -> str:
        """The German word for pages."""
        return {"norm": "Rechtsnorm", "practice": "Praxis", "proposal": "Vorschlag der Beratung"}[self.value]


class RuleGapError(LookupError):
    """No version of the rule is valid on the day."""


@dataclass(frozen=True)
class Reason:
    """Why the rules say something: a German sentence, its norm, where it was read, how binding it is."""

    rule_id: str
    sentence: str
    norm: str
    source: str
    status: RuleStatus


@dataclass(frozen=True)
class Rule:
    """One version of a rule; both ends of its validity are inclusive, None is open."""

    id: str
    valid_from: date | None
    valid_to: date | None
    status: RuleStatus
    checked_on: date
    norm: str
    source: str
    sentence: str
    numbers: Mapping[str, int]
    table: Mapping[str, Mapping[str, str]]

    def is_valid(self, on: date) -> bool:
        """Whether this version holds on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)

    def reason(self, **values: object) -> Reason:
        """Fill the sentence with the facts of one child; dates are written the German way."""
        written = {
            name: value.strftime("%d.%m.%Y") if isinstance(value, date) else value for name, value in values.items()
        }
        return Reason(self.id, self.sentence.format(**written), self.norm, self.source, self.status)


def rule(rule_id: str, on: date) -> Rule:
    """The version of a rule that is valid on a day; raises RuleGapError where there is none."""
    for version in all_rules():
        if version.id == rule_id and version.is_valid(on):
            return version
    raise RuleGapError(f"no version of {rule_id} on {on.isoformat()}")


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every version of every rule, in the order of the file."""
    text = files("cases.placement").joinpath("data/rules.json").read_text(encoding="utf-8")
    return tuple(
        Rule(
            id=row["id"],
            valid_from=_day(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
            status=RuleStatus(row["status"]),
            checked_on=date.fromisoformat(row["checked_on"]),
            norm=row["norm"],
            source=row["source"],
            sentence=row["sentence"],
            numbers=MappingProxyType(row["numbers"]),
            table=MappingProxyType(row.get("table", {})),
        )
        for row in json.loads(text)["rules"]
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
