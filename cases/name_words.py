"""The words of a name as they are compared: romanised, without articles, one spelling for one sound."""

import re
from typing import NamedTuple

from cases.name_skeletons import skeletons
from cases.romanise import is_unvowelled, romanise

_ARTICLES = frozenset({"al", "el", "ul", "il", "bin", "ibn", "ben", "bint", "von", "van", "de", "der", "di", "da"})
_LONGEST_ARTICLE = max(map(len, _ARTICLES))
_WRITTEN_ON = ("al", "el", "ul")
_SUN_ARTICLE = re.compile(r"[aeiu](sh|[tdrzsn])")
_SERVANTS = frozenset({"abd", "abdul", "abdel", "abdal", "abdu", "abdol"})
_SERVANT = re.compile(r"abd(?:[aeiou]+[lrszntd]|[aeiou]{2})?(?=[a-z]{3})")
_FOLDS = {
    "tsch": "ch", "tch": "ch", "cz": "ch", "dsch": "j", "dzh": "j", "dj": "j", "sch": "sh", "sz": "sh",
    "kh": "h", "ph": "f", "ck": "k", "q": "k", "ou": "u", "oo": "u", "ue": "u", "ee": "i", "ie": "i",
    "ij": "i", "iy": "i", "ii": "i", "ae": "a", "oe": "o", "ey": "ai", "ay": "ai", "ei": "ai", "w": "v",
    "y": "i", "7": "u", "8": "g", "9": "g",
}  # fmt: skip
_FOLD = re.compile("|".join(sorted(_FOLDS, key=len, reverse=True)))
_DOUBLE = re.compile(r"(.)\1+")
_SIGNATURE = str.maketrans("", "", "abcdefghijkopqstuvwxyz789")


class Word(NamedTuple):
    """One word of a name; words whose signatures differ cannot share a skeleton, unless one has an article."""

    roman: str
    fold: str
    signature: str
    has_article: bool
    unvowelled: bool

    def skeletons(self) -> frozenset[str]:
        """The keys of the word, with and without an article written on to it."""
        bare = without_article(self.roman)
        return skeletons(self.roman) | skeletons(bare) if bare else skeletons(self.roman)


def make_word(roman: str, *, unvowelled: bool) -> Word:
    """Prepare one romanised word for comparison."""
    signature = _DOUBLE.sub(r"\1", roman.translate(_SIGNATURE))
    return Word(roman, _fold(roman), signature, roman.startswith(_WRITTEN_ON), unvowelled)


def words_of(name: str) -> list[Word]:
    """All words of a name that count."""
    unvowelled = is_unvowelled(name)
    return [make_word(part, unvowelled=unvowelled) for part in parts_of(name)]


def parts_of(name: str) -> list[str]:
    """The romanised words without articles; "Abd al-Rahman" and "Abdulrahman" both become "abdrahman"."""
    parts = romanise(name).split()
    if len(parts) < 2:
        return [_without_link(part) for part in parts]
    kept: list[str] = []
    servant = ""
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        if following and part in _SERVANTS:
            servant = "abd"
        elif not (following and len(part) <= _LONGEST_ARTICLE and _is_article(part, following)):
            kept.append(servant + (without_article(part) or part) if servant else _without_link(part))
            servant = ""
    return kept


def without_article(roman: str) -> str:
    """The rest of a word that begins with a written-on article, where enough is left of it; else nothing."""
    return roman[2:] if len(roman) >= 5 and roman.startswith(_WRITTEN_ON) else ""


def _without_link(part: str) -> str:
    return _SERVANT.sub("abd", part) if part.startswith("abd") else part


def _is_article(part: str, following: str) -> bool:
    if part in _ARTICLES:
        return True
    sun = _SUN_ARTICLE.fullmatch(part)
    return sun is not None and following.startswith(sun.group(1))


def _fold(roman: str) -> str:
    """One spelling for the transcriptions German, English, French and Turkish use for the same sound."""
    return _DOUBLE.sub(r"\1", _FOLD.sub(lambda found: _FOLDS[found[0]], roman))
