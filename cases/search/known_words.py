"""The distinct words of all opened shards, and how near each is to a word somebody typed.

Shards repeat each other's words; here each stands once. Letters decide how near two words are (numpy rules out what
cannot be near, rapidfuzz measures the rest); only words with a common key are compared in Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cdist

from cases.name_words import Word
from cases.names import PREFIX, PREFIX_LETTERS, Matcher
from cases.shards.columns import Array, Lines
from cases.shards.search_body import SearchBody, keys_of, letters_of

NEAR = 0.7
"""Words less near than this cannot belong to an answer of two words; longer queries may bear one such word."""
LONG_WORD = 30
"""From so many letters on a word may be less near than `NEAR` to its own beginning."""

NEARNESS = JaroWinkler.similarity


class KnownWords:
    """Each distinct word of some search bodies; made for one request and forgotten with it."""

    def __init__(self, bodies: Sequence[SearchBody]) -> None:
        self._bodies = bodies
        self._base = bases([len(body.unvowelled) for body in bodies])

    def __len__(self) -> int:
        return len(self._first)

    def scores(self, words: Sequence[Word], least: float) -> Array:
        """How near each known word is to each of these; 0 for less than `least` without a common key."""
        scores = np.zeros((len(words), len(self)))
        for row, word, by_key in zip(scores, words, self._sharing_keys(words), strict=True):
            self._score_near(word, row, least)
            self._score_pairs(word, row, by_key)
        return scores

    def letters_apart(self, words: Sequence[Word], positions: Array) -> Array:
        """How near the known words at some positions are to each of these by their letters alone."""
        folds = self._folds.at(self._first[positions])
        return cdist([word.fold for word in words], folds, scorer=NEARNESS, dtype=np.float64)

    def at(self, positions: Array) -> tuple[list[str], list[bool]]:
        """The romanised words at some positions, and whether their script leaves vowels out."""
        return self._romans.at(self._first[positions]), self._unvowelled[positions].astype(bool).tolist()

    def of_names(self) -> Array:
        """The words of every name of every body, as positions."""
        rows = [
            self._which[base : base + len(body.unvowelled)].take(body.name_words)
            for base, body in zip(self._base, self._bodies, strict=True)
        ]
        return joined(rows, np.zeros(0, np.intp))

    def _score_near(self, word: Word, row: Array, least: float) -> None:
        """Write the known words that are at least so near letter by letter."""
        able = self._able(word)
        known = self._folds.at(self._first[able])
        if not known:
            return
        near = cdist([word.fold], known, scorer=NEARNESS, score_cutoff=least - 1e-6, dtype=np.float64)[0]
        if len(word.fold) >= PREFIX_LETTERS:
            begins = np.array([fold.startswith(word.fold) for fold in known])
            near = np.where(begins & (near < 1), np.maximum(near, PREFIX), near)
        row[able] = near

    def _score_pairs(self, word: Word, row: Array, positions: Array) -> None:
        """Write how near known words are that share a key with a word of the query."""
        matcher = Matcher.of([word])
        known = zip(*self.at(positions), strict=True)
        row[positions] = [matcher.pairs(roman, unvowelled=lacks)[0] for roman, lacks in known]

    def _able(self, word: Word) -> Array:
        """Positions of words that may be as near as `NEAR`, by how many letters they share at most."""
        bits, length = np.uint32(letters_of(word.fold)), len(word.fold)
        if not length:
            return np.zeros(0, np.int64)
        lengths = self._lengths.astype(np.float32)
        here = length - np.bitwise_count(bits & ~self._letters)
        there = lengths - np.bitwise_count(self._letters & ~bits)
        common = np.minimum(here, there)
        # Jaro's similarity is a third of (common / length + common / other length + at most 1); Winkler raises
        # it by up to 0.4 of what is missing, from 0.7 on.
        enough = common * (1 / length) + common / lengths >= 3 * NEAR - 1 - 1e-4
        return np.flatnonzero(enough | (self._lengths >= LONG_WORD))

    def _sharing_keys(self, words: Sequence[Word]) -> list[Array]:
        """For each word of the query the positions of known words that share a skeleton or a cognate group."""
        pairs = [(key, number) for number, word in enumerate(words) for key in sorted(keys_of(word))]
        keys = np.array([key for key, _ in pairs], np.uint64)
        found: list[list[Array]] = [[np.zeros(0, np.int64)] for _ in words]
        edges = np.concatenate([keys, keys + 1])
        for base, body in zip(self._base, self._bodies, strict=True):
            spots = body.key_hashes.astype(np.uint64).searchsorted(edges)
            first, last = spots[: len(keys)], spots[len(keys) :]
            for position in np.flatnonzero(first < last).tolist():
                hits = body.key_words[first[position] : last[position]].astype(np.int64) + base
                found[pairs[position][1]].append(self._which[hits])
        return [np.unique(np.concatenate(parts)) for parts in found]

    @cached_property
    def _distinct(self) -> tuple[Array, Array]:
        """Which distinct word each word of each shard is, and where each distinct one stands first."""
        hashes = joined([body.hashes for body in self._bodies], np.zeros(0, "<u8"))
        order = np.argsort(hashes)
        is_new = np.diff(hashes[order], prepend=~hashes[order][:1]) != 0
        which = np.empty(len(hashes), np.intp)
        which[order] = np.cumsum(is_new) - 1
        return which, order[is_new]

    @property
    def _which(self) -> Array:
        return self._distinct[0]

    @property
    def _first(self) -> Array:
        return self._distinct[1]

    @cached_property
    def _folds(self) -> Lines:
        return Lines([body.folds for body in self._bodies])

    @cached_property
    def _romans(self) -> Lines:
        return Lines([body.romans for body in self._bodies])

    @cached_property
    def _letters(self) -> Array:
        return self._of_words([body.letters for body in self._bodies], np.zeros(0, "<u4"))

    @cached_property
    def _lengths(self) -> Array:
        return self._of_words([body.lengths for body in self._bodies], np.zeros(0, "u1"))

    @cached_property
    def _unvowelled(self) -> Array:
        return self._of_words([body.unvowelled for body in self._bodies], np.zeros(0, "u1"))

    def _of_words(self, arrays: Sequence[Array], empty: Array) -> Array:
        """One row a distinct word."""
        rows: Array = joined(arrays, empty)[self._first]
        return rows


def bases(sizes: Sequence[int]) -> list[int]:
    """Where each of some parts begins in the whole."""
    return [0, *np.cumsum(sizes[:-1]).tolist()] if sizes else []


def joined(arrays: Sequence[Array], empty: Array) -> Array:
    """Some arrays as one; `empty` for none."""
    return np.concatenate(arrays) if arrays else empty
