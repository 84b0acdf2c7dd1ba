"""Whether two spellings may be one name: across scripts, transcriptions, name orders and typing slips.

Nothing is remembered between calls, so that the name of an erased person does not live on in a cache.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from rapidfuzz.distance import JaroWinkler

from cases.name_cognates import cognate_groups
from cases.name_skeletons import skeletons
from cases.name_words import Word, make_word, parts_of, without_article, words_of
from cases.romanise import is_unvowelled

LIKELY = 0.85
"""From this score on a name is worth showing as an answer."""
PREFIX = 0.93
"""What the beginning of a word is worth, from `PREFIX_LETTERS` letters on."""
PREFIX_LETTERS = 3

_SINGLE_WORD = 0.9
_MISSING_WORD = 0.02
_JOIN_LEAST = 0.7


def name_keys(name: str) -> frozenset[str]:
    """All keys under which a name can be found: skeletons of words, of joined words, and cognate groups.

    Two names that share no key are not spellings of each other, apart from typing slips.
    """
    romans = parts_of(name)
    romans += [a + b for a, b in pairwise(romans)]
    romans += [bare for roman in romans if (bare := without_article(roman))]
    keys = {key for roman in romans for key in skeletons(roman)}
    keys.update(f"={group}" for roman in romans for group in cognate_groups().get(roman, ()))
    return frozenset(keys)


def similarity(query: str, name: str) -> float:
    """How well a name answers what was typed, 0 to 1; word order is free, the query may leave words out."""
    return Matcher(query).score(name)


def matches(query: str, names: Sequence[str]) -> float:
    """The best similarity of a query to the names one person is known by; 0 for no names."""
    matcher = Matcher(query)
    return max((matcher.score(name) for name in names), default=0.0)


def rank(query: str, names: Sequence[str], *, least: float = LIKELY) -> list[tuple[float, int]]:
    """Scores and positions of the names that answer a query, best first, equal ones in their order."""
    matcher = Matcher(query)
    scored = ((matcher.score(name), position) for position, name in enumerate(names))
    return sorted((hit for hit in scored if hit[0] >= least), key=lambda hit: (-hit[0], hit[1]))


class Matcher:
    """One query against many names; a word that returns is compared once, and forgotten with the query."""

    def __init__(self, query: str) -> None:
        self.words = words_of(query)
        self._keys = [word.skeletons() for word in self.words]
        self._seen: dict[tuple[str, bool], tuple[float, ...]] = {}
        self.shorter = [
            Matcher.of([*self.words[:i], _join(a, b), *self.words[i + 2 :]])
            for i, (a, b) in enumerate(pairwise(self.words))
        ]

    @classmethod
    def of(cls, words: list[Word]) -> "Matcher":
        """A query of words that are prepared already."""
        matcher = cls("")
        matcher.words = words
        matcher._keys = [word.skeletons() for word in words]
        return matcher

    def score(self, name: str) -> float:
        """0 to 1 for one name."""
        return self.score_parts(parts_of(name), unvowelled=is_unvowelled(name))

    def score_parts(self, parts: list[str], *, unvowelled: bool) -> float:
        """The same for a name whose romanised words are known."""
        if not self.words or not parts:
            return 0.0
        score = self._cover(parts, unvowelled)
        if score < LIKELY and len(parts) != len(self.words):
            score = max(score, self._joined(parts, unvowelled))
        return score

    def pairs(self, part: str, *, unvowelled: bool) -> tuple[float, ...]:
        """How near each word of the query is to one romanised word."""
        return self._seen.get((part, unvowelled)) or self._column(part, unvowelled)

    def learn(self, columns: Iterable[tuple[tuple[str, bool], tuple[float, ...]]]) -> None:
        """Take over how near words are that were compared elsewhere, for (romanised word, whether it lacks vowels)."""
        self._seen.update(columns)

    def _joined(self, parts: list[str], unvowelled: bool) -> float:
        """Compare with neighbouring words written as one, on whichever side has more of them."""
        if len(self.words) > len(parts):
            return max(shorter._cover(parts, unvowelled) for shorter in self.shorter)
        best = 0.0
        for i, (a, b) in enumerate(pairwise(parts)):
            one = a + b
            if any(JaroWinkler.similarity(one, word.roman) >= _JOIN_LEAST for word in self.words):
                best = max(best, self._cover([*parts[:i], one, *parts[i + 2 :]], unvowelled))
        return best

    def _cover(self, parts: list[str], unvowelled: bool) -> float:
        """Give each word of the query its own word of the name."""
        seen = self._seen
        columns = [seen.get((part, unvowelled)) or self._column(part, unvowelled) for part in parts]
        wanted = len(self.words)
        if wanted == 1:
            total = max(columns)[0]
        elif len(columns) == 1:
            return max(columns[0]) * _SINGLE_WORD
        else:
            total = _assign(columns, wanted)
        extra = len(columns) - wanted
        return max(0.0, total / wanted - extra * _MISSING_WORD) if extra > 0 else total / wanted

    def _column(self, part: str, unvowelled: bool) -> tuple[float, ...]:
        word = make_word(part, unvowelled=unvowelled)
        column = tuple(_pair(query, keys, word) for query, keys in zip(self.words, self._keys, strict=True))
        self._seen[part, unvowelled] = column
        return column


def _join(a: Word, b: Word) -> Word:
    return make_word(a.roman + b.roman, unvowelled=a.unvowelled)


def _assign(columns: list[tuple[float, ...]], wanted: int) -> float:
    """The sum of the best pairs, no word twice; exact for two against two, else greedy."""
    if wanted == 2 and len(columns) == 2:
        (a, b), (c, d) = columns
        return max(a + d, b + c)
    pairs = sorted(((s, i, j) for j, column in enumerate(columns) for i, s in enumerate(column)), reverse=True)
    rows: set[int] = set()
    taken: set[int] = set()
    total = 0.0
    for score, i, j in pairs:
        if i not in rows and j not in taken:
            rows.add(i)
            taken.add(j)
            total += score
    return total


def _pair(query: Word, keys: frozenset[str], word: Word) -> float:
    """One word against one: the same, a beginning, cognates, one skeleton, or near letter by letter."""
    if query.fold == word.fold:
        return 1.0
    near = JaroWinkler.similarity(query.fold, word.fold)
    if near < 0.4:
        return near
    if len(query.fold) >= PREFIX_LETTERS and word.fold.startswith(query.fold):
        return max(near, PREFIX)
    groups = cognate_groups()
    if query.roman in groups and word.roman in groups and groups[query.roman] & groups[word.roman]:
        return 0.97
    if query.signature != word.signature and not (query.has_article or word.has_article):
        return near
    shared = max((len(key) for key in keys & word.skeletons()), default=0)
    if query.unvowelled is not word.unvowelled:
        return max(near, (0.0, 0.7, 0.88)[shared] if shared < 3 else 0.88 + 0.08 * near)
    if shared < 2:
        return near
    return max(near, 0.55 + 0.43 * near if shared == 2 else 0.7 + 0.28 * near)


def word_similarity(a: Word, b: Word) -> float:
    """How near two single words are, 0 to 1; `a` may be a beginning of `b`, not the other way about."""
    return _pair(a, a.skeletons(), b)
