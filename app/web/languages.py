"""The languages of families and interpreters as data: a new one is a row here and a catalogue, never code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class Language:
    """One language: how it calls itself, how staff call it, and whether our texts exist in it.

    `is_catalogue_active`: pages and messages exist in it. `reviewed_by`: the speaker who signed the
    texts off; None means that nobody has, and the pages say so.
    """

    code: str
    own_name: str
    german_name: str
    direction: Direction = "ltr"
    is_catalogue_active: bool = False
    reviewed_by: str | None = None


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """One entry of a language switch: the same page in another language."""

    language: Language
    url: str
    is_current: bool


# `ku` is Kurmanji, `ckb` is Sorani. German is the source and needs no review.
LANGUAGES: tuple[Language, ...] = (
    Language("de", "Deutsch", "Deutsch", is_catalogue_active=True, reviewed_by="Quelltext"),
    Language("en", "English", "Englisch", is_catalogue_active=True),
    Language("uk", "Українська", "Ukrainisch", is_catalogue_active=True),
    Language("ar", "العربية", "Arabisch", "rtl", is_catalogue_active=True),
    Language("tr", "Türkçe", "Türkisch"),
    Language("ru", "Русский", "Russisch"),
    Language("fa", "فارسی / دری", "Persisch (Farsi, Dari)", "rtl"),
    Language("ku", "Kurmancî", "Kurdisch (Kurmandschi)"),
    Language("ckb", "کوردی (سۆرانی)", "Kurdisch (Sorani)", "rtl"),
    Language("ro", "Română", "Rumänisch"),
    Language("bg", "Български", "Bulgarisch"),
    Language("fr", "Français", "Französisch"),
    Language("pl", "Polski", "Polnisch"),
    Language("sq", "Shqip", "Albanisch"),
    Language("sr", "Српски / Srpski", "Serbisch"),
    Language("el", "Ελληνικά", "Griechisch"),
    Language("es", "Español", "Spanisch"),
    Language("ti", "ትግርኛ", "Tigrinya"),
    Language("ps", "پښتو", "Paschtu", "rtl"),
    Language("ja", "日本語", "Japanisch"),
    Language("hi", "हिन्दी", "Hindi"),
    Language("ur", "اردو", "Urdu", "rtl"),
    Language("so", "Soomaali", "Somali"),
    Language("mk", "Македонски", "Mazedonisch"),
    Language("zh", "中文", "Chinesisch"),
)
_BY_CODE = {language.code: language for language in LANGUAGES}
GERMAN = _BY_CODE["de"]


def language(code: str) -> Language:
    """Answer the language of `code`, a region behind it ignored (`fa_AF` is `fa`); raises KeyError."""
    return _BY_CODE[code.replace("-", "_").split("_")[0]]


def direction(code: str) -> Direction:
    """Answer how `code` is written; an unknown one left to right."""
    known = _BY_CODE.get(code.replace("-", "_").split("_")[0])
    return known.direction if known else "ltr"


def active_languages() -> tuple[Language, ...]:
    """Answer the languages that families may read our pages in."""
    return tuple(language for language in LANGUAGES if language.is_catalogue_active)


def choices() -> list[tuple[str, str]]:
    """Answer (code, German name) for the select fields of staff, in the order of the German alphabet."""
    return sorted(((entry.code, entry.german_name) for entry in LANGUAGES), key=lambda pair: pair[1].casefold())


def language_links(current: str, url_of: Callable[[str], str]) -> list[LanguageLink]:
    """Answer the switch to every active language; `url_of` names this page's URL for a language code."""
    return [LanguageLink(entry, url_of(entry.code), entry.code == current) for entry in active_languages()]
