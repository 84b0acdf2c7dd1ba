"""Consonant skeletons: at most eight keys a word under which its spellings in many transcriptions meet.

Letters that languages write for each other share a class (t/d/th, s/z/sh, b/p, f/v/w, g/k/q/gh, kh/ch);
vowels fall away but for one sign at the start; inner h, w and y are optional.
"""

import re

MOST_KEYS = 8

_UNITS: dict[str, tuple[str, ...]] = {
    "dzsch": ("J",), "tsch": ("J",), "dsch": ("J",), "shch": ("S",), "schtsch": ("S",), "sch": ("S",), "dzh": ("J",),
    "dj": ("J",), "dz": ("S",), "tch": ("J",), "cz": ("J",), "sz": ("S",), "sh": ("S",), "zh": ("S",),
    "ts": ("S",), "tz": ("S",), "th": ("T", "S"), "dh": ("T", "S"), "kh": ("X",), "gh": ("K",),
    "ch": ("J", "X"), "ph": ("F",), "ck": ("K",), "qu": ("K",), "ks": ("KS",), "x": ("KS", "X"),
    "b": ("P",), "p": ("P",), "t": ("T",), "d": ("T",), "s": ("S",), "z": ("S",), "f": ("F",), "v": ("F",),
    "w": ("F", ""), "g": ("K",), "k": ("K",), "q": ("K",), "c": ("K", "J"), "j": ("J", ""), "l": ("L",),
    "m": ("M",), "n": ("N",), "r": ("R",), "h": ("", "X"), "7": ("", "F"), "8": ("", "K"), "9": ("K", ""),
}  # fmt: skip
_INITIAL = {"h": ("X",), "w": ("F",), "7": ("F", "A"), "j": ("J", "A"), "9": ("K", "X")}
_SPLIT = re.compile("|".join(sorted(_UNITS, key=len, reverse=True)))
_VOWELS = frozenset("aeiouy")


def skeletons(word: str) -> frozenset[str]:
    """The keys of one romanised word; a word of vowels alone has the key "A"."""
    if not word:
        return frozenset()
    units = _SPLIT.findall(word)
    if word[0] in _VOWELS:
        keys, rest = ["A"], units
    else:
        first = units[0]
        keys, rest = list(_INITIAL.get(first, _UNITS[first])), units[1:]
    for unit in rest:
        keys = _extend(keys, _UNITS[unit])
    return frozenset(key or "A" for key in keys)


def _extend(keys: list[str], endings: tuple[str, ...]) -> list[str]:
    longer: list[str] = []
    for ending in endings:
        for key in keys:
            grown = key if ending and key.endswith(ending) else key + ending
            if grown not in longer:
                longer.append(grown)
    return longer[:MOST_KEYS]
