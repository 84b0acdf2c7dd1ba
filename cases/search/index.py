"""Matching what was typed against all opened shards of an organisation at once.

Words of the query meet the distinct words of the names: letter by letter (numpy rules out what cannot be near,
rapidfuzz measures the rest) and by their keys. Only names whose words may add up to an answer are scored in full,
so that the result is that of scoring every name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cdist

from cases.name_words import Word
from cases.names import LIKELY, Matcher
from cases.partial_dates import PartialDate
from cases.shards.columns import LINE, Array, Mask, lines_of
from cases.shards.reading import Searchable
from cases.shards.search_body import keys_of, letters_of, span_of

NEAR = 0.7
"""Words less near than this cannot belong to an answer of two words; longer queries may bear one such word."""
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
        self.case_ids: Array = _one([body.case_ids for body in self._bodies], np.zeros((0, 2), "<u8"))
        self._case_base = _bases([len(body.case_ids) for body in self._bodies])
        self._word_base = _bases([len(body.unvowelled) for body in self._bodies])

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
        names, promise = self._candidates(matcher, among & self.current)
        newest = self.case_ids[self._name_cases[names]]
        order = np.lexsort((newest[:, 1], newest[:, 0], promise))[::-1]
        best: dict[int, float] = {}
        for position in names[order[:most]].tolist():
            parts, unvowelled = self._name(position)
            score = matcher.score_parts(parts, unvowelled=unvowelled)
            case = int(self._name_cases[position])
            if score >= LIKELY and score > best.get(case, 0.0):
                best[case] = score
        cases = np.array(list(best), np.int64)
        ids = self.case_ids[cases]
        ranking = np.lexsort((ids[:, 1], ids[:, 0], np.array(list(best.values()))))[::-1]
        return cases[ranking], len(names) <= most

    def _candidates(self, matcher: Matcher, among: Mask) -> tuple[Array, Array]:
        """Names whose words may add up to an answer, with an upper bound of what they reach."""
        variants = [matcher, *matcher.shorter]
        words = list(dict.fromkeys(word for variant in variants for word in variant.words))
        scores = np.zeros((len(words), len(self._letters)), np.float32)
        least = NEAR if len(matcher.words) > 1 else LONGER_NAME
        for row, word, by_key in zip(scores, words, self._sharing_keys(words), strict=True):
            self._score_words(word, row, np.unique(np.concatenate([self._near(word, least), by_key])))
        names = self._with_any(np.any(scores >= LONGER_NAME - 1e-6, axis=0))
        entries, owners = self._entries_of(names)
        reached = np.zeros((len(words), len(names)), np.float32)
        for line, row in zip(reached, scores, strict=True):
            np.maximum.at(line, owners, row[entries])
        lengths = self._name_lengths[names]
        bound, promise = np.zeros(len(names)), np.zeros(len(names))
        for variant in variants:
            of_variant = reached[[words.index(word) for word in variant.words]]
            limit, likely = _bounds(of_variant, lengths)
            bound, promise = np.maximum(bound, limit), np.maximum(promise, likely)
        longer = lengths > len(matcher.words)
        kept = (bound >= np.where(longer, LONGER_NAME, LIKELY) - 1e-6) & among[self._name_cases[names]]
        return names[kept], promise[kept]

    def _with_any(self, wanted: Mask) -> Array:
        """Positions of names that hold one of the wanted words: the best pair is never below the mean of all."""
        entries = np.flatnonzero(wanted[self._name_words])
        return np.unique(np.searchsorted(self._name_starts, entries, "right") - 1)

    def _entries_of(self, names: Array) -> tuple[Array, Array]:
        """Every word of these names, and which of them bears it."""
        lengths = self._name_lengths[names].astype(np.int64)
        owners = np.repeat(np.arange(len(names)), lengths)
        within = np.arange(len(owners)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return self._name_words[self._name_starts[names][owners] + within], owners

    def _score_words(self, word: Word, row: Array, positions: Array) -> None:
        """Write how near the known words at some positions are to one word of the query."""
        where = positions.tolist()
        romans = map(self._romans.__getitem__, where)
        known = list(zip(romans, self._unvowelled[positions].astype(bool).tolist(), strict=True))
        matcher = Matcher.of([word])
        measured = {key: matcher.pairs(key[0], unvowelled=key[1])[0] for key in set(known)}
        row[positions] = [measured[key] for key in known]

    def _near(self, word: Word, least: float) -> Array:
        """Positions of words at least so near letter by letter."""
        bits, length = np.uint32(letters_of(word.fold)), len(word.fold)
        if not length:
            return np.zeros(0, np.int64)
        lengths = self._lengths.astype(np.float32)
        here = length - np.bitwise_count(bits & ~self._letters)
        there = lengths - np.bitwise_count(self._letters & ~bits)
        common = np.minimum(here, there)
        # Jaro's similarity is a third of (common / length + common / other length + at most 1); Winkler raises
        # it by up to 0.4 of what is missing, from 0.7 on.
        able = np.flatnonzero(common * (1 / length) + common / lengths >= 3 * NEAR - 1 - 1e-4)
        if not len(able):
            return able
        known = list(map(self._folds.__getitem__, able.tolist()))
        scorer = JaroWinkler.similarity
        measured = cdist([word.fold], known, scorer=scorer, score_cutoff=least - 1e-6, dtype=np.float32)
        close: Array = able[measured[0] > 0]
        return close

    def _sharing_keys(self, words: Sequence[Word]) -> list[Array]:
        """For each word of the query the positions of known words that share a skeleton or a cognate group."""
        pairs = [(key, number) for number, word in enumerate(words) for key in sorted(keys_of(word))]
        keys = np.array([key for key, _ in pairs], np.uint64)
        found: list[list[Array]] = [[np.zeros(0, np.int64)] for _ in words]
        edges = np.concatenate([keys, keys + 1])
        for base, body in zip(self._word_base, self._bodies, strict=True):
            spots = body.key_hashes.astype(np.uint64).searchsorted(edges)
            first, last = spots[: len(keys)], spots[len(keys) :]
            for position in np.flatnonzero(first < last).tolist():
                hits = body.key_words[first[position] : last[position]].astype(np.int64) + base
                found[pairs[position][1]].append(hits)
        return [np.concatenate(parts) for parts in found]

    def _name(self, position: int) -> tuple[list[str], bool]:
        start = self._name_starts[position]
        words = self._name_words[start : start + self._name_lengths[position]].tolist()
        return [self._romans[word] for word in words], bool(self._unvowelled[words[0]])

    @cached_property
    def _folds(self) -> list[str]:
        return _split([body.folds for body in self._bodies])

    @cached_property
    def _romans(self) -> list[str]:
        return _split([body.romans for body in self._bodies])

    @cached_property
    def _letters(self) -> Array:
        return _one([body.letters for body in self._bodies], np.zeros(0, "<u4"))

    @cached_property
    def _lengths(self) -> Array:
        return _one([body.lengths for body in self._bodies], np.zeros(0, "u1"))

    @cached_property
    def _unvowelled(self) -> Array:
        return _one([body.unvowelled for body in self._bodies], np.zeros(0, "u1"))

    @cached_property
    def _name_words(self) -> Array:
        rows = [
            body.name_words.astype(np.uint32) + np.uint32(base)
            for base, body in zip(self._word_base, self._bodies, strict=True)
        ]
        return _one(rows, np.zeros(0, np.uint32))

    @cached_property
    def _name_cases(self) -> Array:
        rows = [
            body.name_cases.astype(np.int64) + base for base, body in zip(self._case_base, self._bodies, strict=True)
        ]
        return _one(rows, np.zeros(0, np.int64))

    @cached_property
    def _name_lengths(self) -> Array:
        return _one([body.name_lengths for body in self._bodies], np.zeros(0, "u1"))

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


def _bases(sizes: Sequence[int]) -> list[int]:
    return [0, *np.cumsum(sizes[:-1]).tolist()] if sizes else []


def _one(arrays: Sequence[Array], empty: Array) -> Array:
    return np.concatenate(arrays) if arrays else empty


def _split(texts: Sequence[str]) -> list[str]:
    filled = [text for text in texts if text]
    return LINE.join(filled).split(LINE) if filled else []
