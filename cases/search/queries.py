"""Finding cases by what a caller says: a name in any script, a birth date, a reference, a phone number.

The summaries of all visible cases are opened in memory; nothing searchable lies in the database.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.data.database import session
from app.policies import Actor, authorise
from app.web.fields import western_digits
from cases import names, queries
from cases.models import Case
from cases.partial_dates import PartialDate, PartialDateError
from cases.policies import CasePermission
from cases.sheets import CaseSummary

MOST = 30
_REFERENCE = re.compile(r"[a-z]?-?(\d{4})-(\d{1,5})", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+|00)?[\d\s()/.-]{6,}")
_DAY = re.compile(r"(?:(?:(\d{1,2})\.)?(\d{1,2})\.)?(\d{4})")
_SHORTEST_PHONE = 6
_OLDEST_YEAR = 1900


@dataclass(frozen=True, slots=True)
class Visible:
    """The cases an actor may know of, newest first, with their summaries opened."""

    case_ids: list[UUID]
    opened: dict[UUID, CaseSummary]


def visible(actor: Actor) -> Visible:
    """Open the summaries of every case `actor` may know of, for one or more questions to `answers`."""
    authorise(actor, CasePermission.SEARCH)
    ids = list(session().scalars(select(Case.id).where(queries.visible_to(actor)).order_by(Case.id.desc())))
    return Visible(ids, queries.summaries(actor, ids))


def find(actor: Actor, text: str) -> list[UUID]:
    """The ids of cases that answer `text`, best first, at most `MOST`."""
    authorise(actor, CasePermission.SEARCH)
    text = western_digits(text.strip())
    if not text:
        return []
    return _of_reference(actor, text) or answers(visible(actor), text)


def answers(among: Visible, text: str, *, born: str = "") -> list[UUID]:
    """The ids among opened cases that answer `text`; `born` narrows to children who may be born then."""
    text = western_digits(text.strip())
    if _PHONE.fullmatch(text) and _date(text) is None:
        return [case_id for case_id in among.case_ids if _has_phone(among.opened[case_id], text)][:MOST]
    name, day = _split(text)
    wanted = day or _date(born)
    fitting = [case_id for case_id in among.case_ids if wanted is None or _may_be_born(among.opened[case_id], wanted)]
    return (_ranked(name, fitting, among.opened) if name else fitting)[:MOST]


def names_of(summary: CaseSummary) -> list[str]:
    """Every name under which a family may be looked for."""
    family = summary.family_name
    return [family, *(f"{line.name} {family}" for line in summary.children), *summary.other_names]


def _ranked(name: str, case_ids: Sequence[UUID], opened: dict[UUID, CaseSummary]) -> list[UUID]:
    owners: list[UUID] = []
    known: list[str] = []
    for case_id in case_ids:
        for one in names_of(opened[case_id]):
            owners.append(case_id)
            known.append(one)
    return list(dict.fromkeys(owners[position] for _, position in names.rank(name, known)))


def _of_reference(actor: Actor, text: str) -> list[UUID]:
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return []
    ending = f"{found[1]}-{int(found[2]):05}"
    query = select(Case.id).where(queries.visible_to(actor), Case.reference.endswith(ending, autoescape=True))
    return list(session().scalars(query.limit(MOST)))


def _split(text: str) -> tuple[str, PartialDate | None]:
    """The words of a search and the date among them."""
    words, day = [], None
    for word in text.split():
        read = _date(word)
        if read is not None and day is None:
            day = read
        else:
            words.append(word)
    return " ".join(words), day


def _date(word: str) -> PartialDate | None:
    found = _DAY.fullmatch(word)
    try:
        if found is None:
            return PartialDate.parse(word)
        day, month, year = (int(part) if part else None for part in found.groups())
        return PartialDate(year or 0, month, day) if year and year >= _OLDEST_YEAR else None
    except PartialDateError:
        return None


def _may_be_born(summary: CaseSummary, day: PartialDate) -> bool:
    return any(born is not None and born.could_be(day) for born in (_date(line.born) for line in summary.children))


def _has_phone(summary: CaseSummary, text: str) -> bool:
    digits = re.sub(r"\D", "", text).removeprefix("00").removeprefix("49").lstrip("0")
    if len(digits) < _SHORTEST_PHONE:
        return False
    return any(digits in phone for phone in (summary.phone, *summary.other_phones))
