"""How days, times and people's words appear on a page: Jinja filters and the functions behind them."""

from __future__ import annotations

from datetime import date, datetime, time

import phonenumbers
from babel.core import UnknownLocaleError
from babel.dates import format_date
from flask import Flask
from flask_babel import get_locale
from markupsafe import Markup, escape

from app import clock
from app.web import languages

_ISOLATE, _END = "\u2068", "\u2069"
_BDI, _END_BDI = Markup("<bdi>"), Markup("</bdi>")


def init_app(app: Flask) -> None:
    """Register every filter of this module under its own name."""
    for filter_ in (
        day, weekday_day, weekday, clock_time, instant_local, instant_day, days, partial_day, bdi, isolated,
        language_name, own_language_name, phone,
    ):  # fmt: skip
        app.add_template_filter(filter_, filter_.__name__)


def day(value: date | datetime | None) -> str:
    """`24.11.2026`; an instant is taken to Düsseldorf first, nothing becomes a dash."""
    if value is None:
        return "–"
    return _local_day(value).strftime("%d.%m.%Y")


def weekday(value: date | datetime, code: str | None = None) -> str:
    """The weekday's full name in the language `code`, else the page's; German where Babel lacks it."""
    return _in_language(_local_day(value), "EEEE", code)


def weekday_day(value: date | datetime, code: str | None = None) -> str:
    """`Dienstag, 24.11.2026`: the weekday in the language, the date as German letters write it."""
    comma = "، " if languages.direction(_code(code)) == "rtl" else ", "
    return f"{weekday(value, code)}{comma}{_ISOLATE}{day(value)}{_END}"


def clock_time(value: time | datetime) -> str:
    """`09:30` on the clocks of Düsseldorf."""
    moment = clock.local(value) if isinstance(value, datetime) and value.tzinfo else value
    return moment.strftime("%H:%M")


def instant_local(value: datetime | None) -> str:
    """`24.11.2026, 09:30 Uhr` for an aware instant; nothing becomes a dash."""
    return "–" if value is None else f"{day(value)}, {clock_time(value)} Uhr"


def instant_day(value: datetime) -> date:
    """The day in Düsseldorf on which an aware instant falls."""
    return clock.local(value).date()


def days(count: int) -> str:
    """`1 Tag`, `12 Tage`."""
    return f"{count} Tag" if abs(count) == 1 else f"{count} Tage"


def partial_day(value: str | None) -> str:
    """A day of which parts may be unknown: `2014`, `03.2014` or `05.03.2014` out of its ISO form."""
    return ".".join(reversed(value.split("-"))) if value else "–"


def bdi(value: object) -> Markup:
    """People's words for a page of any direction: escaped and set apart, so that `Olena K.` keeps its dot."""
    return _BDI + escape(value) + _END_BDI


def isolated(value: object) -> str:
    """The same for plain text (messages, PDF, attributes), with Unicode's isolates."""
    return f"{_ISOLATE}{value}{_END}"


def language_name(code: str | None) -> str:
    """The German name of a language, its code when we do not know it."""
    try:
        return languages.language(code).german_name if code else "–"
    except KeyError:
        return code or "–"


def own_language_name(code: str) -> Markup:
    """A language's name in its own script, marked with language and direction."""
    entry = languages.language(code)
    return Markup('<bdi lang="{}" dir="{}">{}</bdi>').format(entry.code, entry.direction, entry.own_name)


def phone(value: str | None) -> Markup | str:
    """An E.164 number in groups, always left to right; nothing becomes a dash."""
    if not value:
        return "–"
    return Markup('<bdi dir="ltr" class="nowrap">{}</bdi>').format(_grouped(value))


def _grouped(number: str) -> str:
    parsed = phonenumbers.parse(number, "DE")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _local_day(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return clock.local(value).date() if value.tzinfo else value.date()
    return value


def _in_language(value: date, pattern: str, code: str | None) -> str:
    try:
        return format_date(value, pattern, locale=_code(code))
    except (UnknownLocaleError, ValueError):
        return format_date(value, pattern, locale="de")


def _code(code: str | None) -> str:
    return (code or str(get_locale() or "de")).replace("-", "_")
