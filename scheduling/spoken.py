"""What interpreters speak, dialects included: a curated list of language tags (BCP 47) with German names.

A family's file often names a written language alone (`ar`, `ku`, `fa`): whoever interprets a dialect of it serves the
language as well. How dialects with a region stand to each other is said in `tongues`.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.web import languages

DIALECTS: dict[str, tuple[str, str]] = {
    "ar-SY": ("Arabisch (Levante: Syrien, Libanon)", "ar"),
    "ar-IQ": ("Arabisch (Irak)", "ar"),
    "ar-EG": ("Arabisch (Ägypten)", "ar"),
    "ar-SD": ("Arabisch (Sudan)", "ar"),
    "ary": ("Arabisch (Marokko, Darija)", "ar"),
    "aeb": ("Arabisch (Tunesien)", "ar"),
    "prs": ("Dari", "fa"),
    "pes": ("Farsi", "fa"),
    "kmr": ("Kurdisch (Kurmandschi)", "ku"),
    "rmn": ("Romanes (Balkan)", "rom"),
    "rmy": ("Romanes (Vlax)", "rom"),
    "rmf": ("Romanes (Sinti)", "rom"),
    "pt-BR": ("Portugiesisch (Brasilien)", "pt"),
    "yue": ("Chinesisch (Kantonesisch)", "zh"),
    "cmn": ("Chinesisch (Mandarin)", "zh"),
}
"""Each dialect with its German name and the language it serves."""

FURTHER: dict[str, str] = {
    "am": "Amharisch",
    "az": "Aserbaidschanisch",
    "ber": "Berbersprachen (Tamazight)",
    "bn": "Bengalisch",
    "bs": "Bosnisch",
    "diq": "Zaza (Zazaki)",
    "gsg": "Deutsche Gebärdensprache",
    "ha": "Haussa",
    "hr": "Kroatisch",
    "hu": "Ungarisch",
    "hy": "Armenisch",
    "it": "Italienisch",
    "ka": "Georgisch",
    "lt": "Litauisch",
    "lv": "Lettisch",
    "mn": "Mongolisch",
    "ne": "Nepalesisch",
    "nl": "Niederländisch",
    "om": "Oromo",
    "pa": "Pandschabi",
    "pt": "Portugiesisch",
    "rom": "Romanes",
    "sdh": "Kurdisch (Südkurdisch, Feyli)",
    "sk": "Slowakisch",
    "sl": "Slowenisch",
    "sw": "Suaheli",
    "ta": "Tamil",
    "th": "Thailändisch",
    "tg": "Tadschikisch",
    "tw": "Twi (Akan)",
    "uz": "Usbekisch",
    "vi": "Vietnamesisch",
    "wo": "Wolof",
}
"""Languages the pool has and families' pages do not."""

NAMES: dict[str, str] = {
    **{entry.code: entry.german_name for entry in languages.LANGUAGES if entry.code != "de"},
    "ku": "Kurdisch (allgemein)",
    **FURTHER,
    **{code: name for code, (name, _) in DIALECTS.items()},
}


def choices(also: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Every tag with its German name in alphabetical order, and tags `also` known from before."""
    known = {**{code: german_name(code) for code in also}, **NAMES}
    return sorted(known.items(), key=lambda pair: pair[1].casefold())


def german_name(code: str | None) -> str:
    """How staff call a language or dialect; a tag of neither list as it is, none as a dash."""
    return NAMES.get(code, code) if code else "–"


def understood(codes: Iterable[str]) -> frozenset[str]:
    """What somebody who interprets these can be booked for: each, and the language behind a dialect's own tag.

    A tag with a region (`ar-SY`) needs no such help, as it names its language itself.
    """
    spoken = frozenset(codes)
    return spoken | {DIALECTS[code][1] for code in spoken if code in DIALECTS and "-" not in code}
