"""Stored values in German words: codes, days, answers of the intake form, and lists of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from flask_babel import LazyString

from app.web.format import day, instant_local, language_name, partial_day
from cases.intake import choices
from cases.intake.blocks import CHILD_BLOCKS, FAMILY_BLOCKS
from cases.intake.forms import GuardianForm
from cases.rights.hooks import Section, explained
from cases.sheets import GuardianSheet

TEXTS = (str, LazyString)
NOTHING: tuple[object, ...] = (None, "", -1, [], {})
LANGUAGES = frozenset({"language", "letter_language", "interpreter_language", "explained_in"})
LISTS_OF_LANGUAGES = frozenset({"languages", "more_languages"})
COUNTRIES = frozenset({"country", "birth_country", "nationality", "second_nationality"})

Named = Callable[[str], str | None]


@cache
def intake_labels() -> dict[tuple[str, str], str]:
    """The label of every field of the intake form, by the class of its sheet and its name."""
    # A list of fields is given the field it repeats before its label.
    told = {(kind, name): [one for one in made.args if isinstance(one, TEXTS)] for kind, name, made in _fields()}
    return {field: str(labels[0]) for field, labels in told.items() if labels}


@cache
def _intake_choices() -> dict[tuple[str, str], dict[str, str]]:
    found = {}
    for kind, name, unbound in _fields():
        offered = unbound.kwargs.get("choices")
        if offered:
            pairs = offered() if callable(offered) else offered
            found[kind, name] = {str(value): label for value, label, *_ in pairs}
    return found


def label_of(section: Section, kind: str, name: str) -> str:
    """The German name of a field; its own name where nobody has given it one."""
    return section.labels.get(name) or intake_labels().get((kind, name)) or COMMON.get(name) or name


def in_words(section: Section, kind: str, name: str, value: Any, named: Named) -> str:
    """A value as the extract says it; "" for what is empty or only means something to a machine."""
    if value in NOTHING:
        return ""
    if isinstance(value, (list, tuple, set, frozenset)):
        parts = [in_words(section, kind, name, entry, named) for entry in value]
        between = "\n" if any(isinstance(entry, msgspec.Struct) for entry in value) else ", "
        return between.join(part for part in parts if part)
    if isinstance(value, msgspec.Struct):
        return _struct(section, kind, value, named)
    told = _told(section, kind, name, value)
    return told if told is not None else _plain(name, value, named)


def _struct(section: Section, kind: str, value: msgspec.Struct, named: Named) -> str:
    pairs = msgspec.structs.asdict(value).items()
    parts = [in_words(section, kind, name, entry, named) for name, entry in pairs]
    return " · ".join(part for part in parts if part)


def _told(section: Section, kind: str, name: str, value: Any) -> str | None:
    """What the section, the form or the kind of value says it means; None when nothing does."""
    words = section.words.get(name) or explained(kind, name)
    if callable(words):
        return words(value)
    if words is not None:
        return words.get(str(value), str(value))
    if isinstance(value, Enum):
        return str(getattr(value, "label", value.value))
    offered = _intake_choices().get((kind, name))
    if offered is not None:
        return offered.get(str(value), str(value))
    if name in LANGUAGES or name in LISTS_OF_LANGUAGES:
        return language_name(value)
    return choices.label_of(choices.country_choices(), value) if name in COUNTRIES else None


def _plain(name: str, value: Any, named: Named) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, datetime):
        return instant_local(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, UUID):
        return named(str(value)) or ""
    if isinstance(value, (bytes, Mapping)):
        return ""
    text = str(value)
    if is_id(text):
        return named(text) or ""
    is_day = (name.endswith("_on") or name in ("born", "day")) and text[:4].isdigit()
    return partial_day(text) if is_day else text


def is_id(text: str) -> bool:
    """Whether a text is one of our ids."""
    if len(text) != 36 or text.count("-") != 4:
        return False
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _fields() -> Iterator[tuple[str, str, Any]]:
    forms = [(block.sheet.KIND, block.form) for block in (*FAMILY_BLOCKS, *CHILD_BLOCKS)]
    for kind, form in [*forms, (GuardianSheet.KIND, GuardianForm)]:
        for name in dir(form):
            unbound = getattr(form, name)
            if hasattr(unbound, "field_class") and hasattr(unbound, "kwargs"):
                yield kind, name, unbound


COMMON = {
    "state": "Stand",
    "kind": "Art",
    "position": "Reihenfolge",
    "reference": "Aktenzeichen",
    "organisation_id": "Stelle",
    "advisor_id": "Beratung durch",
    "child_id": "Kind",
    "user_id": "Person",
    "author_id": "Geschrieben von",
    "created_at": "Angelegt",
    "changed_at": "Geändert",
    "recorded_at": "Festgehalten",
    "recorded_by": "Festgehalten von",
    "opened_at": "Angelegt",
    "opened_by": "Angelegt von",
    "closed_at": "Geschlossen",
    "granted_at": "Seit",
    "due_on": "Zu erledigen bis",
    "assigned_to": "Zuständig",
    "done_at": "Erledigt",
    "done_by": "Erledigt von",
    "language": "Sprache",
    "interpreter_language": "Sprache der Sprachmittlung",
    "reason": "Begründung",
    "remarks": "Bemerkung",
    "text": "Text",
    "name": "Name",
    "phone": "Telefon",
    "email": "E-Mail",
    "channel": "Weg",
    "at": "Zeitpunkt",
    "actor_id": "Durch",
}
"""Names of fields that mean the same wherever they stand."""
