"""What every table shares: named constraints, UUIDv7 keys made here, and aware instants."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy import DateTime, Dialect, Enum, MetaData, Uuid
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry
from sqlalchemy.types import TypeDecorator
from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from sqlalchemy.orm import MappedColumn

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

EnumType = TypeVar("EnumType", bound=StrEnum)


def new_id() -> UUID:
    """A UUIDv7: made before anything is sealed, as the seal binds to it; sorts by time of making."""
    return UUID(int=uuid7().int)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database; a naive datetime is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC on the way in."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give SQLite's naive values their zone back on the way out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The root of all tables of the data store."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={datetime: UtcDateTime, UUID: Uuid()},
    )


def primary_key() -> MappedColumn[UUID]:
    """A UUIDv7 primary key, set when the object is made."""
    return mapped_column(primary_key=True, default=new_id)


def choice(kind: type[EnumType], *, is_checked: bool = True, **options: Any) -> MappedColumn[EnumType]:
    """A column that holds one value of `kind`, checked by the database unless that costs too much."""
    column_type = Enum(
        kind,
        native_enum=False,
        create_constraint=is_checked,
        name=kind.__name__.lower(),
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )
    return mapped_column(column_type, **options)
