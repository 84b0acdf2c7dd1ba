"""The columns of a sealed body: numpy arrays and joined texts, how they become bytes and come back.

A body starts with the length of what it holds and is filled up to a bucket, so that its size tells little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import Annotated, Any, Self, TypeAlias, get_type_hints
from uuid import UUID

import msgspec
import numpy as np
import numpy.typing as npt

from app.data import cipher

Array: TypeAlias = npt.NDArray[Any]
Mask: TypeAlias = npt.NDArray[np.bool_]
U8: TypeAlias = Annotated[Array, "u1"]
U16: TypeAlias = Annotated[Array, "<u2"]
U32: TypeAlias = Annotated[Array, "<u4"]
U64: TypeAlias = Annotated[Array, "<u8"]
I32: TypeAlias = Annotated[Array, "<i4"]

LINE = "\n"
PART = "\x1f"
SMALLEST = 1024
FEWEST_SLOTS, SLOTS_EACH = 8, 4
_LENGTH = 4
_DECODER = msgspec.msgpack.Decoder(list[bytes])
_ENCODER = msgspec.msgpack.Encoder()


class Columns:
    """A dataclass of arrays and texts with `case_ids` (two halves of 64 bits a case) among them.

    An array's field is annotated with its type (U8, U16, …); one without is a text.
    """

    __slots__ = ()
    case_ids: Array

    def to_bytes(self) -> bytes:
        """Length, columns, filling."""
        values = [getattr(self, name) for name, _ in _layout_of(self)]
        raw = _ENCODER.encode([v.encode() if isinstance(v, str) else v.tobytes() for v in values])
        return cipher.pad(len(raw).to_bytes(_LENGTH, "big") + raw, smallest=SMALLEST)

    @classmethod
    def from_bytes(cls, padded: bytes) -> Self:
        """Read columns back; arrays share the memory of `padded`."""
        length = int.from_bytes(padded[:_LENGTH], "big")
        parts = _DECODER.decode(memoryview(padded)[_LENGTH : _LENGTH + length])
        layout = _layout_of(cls)
        read = {
            name: np.frombuffer(raw, dtype) if dtype else raw.decode()
            for (name, dtype), raw in zip(layout, parts, strict=len(parts) > len(layout))
        }
        if len(parts) < len(layout):
            read = cls.complete(read)
        for name in ("case_ids", "person_ids"):
            if name in read:
                read[name] = read[name].reshape(-1, 2)  # type: ignore[union-attr]
        return cls(**read)

    @classmethod
    def complete(cls, read: dict[str, Any]) -> dict[str, Any]:
        """The columns of a body that was written before its kind got its last ones; a kind that grew says how."""
        raise ValueError("columns are missing")


def _layout_of(columns: Any) -> list[tuple[str, str]]:
    return _layout(columns if isinstance(columns, type) else type(columns))


@cache
def _layout(kind: type[Any]) -> list[tuple[str, str]]:
    hints = get_type_hints(kind, include_extras=True)
    return [(field.name, getattr(hints[field.name], "__metadata__", ("",))[0]) for field in fields(kind)]


class Lines:
    """The lines of many joined ASCII texts as one row of lines, each cut out only where it is asked for."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._text = LINE.join(text for text in texts if text)
        ends = np.flatnonzero(np.frombuffer(self._text.encode("ascii"), np.uint8) == ord(LINE))
        self._starts = np.concatenate([[0], ends + 1])
        self._ends = np.concatenate([ends, [len(self._text)]])

    def at(self, positions: Array) -> list[str]:
        """The lines at these positions, in their order."""
        starts, ends, text = self._starts[positions].tolist(), self._ends[positions].tolist(), self._text
        return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def lines_of(text: str, count: int) -> list[str]:
    """The `count` lines of a joined text; none at all is not one empty line."""
    return text.split(LINE) if count else []


def ids_array(ids: Sequence[UUID]) -> Array:
    """UUIDs as rows of two unsigned 64-bit halves."""
    return np.frombuffer(b"".join(one.bytes for one in ids), ">u8").astype("<u8").reshape(-1, 2)


def uuid_at(ids: Array, position: int) -> UUID:
    """The UUID in a row."""
    high, low = ids[position]
    return UUID(int=int(high) << 64 | int(low))


def uuids(ids: Array) -> list[UUID]:
    """Every row as a UUID."""
    return [UUID(int=high << 64 | low) for high, low in ids.tolist()]


def is_among(ids: Array, others: Array) -> Mask:
    """Which rows of `ids` are rows of `others`."""
    return Places(others).of(ids)[1]


class Places:
    """Where the rows of some ids stand: made once, then asked for any others.

    They lie in slots by the last bits of their random halves, the rest in order: nothing large has to be sorted.
    """

    def __init__(self, ids: Array) -> None:
        slots = 1 << max(FEWEST_SLOTS, (SLOTS_EACH * len(ids)).bit_length())
        self._ids, self._mask = ids, np.uint64(slots - 1)
        self._table, rows = np.full(slots, -1, np.int32), np.arange(len(ids), dtype=np.int32)
        known = self._slots_of(ids)
        self._table[known] = rows
        lost = np.flatnonzero(self._table.take(known) != rows)
        self._rest = lost[np.argsort(ids[lost, 1])]

    def of(self, ids: Array) -> tuple[Array, Mask]:
        """The row that each of `ids` stands in, and whether it stands in one at all."""
        at = self._table.take(self._slots_of(ids)).astype(np.intp)
        same = (at >= 0) & self._are_same(ids, at)
        if len(self._rest):
            missed = np.flatnonzero(~same & (at >= 0))
            last = self._ids[self._rest, 1]
            found = self._rest[np.minimum(np.searchsorted(last, ids[missed, 1]), len(last) - 1)]
            at[missed], same[missed] = found, self._are_same(ids[missed], found)
        return at, same

    def _slots_of(self, ids: Array) -> Array:
        return (ids[:, 1] & self._mask).astype(np.intp)

    def _are_same(self, ids: Array, at: Array) -> Mask:
        if not len(self._ids):
            return np.zeros(len(ids), bool)
        same: Mask = (self._ids[:, 1].take(at) == ids[:, 1]) & (self._ids[:, 0].take(at) == ids[:, 0])
        return same


def renumbered(keep: Mask) -> Array:
    """The new position of each kept row; what is not kept has no meaning."""
    return np.cumsum(keep) - 1
