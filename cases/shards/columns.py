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
    return places_in(ids, others)[1]


def places_in(ids: Array, others: Array) -> tuple[Array, Mask]:
    """The row of `others` that each of `ids` is, and whether it is one at all.

    Others lie in slots by the last bits of their random halves, the rest in order: nothing large has to be sorted.
    """
    slots = 1 << max(FEWEST_SLOTS, (SLOTS_EACH * len(others)).bit_length())
    wanted, known = ((rows[:, 1] & np.uint64(slots - 1)).astype(np.intp) for rows in (ids, others))
    table, rows = np.full(slots, -1, np.int32), np.arange(len(others), dtype=np.int32)
    table[known] = rows
    at = table.take(wanted).astype(np.intp)
    same = (at >= 0) & _are_same(ids, others, at)
    missed, lost = np.flatnonzero(~same & (at >= 0)), np.flatnonzero(table.take(known) != rows)
    if len(missed) and len(lost):
        order = lost[np.argsort(others[lost, 1])]
        found = order[np.minimum(np.searchsorted(others[order, 1], ids[missed, 1]), len(order) - 1)]
        at[missed], same[missed] = found, _are_same(ids[missed], others, found)
    return at, same


def _are_same(ids: Array, others: Array, at: Array) -> Mask:
    if not len(others):
        return np.zeros(len(ids), bool)
    same: Mask = (others[:, 1].take(at) == ids[:, 1]) & (others[:, 0].take(at) == ids[:, 0])
    return same


def renumbered(keep: Mask) -> Array:
    """The new position of each kept row; what is not kept has no meaning."""
    return np.cumsum(keep) - 1
