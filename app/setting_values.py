"""How the text of a setting is read: each raises SettingError with the variable's name, never its value."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

Member = TypeVar("Member", bound=StrEnum)


class SettingError(ValueError):
    """A setting is missing or wrong; the text names the variable, never its value."""


def member(kind: type[Member], text: str, variable: str) -> Member:
    """The member of `kind` that is named."""
    try:
        return kind(text)
    except ValueError:
        raise SettingError(f"{variable} is one of {', '.join(kind)}") from None


def switch(name: str, text: str) -> bool:
    """Whether `name` is on."""
    if text not in ("on", "off"):
        raise SettingError(f"{name} is either on or off")
    return text == "on"


def port(text: str) -> int:
    """A port number."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SettingError("PORT is a number between 1 and 65535")
    return int(text)


def count(name: str, text: str) -> int:
    """How many of something `name` allows, 0 to 999."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 3):
        raise SettingError(f"{name} is a number from 0 to 999")
    return int(text)


def proxies(text: str) -> int:
    """A number of reverse proxies, one digit."""
    if not (text.isascii() and text.isdecimal() and len(text) == 1):
        raise SettingError("EINSTIEG_PROXIES is the number of reverse proxies in front of this server, 0 to 9")
    return int(text)


def backup_days(text: str) -> int:
    """How long backups are kept, in days."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 365):
        raise SettingError("EINSTIEG_BACKUP_DAYS is how many days backups are kept at most, 1 to 365")
    return int(text)


def instant(text: str | None) -> datetime | None:
    """An ISO instant, or None when nothing is set."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise SettingError("EINSTIEG_NOW is an ISO instant, for example 2026-11-23T08:00:00+01:00") from None


def sqlite_file(url: str) -> Path | None:
    """The file behind a sqlite:/// address; None for another kind of database and for one in memory."""
    kind, _, rest = url.partition("///")
    name = rest.partition("?")[0].removeprefix("file:")
    return Path(name) if kind.startswith("sqlite") and name and name != ":memory:" else None
