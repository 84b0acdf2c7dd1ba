"""Cases that an aggregate of the database packs, id and day one behind the other, and what numpy makes of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy import LargeBinary
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from cases.shards.columns import uuids

Array = npt.NDArray[Any]

HALVES = np.dtype(">u8")
EARLIEST = np.iinfo(np.int32).min
HEX_DIGITS, DAY_SIGNS = 32, 10
NO_DAY = "~" * DAY_SIGNS
DIGITS = [place + HEX_DIGITS for place, sign in enumerate("2026-11-22") if sign != "-"]
"""Where the eight digits of an ISO day stand; as one number of 64 bits they rise with the day, and `NO_DAY` is last."""


class PackedCases(GenericFunction[bytes]):
    """An aggregate: id of each row, on SQLite as hex digits and with a day behind it where one is given."""

    name = "packed_cases"
    type = LargeBinary()
    inherit_cache = True


def unpacked_ids(packed: Any) -> Array:
    """Rows of both halves of the ids that the aggregate has packed; none at all where it had nothing to pack."""
    raw = bytes.fromhex(packed) if isinstance(packed, str) else packed or b""
    return np.frombuffer(raw, HALVES).astype(np.uint64).reshape(-1, 2)


def packed_uuids(packed: Any) -> list[UUID]:
    """The same as UUIDs."""
    return uuids(unpacked_ids(packed))


def dated_of_digits(packed: str) -> tuple[Array, Array]:
    """Rows of both halves of the ids, and the days as numbers that rise with them; no day is the greatest."""
    signs = np.frombuffer(packed.encode(), np.uint8).reshape(-1, HEX_DIGITS + DAY_SIGNS)
    ids = unpacked_ids(signs[:, :HEX_DIGITS].tobytes().decode())
    return ids, signs.take(DIGITS, axis=1).view(HALVES).ravel().astype(np.uint64)


def rising(days: Array) -> Array:
    """Days since 2000 as PostgreSQL sends them, as numbers that rise with them; infinity is the greatest."""
    return (days.astype(np.int64) - EARLIEST).astype(np.uint64)


@compiles(PackedCases, "sqlite")
def _as_digits(element: PackedCases, compiler: SQLCompiler, **options: Any) -> str:
    case_id, *day = (compiler.process(part, **options) for part in element.clauses)
    row = f"{case_id} || coalesce({day[0]}, '{NO_DAY}')" if day else case_id
    return f"group_concat({row}, '')"


@compiles(PackedCases, "postgresql")
def _as_bytes(element: PackedCases, compiler: SQLCompiler, **options: Any) -> str:
    (case_id,) = element.clauses
    return f"string_agg(uuid_send({compiler.process(case_id, **options)}), NULL::bytea)"
