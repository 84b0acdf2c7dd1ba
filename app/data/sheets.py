"""Sheets: what is sealed together, in four classes of sensitivity, as padded JSON with a schema number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, Generic, Self, TypeVar
from uuid import UUID

import msgspec

from app.data import cipher, upgrades
from app.errors import Tampered


class SheetClass(StrEnum):
    """How sensitive a sheet is; kinds of different classes are never sealed together."""

    LIST = "list"
    CORE = "core"
    COUNSELLING = "counselling"
    HEALTH = "health"


class Part(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A part of a sheet, such as one child of a family; it never shows what it holds, in no log and no error."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Sheet(Part, kw_only=True, omit_defaults=True):
    """What is sealed together: subclasses name their `KIND` and `CLASS` and hold the personal fields.

    A field that is new needs a default; a field that is gone is ignored in older sheets. Whatever else changes
    raises `SCHEMA` by one and gives `upgrades` the step from the number before.
    """

    KIND: ClassVar[str] = ""
    CLASS: ClassVar[SheetClass]
    SCHEMA: ClassVar[int] = 1

    def to_bytes(self) -> bytes:
        """Padded JSON."""
        return cipher.pad(msgspec.json.encode(self))

    @classmethod
    def from_bytes(cls, raw: bytes, *, schema: int | None = None) -> Self:
        """Read a sheet back that was sealed at `schema` (None: the present one).

        Raises NewerSchema for one that a newer version wrote, Tampered for bytes that are no such sheet.
        """
        try:
            if schema is None or schema == cls.SCHEMA:
                sheet: Self = _decoder(cls).decode(raw)
                return sheet
            document: dict[str, Any] = msgspec.json.decode(raw)
            return msgspec.convert(upgrades.upgraded(cls.KIND, document, stored=schema, wanted=cls.SCHEMA), cls)
        except msgspec.MsgspecError:
            raise Tampered("does not fit its class") from None


SheetType = TypeVar("SheetType", bound=Sheet)


@dataclass(frozen=True, slots=True)
class Stored(Generic[SheetType]):
    """An opened sheet with the version to hand back when saving it."""

    record_id: UUID
    version: int
    changed_at: datetime
    sheet: SheetType


@cache
def _decoder(kind: type[Sheet]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)
