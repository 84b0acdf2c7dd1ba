"""What packages tell about a family when it asks: sections of the extract, recipients of data, periods of keeping.

Nothing has to be declared to reach the extract: what no section names stands under "Weitere Angaben". A section gives
its tables and sheets their German words, their purpose, and where the data came from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from app.data.database import Model
from app.data.records import Sheet
from cases.models import Case

Words = Mapping[str, str] | Callable[[Any], str]
PUBLIC_TASK = "Art. 6 Abs. 1 lit. e DSGVO, § 3 DSG NRW, §§ 34 und 46 SchulG NRW"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the extract; `labels` and `words` are German names of fields and of what stands in them.

    `names` answers what to call ids that only this package knows, such as schools. `withheld` says in place of some
    fields why their content is not shown (a link is a key; another family is another's). `quiet` are fields that only
    mean something to machines: the JSON has them, the page does not. `cleaned` are texts with a key somewhere in them,
    and what takes it out for page and JSON.
    """

    key: str
    title: str
    one: str
    purpose: str
    order: int
    basis: str = PUBLIC_TASK
    source: str = "von der Familie selbst"
    tables: tuple[type[Model], ...] = ()
    sheets: tuple[type[Sheet], ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Words] = field(default_factory=dict)
    names: Callable[[Collection[UUID]], Mapping[UUID, str]] | None = None
    withheld: Mapping[str, str] = field(default_factory=dict)
    quiet: frozenset[str] = frozenset()
    cleaned: Mapping[str, Callable[[str], str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody outside the counselling team who got data (Art. 15 (1) lit. c GDPR), and since or until when."""

    name: str
    what: str
    first_on: date | None = None
    last_on: date | None = None
    must_be_told: bool = True
    """Whether a correction has to be passed on (Art. 19 GDPR); a carrier of messages keeps nothing to correct."""


TellsRecipients = Callable[[Case], Collection[Recipient]]
TellsKeeping = Callable[[Case], Collection[tuple[str, str]]]

_sections: dict[str, Section] = {}
_words: dict[tuple[str, str], Words] = {}
_recipients: list[TellsRecipients] = []
_keeping: list[TellsKeeping] = []


def contributes(section: Section) -> None:
    """Add a section of the extract; declared again, the later one counts."""
    _sections[section.key] = section


def sections() -> list[Section]:
    """Every declared section, in the order of the extract."""
    return sorted(_sections.values(), key=lambda section: section.order)


def explains(sheet: type[Sheet], words: Mapping[str, Words]) -> None:
    """Give the codes in fields of a sheet, that another package fills, their words."""
    _words.update({(sheet.KIND, name): found for name, found in words.items()})


def explained(kind: str, name: str) -> Words | None:
    """The words another package gave the codes in this field."""
    return _words.get((kind, name))


def tells_recipients(teller: TellsRecipients) -> None:
    """Ask `teller` who got data of a case; bound again it is asked once."""
    if teller not in _recipients:
        _recipients.append(teller)


def recipients_of(case: Case) -> list[Recipient]:
    """Everybody who got data of this case, in order of name; whoever calls has asked whether the case may be read."""
    found = [recipient for teller in _recipients for recipient in teller(case)]
    return sorted(found, key=lambda recipient: (recipient.name.casefold(), recipient.first_on or date.max))


def tells_keeping(teller: TellsKeeping) -> None:
    """Ask `teller` how long what is kept of a case, as (what, until when in words)."""
    if teller not in _keeping:
        _keeping.append(teller)


def keeping_of(case: Case) -> list[tuple[str, str]]:
    """How long what is kept, from everybody who knows."""
    return [line for teller in _keeping for line in teller(case)]
