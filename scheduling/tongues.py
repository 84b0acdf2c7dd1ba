"""Who can talk to a family: languages and their dialects (`ar-SY` is Arabic as spoken in Syria).

Asked for a language, everybody who speaks it in any dialect will do. Asked for a dialect, somebody who speaks it
comes first; somebody of whom only the language is known is taken when nobody else is free. Another dialect of the
same language is never taken instead.
"""

from __future__ import annotations

from collections.abc import Collection

EXACT, FALLBACK = 0, 1


def language_of(code: str) -> str:
    """The language without its dialect."""
    return code.partition("-")[0]


def rank(wanted: str, spoken: Collection[str]) -> int | None:
    """How well somebody fits: EXACT, FALLBACK (the plain language for a dialect), None for not at all."""
    if wanted in spoken:
        return EXACT
    plain = language_of(wanted)
    if plain == wanted:
        return EXACT if any(language_of(each) == wanted for each in spoken) else None
    return FALLBACK if plain in spoken else None


def ranks(wanted: str | None) -> tuple[int, ...]:
    """The ranks to try one after the other; only a dialect has a second one."""
    return (EXACT,) if wanted is None or language_of(wanted) == wanted else (EXACT, FALLBACK)
