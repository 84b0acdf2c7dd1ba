"""Fields for what people really type: phone numbers, incomplete birth dates, German dates and times."""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import phonenumbers
from flask_babel import LazyString, lazy_gettext
from wtforms import StringField

from app import clock

_OLDEST_YEAR = 1900
_SEPARATORS = re.compile(r"[\s./\-،]+")


def plain_text(value: str | None) -> str:
    """Answer `value` trimmed and composed (NFC), so that equal words are equal bytes."""
    return unicodedata.normalize("NFC", value or "").strip()


def western_digits(value: str) -> str:
    """Answer `value` with the digits of every script (Arabic, Persian, Devanagari …) as 0-9."""
    return "".join(str(unicodedata.digit(sign)) if sign.isdecimal() else sign for sign in value)


class TextFormatField(StringField, ABC):
    """A text field that reads a value out of the text and, in error, shows the text again as it was typed."""

    def __init__(self, label: str | LazyString | None = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.typed: str | None = None

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the first value; an empty one becomes None, an unreadable one raises the field's sentence."""
        if not valuelist:
            return
        self.typed = plain_text(str(valuelist[0]))
        self.data: Any = None
        if self.typed:
            self.data = self.read(western_digits(self.typed))

    @abstractmethod
    def read(self, text: str) -> Any:
        """Answer the value of a non-empty text; raises ValueError with the sentence people see."""

    def show(self, value: Any) -> str:
        """Answer the text that stands for a value."""
        return str(value)

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        return "" if self.data in (None, "") else self.show(self.data)


class PhoneField(TextFormatField):
    """A phone number, kept as E.164 (`+4921189…`); without a country code it is a German one."""

    unreadable = lazy_gettext(
        "Diese Telefonnummer ist nicht vollständig. Bitte schreiben Sie sie mit Vorwahl, zum Beispiel 0176 12345678."
    )

    def read(self, text: str) -> str:
        """Answer the number as E.164; raises ValueError for what no network could call."""
        try:
            number = phonenumbers.parse(text, "DE")
        except phonenumbers.NumberParseException:
            raise ValueError(self.unreadable) from None
        if not phonenumbers.is_valid_number(number):
            raise ValueError(self.unreadable)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def show(self, value: Any) -> str:
        """Answer the number in groups, German ones as one dials them in Germany; what is none, as it stands."""
        try:
            number = phonenumbers.parse(value, "DE")
        except phonenumbers.NumberParseException:
            return str(value)
        form = phonenumbers.PhoneNumberFormat
        kind = form.NATIONAL if number.country_code == 49 else form.INTERNATIONAL
        return phonenumbers.format_number(number, kind)


class DayField(TextFormatField):
    """A whole day as `24.11.2026` (also `24.11.26`, `24/11/2026`, ISO); the value is a `date`."""

    unreadable = lazy_gettext("Bitte schreiben Sie das Datum so: 24.11.2026.")

    def read(self, text: str) -> date:
        """Answer the day; raises ValueError for a day that no calendar has."""
        day, month, year = _parts(text, self.unreadable, least=3)
        try:
            return date(year, month or 0, day or 0)
        except ValueError:
            raise ValueError(self.unreadable) from None

    def show(self, value: Any) -> str:
        """Answer the German form of a day."""
        return f"{value:%d.%m.%Y}"


class TimeField(TextFormatField):
    """A time of day as `9:30`, `09.30 Uhr`, `0930` or `9`; the value is a `time`."""

    unreadable = lazy_gettext("Bitte schreiben Sie die Uhrzeit so: 09:30.")
    _pattern = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?(?:\s*uhr)?", re.IGNORECASE)

    def read(self, text: str) -> time:
        """Answer the time; raises ValueError for what no clock shows."""
        found = self._pattern.fullmatch(text)
        if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
            raise ValueError(self.unreadable)
        return time(int(found[1]), int(found[2] or 0))

    def show(self, value: Any) -> str:
        """Answer hours and minutes."""
        return f"{value:%H:%M}"


@dataclass(frozen=True, slots=True)
class DatePart:
    """One of the three inputs of a date: its id, label, length, value, and what browsers may fill in."""

    id: str
    label: str | LazyString
    length: int
    value: str
    autocomplete: str


class PartialDateField(TextFormatField):
    """A birth date of which day, or day and month, may be unknown: kept as `2014`, `2014-03` or `2014-03-05`.

    `as_parts=True` shows three inputs (families), else one text that reads `5.3.2014`, `3.2014` or `2014`.
    """

    unreadable = lazy_gettext(
        "Bitte schreiben Sie das Datum so: 05.03.2014. Wenn Sie den Tag nicht wissen, genügt das Jahr: 2014."
    )
    in_future = lazy_gettext("Dieses Datum liegt in der Zukunft. Bitte prüfen Sie das Jahr.")

    def __init__(
        self,
        label: str | LazyString | None = None,
        validators: Any = None,
        *,
        as_parts: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self.as_parts = as_parts
        self._typed_parts: list[str] = []

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read one text, or day, month and year from three inputs of the same name."""
        if len(valuelist) == 3:
            self._typed_parts = [plain_text(str(value)) for value in valuelist]
            day, month, year = self._typed_parts
            has_gap = bool((day and not month) or (month and not year))
            if has_gap:
                self.data = None
                raise ValueError(self.unreadable)
            valuelist = [".".join(part for part in (day, month, year) if part)]
        super().process_formdata(valuelist)

    def read(self, text: str) -> str:
        """Answer the ISO form of what is known; raises ValueError for the impossible and the future."""
        day, month, year = _parts(text, self.unreadable, least=1)
        try:
            earliest = date(year, month or 1, day or 1)
        except ValueError:
            raise ValueError(self.unreadable) from None
        if year < _OLDEST_YEAR:
            raise ValueError(self.unreadable)
        if earliest > clock.today():
            raise ValueError(self.in_future)
        return "-".join((f"{year:04}", *(f"{part:02}" for part in (month, day) if part)))

    def show(self, value: Any) -> str:
        """Answer the German form of what is known."""
        return ".".join(reversed(str(value).split("-")))

    def parts(self) -> list[DatePart]:
        """Answer the three inputs with what was typed, else with what is known."""
        known = list(reversed(str(self.data).split("-"))) if self.data else []
        values = self._typed_parts or [""] * (3 - len(known)) + known
        names = (
            (lazy_gettext("Tag"), 2, "bday-day"),
            (lazy_gettext("Monat"), 2, "bday-month"),
            (lazy_gettext("Jahr"), 4, "bday-year"),
        )
        return [
            DatePart(f"{self.id}-{position}", label, length, value, fill if self.render_kw_fill else "off")
            for position, ((label, length, fill), value) in enumerate(zip(names, values, strict=True))
        ]

    @property
    def render_kw_fill(self) -> bool:
        """Whether browsers may fill in the birthday of whoever sits before them; a child's never."""
        return bool((self.render_kw or {}).get("autocomplete") == "bday")


def _parts(text: str, sentence: LazyString, *, least: int) -> tuple[int | None, int | None, int]:
    """Split a date into day, month and year, German order or ISO; raises ValueError with `sentence`."""
    pieces = [piece for piece in _SEPARATORS.split(text) if piece]
    if not least <= len(pieces) <= 3 or not all(piece.isdecimal() and len(piece) <= 4 for piece in pieces):
        raise ValueError(sentence)
    if len(pieces[0]) == 4 and len(pieces) > 1:
        pieces.reverse()
    year_text = pieces[-1]
    if any(len(piece) > 2 for piece in pieces[:-1]) or len(year_text) not in ((2, 4) if least == 3 else (4,)):
        raise ValueError(sentence)
    year = int(year_text) + (2000 if len(year_text) == 2 else 0)
    numbers: list[int | None] = [int(piece) for piece in pieces[:-1]]
    if 0 in numbers:
        raise ValueError(sentence)
    day, month = [None] * (2 - len(numbers)) + numbers
    return day, month, year
