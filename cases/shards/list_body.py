"""The body the list of cases reads: what it sorts and filters by that may not lie in the clear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Self

import numpy as np

from cases.romanise import romanise
from cases.shards.columns import U8, U16, U32, U64, Array, Columns, Mask, ids_array, renumbered
from cases.shards.facts import CaseFacts

SORT_BYTES = 24
LANGUAGE_BYTES = 8
SORT_TYPE = f"S{SORT_BYTES}"
LANGUAGE_TYPE = f"S{LANGUAGE_BYTES}"
_MARKS = str.maketrans({"7": "u", "8": "g", "9": "g"})


@dataclass(slots=True, repr=False)
class ListBody(Columns):
    """One row a case: how its name sorts (ASCII bytes), language code, interpreter (0/1), district.

    One row a child: the position of its case, and what decides its band (cases/bands.py).
    """

    case_ids: U64
    sort_keys: Annotated[Array, SORT_TYPE]
    languages: Annotated[Array, LANGUAGE_TYPE]
    interpreters: U8
    districts: U16
    child_cases: U32
    schooling: U64

    def restricted(self, keep: Mask) -> Self:
        """The same with the kept cases alone."""
        if keep.all():
            return self
        children = keep[self.child_cases]
        return type(self)(
            case_ids=self.case_ids[keep],
            sort_keys=self.sort_keys[keep],
            languages=self.languages[keep],
            interpreters=self.interpreters[keep],
            districts=self.districts[keep],
            child_cases=renumbered(keep)[self.child_cases[children]].astype("<u4"),
            schooling=self.schooling[children],
        )

    def joined(self, other: Self) -> Self:
        """Both together; no case may lie in both."""
        return self.all_of([self, other])

    @classmethod
    def all_of(cls, bodies: Sequence[Self]) -> Self:
        """Many bodies as one."""
        if not bodies:
            return cls.build([])
        sizes = np.cumsum([0, *(len(body.case_ids) for body in bodies)])
        children = [body.child_cases + base for body, base in zip(bodies, sizes[:-1], strict=True)]
        return cls(
            case_ids=np.concatenate([body.case_ids for body in bodies]),
            sort_keys=np.concatenate([body.sort_keys for body in bodies]),
            languages=np.concatenate([body.languages for body in bodies]),
            interpreters=np.concatenate([body.interpreters for body in bodies]),
            districts=np.concatenate([body.districts for body in bodies]),
            child_cases=np.concatenate(children).astype("<u4"),
            schooling=np.concatenate([body.schooling for body in bodies]),
        )

    @classmethod
    def build(cls, cases: Sequence[CaseFacts]) -> Self:
        """The body of some cases."""
        children = [(case, packed) for case, facts in enumerate(cases) for packed in facts.schooling]
        return cls(
            case_ids=ids_array([facts.case_id for facts in cases]),
            sort_keys=np.array([sort_key(facts.latin or facts.family_name) for facts in cases], SORT_TYPE),
            languages=np.array([facts.language.encode()[:LANGUAGE_BYTES] for facts in cases], LANGUAGE_TYPE),
            interpreters=np.array([facts.interpreter for facts in cases], "u1"),
            districts=np.array([facts.district for facts in cases], "<u2"),
            child_cases=np.array([case for case, _ in children], "<u4"),
            schooling=np.array([packed for _, packed in children], "<u8"),
        )


def sort_key(name: str) -> bytes:
    """Where a name stands in an alphabetical list: its Latin letters, umlauts as their vowels (DIN 5007-1)."""
    return romanise(name).translate(_MARKS).encode()[:SORT_BYTES]
