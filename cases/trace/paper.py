"""The sheet on which a family reads who has seen its data: organisation, role, day and way, in its own language.

Names of staff stand on it only where the house has chosen so (`EINSTIEG_TRACE_NAMES`): Art. 15 GDPR asks for
recipients, and people who work for the controller are none (CJEU C-579/21).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask_babel import LazyString, lazy_gettext

from app.policies import Role
from cases.trace.sightings import Sighting, Way

WAYS: Mapping[Way, LazyString] = {
    Way.FILE: lazy_gettext("hat Ihre Akte gelesen"),
    Way.LIST: lazy_gettext("hat Sie auf einer Liste gesehen"),
    Way.SEARCH: lazy_gettext("hat Sie bei einer Suche gefunden"),
    Way.OUTPUT: lazy_gettext("hat Daten gedruckt oder gespeichert"),
    Way.EMERGENCY: lazy_gettext("hat Ihre Akte in einem Notfall geöffnet"),
    Way.CHANGE: lazy_gettext("hat an Ihrer Akte gearbeitet"),
}
ROLES: Mapping[Role, LazyString] = {
    Role.ADVISOR: lazy_gettext("Beratung"),
    Role.RECEPTION: lazy_gettext("Empfang"),
    Role.LEAD: lazy_gettext("Leitung"),
    Role.KIM_CASE_MANAGER: lazy_gettext("Begleitung (KIM)"),
    Role.KIM_LEAD: lazy_gettext("Leitung"),
}
ANYBODY = lazy_gettext("Mitarbeit")


@dataclass(slots=True)
class PaperLine:
    """One line: a day, an organisation, in which role, and what was done; `names` stays empty unless chosen."""

    day: date
    organisation: str
    role: str
    ways: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def paper_lines(sightings: Sequence[Sighting], *, with_names: bool) -> list[PaperLine]:
    """The lines in the language of this page, people of the same role on the same day in one of them."""
    found: dict[tuple[date, str, str], PaperLine] = {}
    for seen in sightings:
        role = str(next((label for role, label in ROLES.items() if role in seen.roles), ANYBODY))
        key = (seen.day, seen.organisation, role)
        line = found.setdefault(key, PaperLine(*key))
        line.ways += [text for way in Way if seen.ways[way] and (text := str(WAYS[way])) not in line.ways]
        if with_names and seen.person not in line.names:
            line.names.append(seen.person)
    return list(found.values())
