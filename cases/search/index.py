"""Matching what was typed against all opened shards of an organisation at once.

Words of the query meet the distinct words of the names (cases/search/known_words.py). Only names whose words may add
up to an answer are scored in full, so that the result is that of scoring every name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from cases.name_words import Word
from cases.names import LIKELY, Matcher
from cases.partial_dates import PartialDate
from cases.search.known_words import NEAR, KnownWords, bases, joined
from cases.shards.columns import Array, Mask, lines_of
from cases.shards.reading import Searchable
from cases.shards.search_body import span_of

LONGER_NAME = 0.78
"""From this bound on a name with more words than the query is scored in full: two of its words may be one."""
ONE_WORD_NAME = 0.9
EXTRA_WORD = 0.02
UNKNOWN = 0.5


class Index:
    """The searchable bodies of all shards as one; made for one request and forgotten with it."""

    def __init__(self, shards: Sequence[Searchable]) -> None:
        self._bodies = [shard.body for shard in shards]
        self._shards = shards
        self.case_ids: Array = joined([body.case_ids for body in self._bodies], np.zeros((0, 2), "<u8"))
        self._case_base = bases([len(body.case_ids) for body in self._bodies])
        self._words = KnownWords(self._bodies)

    @cached_property
    def current(self) -> Mask:
        """Which cases are not overridden by a later entry."""
        masks = [
            np.ones(len(shard.body.case_ids), bool) if shard.current is None else shard.current
            for shard in self._shards
        ]
        return np.concatenate(masks) if masks else np.zeros(0, bool)

    def born(self, day: PartialDate) -> Mask:
        """Cases with somebody who may be born then."""
        first, last = span_of(day)
        found = np.zeros(len(self.case_ids), bool)
        for base, body in zip(self._case_base, self._bodies, strict=True):
            fits = (body.born_first <= last) & (body.born_last >= first)
            found[body.born_cases[fits].astype(np.int64) + base] = True
        return found & self.current

    def phone(self, digits: str) -> Mask:
        """Cases with a number that holds these digits in a row."""
        found = np.zeros(len(self.case_ids), bool)
        wanted = re.compile(re.escape(digits))
        for base, body in zip(self._case_base, self._bodies, strict=True):
            if digits in body.phones:
                lines = lines_of(body.phones, len(body.phone_cases))
                hits = [position for position, line in enumerate(lines) if wanted.search(line)]
                found[body.phone_cases[hits].astype(np.int64) + base] = True
        return found & self.current

    def newest(self, cases: Mask) -> Array:
        """The positions of these cases, the newest first."""
        positions = np.flatnonzero(cases)
        return positions[np.lexsort((self.case_ids[positions, 1], self.case_ids[positions, 0]))[::-1]]

    def ranked(self, name: str, among: Mask, *, most: int) -> tuple[Array, bool]:
        """Positions of cases that answer a name, best first, equal ones newest first; and whether that is all.

        At most `most` names are scored in full, those that promise most.
        """
        matcher = Matcher(name)
        if not matcher.words or not len(self._name_starts):
            return np.zeros(0, np.int64), True
        variants = [matcher, *matcher.shorter]
        words = list(dict.fromkeys(word for variant in variants for word in variant.words))
        scores = self._words.scores(words, NEAR if len(matcher.words) > 1 else LONGER_NAME)
        names, promise = self._candidates(variants, words, scores, among & self.current)
        newest = self.case_ids[self._name_cases[names]]
        shown = names[np.lexsort((newest[:, 1], newest[:, 0], promise))[::-1][:most]]
        best: dict[int, float] = {}
        for case, parts, unvowelled in self._prepared(shown, variants, words, scores):
            score = matcher.score_parts(parts, unvowelled=unvowelled)
            if score >= LIKELY and score > best.get(case, 0.0):
                best[case] = score
        cases = np.array(list(best), np.int64)
        ids = self.case_ids[cases]
        ranking = np.lexsort((ids[:, 1], ids[:, 0], np.array(list(best.values()))))[::-1]
        return cases[ranking], len(names) <= most

    def _candidates(
        self, variants: Sequence[Matcher], words: Sequence[Word], scores: Array, among: Mask
    ) -> tuple[Array, Array]:
        """Names whose words may add up to an answer, with an upper bound of what they reach."""
        names = self._with_any(np.any(scores >= LONGER_NAME - 1e-6, axis=0))
        names = names[among[self._name_cases[names]]]
        entries, owners = self._entries_of(names)
        reached = np.zeros((len(words), len(names)))
        if len(names):
            starts = np.searchsorted(owners, np.arange(len(names)))
            reached = np.maximum.reduceat(scores[:, entries], starts, axis=1)
        lengths = self._name_lengths[names]
        bound, promise = np.zeros(len(names)), np.zeros(len(names))
        for variant in variants:
            of_variant = reached[[words.index(word) for word in variant.words]]
            limit, likely = _bounds(of_variant, lengths)
            bound, promise = np.maximum(bound, limit), np.maximum(promise, likely)
        longer = lengths > len(variants[0].words)
        kept = bound >= np.where(longer, LONGER_NAME, LIKELY) - 1e-6
        return names[kept], promise[kept]

    def _prepared(
        self, names: Array, variants: Sequence[Matcher], words: Sequence[Word], scores: Array
    ) -> Iterator[tuple[int, list[str], bool]]:
        """Case, romanised words and whether they lack vowels, of each name; the matchers learn how near they are."""
        entries, owners = self._entries_of(names)
        known, which = np.unique(entries, return_inverse=True)
        if not len(known):
            return
        romans, bare = self._words.at(known)
        columns = np.where(scores[:, known] > 0, scores[:, known], self._words.letters_apart(words, known))
        for variant in variants:
            rows = columns[[words.index(word) for word in variant.words]].T.tolist()
            variant.learn(zip(zip(romans, bare, strict=True), map(tuple, rows), strict=True))
        ends = np.searchsorted(owners, np.arange(len(names)), "right").tolist()
        places, start = which.tolist(), 0
        for case, end in zip(self._name_cases[names].tolist(), ends, strict=True):
            yield case, [romans[place] for place in places[start:end]], bare[places[start]]
            start = end

    def _with_any(self, wanted: Mask) -> Array:
        """Positions of names that hold one of the wanted words: the best pair is never below the mean of all."""
        entries = np.flatnonzero(wanted.take(self._name_words))
        names = np.searchsorted(self._name_starts, entries, "right") - 1
        return names[np.flatnonzero(np.diff(names, prepend=-1))]

    def _entries_of(self, names: Array) -> tuple[Array, Array]:
        """Every word of these names, and which of them bears it."""
        lengths = self._name_lengths[names].astype(np.int64)
        owners = np.repeat(np.arange(len(names)), lengths)
        within = np.arange(len(owners)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return self._name_words[self._name_starts[names][owners] + within], owners

    @cached_property
    def _name_words(self) -> Array:
        return self._words.of_names()

    @cached_property
    def _name_cases(self) -> Array:
        rows = [body.name_cases + np.intp(base) for base, body in zip(self._case_base, self._bodies, strict=True)]
        return joined(rows, np.zeros(0, np.int64))

    @cached_property
    def _name_lengths(self) -> Array:
        return joined([body.name_lengths for body in self._bodies], np.zeros(0, "u1"))

    @cached_property
    def _name_starts(self) -> Array:
        return np.cumsum(self._name_lengths, dtype=np.int64) - self._name_lengths


def _bounds(reached: Array, lengths: Array) -> tuple[Array, Array]:
    """The most a name can score by the best pair of each word of the query, and what it will score likely."""
    wanted = len(reached)
    extra = np.maximum(0, lengths.astype(np.int64) - wanted) * EXTRA_WORD
    total = reached.sum(axis=0)
    if wanted == 1:
        return total, total - extra
    most = np.maximum(reached, NEAR).sum(axis=0) / wanted if wanted > 2 else total / wanted
    likely = np.where(reached > 0, reached, UNKNOWN).sum(axis=0) / wanted - extra
    alone = reached.max(axis=0) * ONE_WORD_NAME
    single = lengths == 1
    return np.where(single, alone, most), np.where(single, alone, likely)
