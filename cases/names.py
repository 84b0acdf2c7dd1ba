"""Whether two spellings may be one name: across scripts, transcriptions, name orders and typing slips.

Nothing is remembered between calls, so that the name of an erased person does not live on in a cache.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import JaroWinkler

from cases.name_cognates import cognate_groups
from cases.name_skeletons import skeletons
from cases.romanise import is_unvowelled, romanise

_ARTICLES = frozenset({"al", "el", "ul", "il", "bin", "ibn", "ben", "bint", "von", "van", "de", "der", "di", "da"})
_SUN_ARTICLE = re.compile(r"[aeiu](sh|[tdrzsn])")
_SERVANT = re.compile(r"abd(?:[aeiou]+[lrszntd]|[aeiou]{2})?(?=[a-z]{3})")
_FOLDS = (
    ("tsch", "ch"), ("tch", "ch"), ("cz", "ch"), ("dsch", "j"), ("dzh", "j"), ("dj", "j"), ("sch", "sh"),
    ("sz", "sh"), ("kh", "h"), ("ph", "f"), ("ck", "k"), ("q", "k"), ("ou", "u"), ("oo", "u"), ("ue", "u"),
    ("ee", "i"), ("ie", "i"), ("ij", "i"), ("iy", "i"), ("ii", "i"), ("ae", "a"), ("aa", "a"), ("oe", "o"),
    ("ey", "ai"), ("ay", "ai"), ("ei", "ai"), ("w", "v"), ("y", "i"), ("7", "u"), ("8", "g"), ("9", "g"),
)  # fmt: skip
_DOUBLE = re.compile(r"(.)\1+")
_SIGNATURE = str.maketrans("", "", "abcdefghijkopqstuvwxyz789")
_PREFIX_LETTERS = 3
_WRITTEN_ON = ("al", "el", "ul")
_SINGLE_WORD = 0.85
_JOIN_SLACK = 4
_MISSING_WORD = 0.02


class _Word(NamedTuple):
    """One word of a name, romanised and folded; the signature is a quick test that skeletons can meet."""

    roman: str
    fold: str
    signature: str
    has_article: bool
    unvowelled: bool


def name_keys(name: str) -> frozenset[str]:
    """All keys under which a name can be found: skeletons of words, of joined words, and cognate groups.

    Two names that share no key are not spellings of each other, apart from typing slips.
    """
    words = _words(name)
    romans = [word.roman for word in words]
    romans += [a + b for a, b in pairwise(romans)]
    romans += [bare for roman in romans if (bare := _without_article(roman))]
    keys = {key for roman in romans for key in skeletons(roman)}
    keys.update(f"={group}" for roman in romans for group in cognate_groups().get(roman, ()))
    return frozenset(keys)


def similarity(query: str, name: str) -> float:
    """How well a name answers what was typed, 0 to 1; words may stand in any order and be missing in the query."""
    return _best(_words(query), name)


def matches(query: str, names: Sequence[str]) -> float:
    """The best similarity of a query to the names one person is known by; 0 for no names."""
    words = _words(query)
    return max((_best(words, name) for name in names), default=0.0)


def rank(query: str, names: Sequence[str], *, least: float = 0.85) -> list[tuple[float, int]]:
    """Scores and positions of the names that answer a query, best first, equal ones in their order."""
    words = _words(query)
    scored = ((_best(words, name), position) for position, name in enumerate(names))
    return sorted((hit for hit in scored if hit[0] >= least), key=lambda hit: (-hit[0], hit[1]))


def _best(query: list[_Word], name: str) -> float:
    words = _words(name)
    if not query or not words:
        return 0.0
    score = _cover(query, words)
    if score < 0.95 and len(query) != len(words):
        score = max(score, _joined(query, words))
    return score


def _cover(query: list[_Word], words: list[_Word]) -> float:
    """Give each word of the query its own word of the name, the best pair first."""
    if len(query) == 1:
        total = max(_pair(query[0], word) for word in words)
    else:
        total = _assign([[_pair(q, word) for word in words] for q in query])
        if len(words) == 1:
            return total * _SINGLE_WORD
    extra = len(words) - len(query)
    score = total / len(query)
    return max(0.0, score - extra * _MISSING_WORD) if extra > 0 else score


def _assign(scores: list[list[float]]) -> float:
    """The sum of the best pairs, no row and no column twice, taken greedily."""
    pairs = sorted(((s, i, j) for i, row in enumerate(scores) for j, s in enumerate(row)), reverse=True)
    rows: set[int] = set()
    columns: set[int] = set()
    total = 0.0
    for score, i, j in pairs:
        if i not in rows and j not in columns:
            rows.add(i)
            columns.add(j)
            total += score
    return total


def _joined(query: list[_Word], words: list[_Word]) -> float:
    """Compare with neighbouring words written as one, on whichever side has more of them."""
    more, fewer = (query, words) if len(query) > len(words) else (words, query)
    best = 0.0
    for i in range(len(more) - 1):
        a, b = more[i], more[i + 1]
        length = len(a.roman) + len(b.roman)
        if all(abs(length - len(word.roman)) > _JOIN_SLACK for word in fewer):
            continue
        one = _word(a.roman + b.roman, a.unvowelled)
        shorter = [*more[:i], one, *more[i + 2 :]]
        best = max(best, _cover(shorter, fewer) if more is query else _cover(fewer, shorter))
    return best


def _pair(query: _Word, word: _Word) -> float:
    """One word against one: the same, a beginning, cognates, one skeleton, or near letter by letter."""
    if query.fold == word.fold:
        return 1.0
    near = JaroWinkler.similarity(query.fold, word.fold)
    if near < 0.4:
        return near
    if len(query.fold) >= _PREFIX_LETTERS and word.fold.startswith(query.fold):
        return max(near, 0.93)
    groups = cognate_groups()
    if query.roman in groups and word.roman in groups and groups[query.roman] & groups[word.roman]:
        return 0.97
    if query.signature != word.signature and not (query.has_article or word.has_article):
        return near
    return max(near, _by_skeleton(query, word, near))


def _by_skeleton(query: _Word, word: _Word, near: float) -> float:
    shared = max((len(key) for key in _all_skeletons(query) & _all_skeletons(word)), default=0)
    if query.unvowelled is not word.unvowelled:
        return (0.0, 0.7, 0.88)[shared] if shared < 3 else 0.95
    if shared < 2:
        return 0.0
    return 0.55 + 0.43 * near if shared == 2 else 0.7 + 0.28 * near


def _all_skeletons(word: _Word) -> frozenset[str]:
    bare = _without_article(word.roman)
    return skeletons(word.roman) | skeletons(bare) if bare else skeletons(word.roman)


def _words(name: str) -> list[_Word]:
    """The words of a name without its articles; "Abd al-Rahman" and "Abdulrahman" become one word each."""
    parts = romanise(name).split()
    unvowelled = is_unvowelled(name)
    kept: list[str] = []
    servant = ""
    for position, part in enumerate(parts):
        following = parts[position + 1] if position + 1 < len(parts) else ""
        if following and part in ("abd", "abdul", "abdel", "abdal", "abdu", "abdol"):
            servant = "abd"
        elif not (following and _is_article(part, following)):
            kept.append(servant + (_without_article(part) or part) if servant else _SERVANT.sub("abd", part))
            servant = ""
    return [_word(part, unvowelled) for part in kept]


def _word(roman: str, unvowelled: bool) -> _Word:
    signature = _DOUBLE.sub(r"\1", roman.translate(_SIGNATURE))
    return _Word(roman, _fold(roman), signature, roman.startswith(_WRITTEN_ON), unvowelled)


def _is_article(part: str, following: str) -> bool:
    sun = _SUN_ARTICLE.fullmatch(part)
    return part in _ARTICLES or (sun is not None and following.startswith(sun.group(1)))


def _without_article(roman: str) -> str:
    """The rest of a word that begins with a written-on article, where enough is left of it; else nothing."""
    return roman[2:] if len(roman) >= 5 and roman.startswith(_WRITTEN_ON) else ""


def _fold(roman: str) -> str:
    """One spelling for the transcriptions German, English, French and Turkish use for the same sound."""
    text = roman
    for letters, letter in _FOLDS:
        text = text.replace(letters, letter)
    return _DOUBLE.sub(r"\1", text)
