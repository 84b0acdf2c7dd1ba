"""How a name of another script reads in Latin letters, for advisors who cannot read it otherwise."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from cases.names import similarity
from cases.romanise import is_unvowelled, romanise

LEAST = 0.8


def latin_reading(name: str, spellings: Iterable[str] = ()) -> str:
    """The passport's spelling where one of `spellings` fits, else a transliteration; "" for a Latin name.

    A script that writes no vowels is not transliterated: what came out would be no name.
    """
    if is_latin(name):
        return ""
    width = len(name.split())
    windows = [
        " ".join(words[start : start + width])
        for words in (spelling.split() for spelling in spellings if is_latin(spelling))
        for start in range(len(words) - width + 1)
    ]
    best = max(windows, key=lambda window: similarity(name, window), default="")
    if best and similarity(name, best) >= LEAST:
        return best.title() if best.isupper() else best
    return "" if is_unvowelled(name) else romanise(name).title()


def is_latin(name: str) -> bool:
    """Whether every letter of the name is a Latin one."""
    return all(unicodedata.name(sign, "").startswith("LATIN") for sign in name if sign.isalpha())
