"""The raw rows of the trail and of the sealed records, read in one state of the store and without the ORM.

SQLite and PostgreSQL put what is hashed of an entry together by themselves: that saves most of the work in Python.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from binascii import unhexlify
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, text

from app.data.audit import GENESIS
from app.data.chaining import SEPARATOR as SEPARATOR_TEXT

SEPARATOR = SEPARATOR_TEXT.encode()
LAST = SEPARATOR[0]
"""The last byte of an entry that wrote nothing."""
BATCH = 4000
AT_ONCE = 250
"""So many rows at once stay near the processor until they are hashed."""
NO_TEXT = b" was text"
"""What SQLite kept as text where bytes or numbers belong ends in this, so that it is never taken for them."""
MAPPED = 1 << 30
"""The bytes of a SQLite file that are read where they lie, not copied page by page."""
Content = tuple[bytes, bytes, bytes]
"""What is hashed of an entry, its hash, and the hash that it says was before it."""
_ESCAPED = re.compile(rb"\\(.)")
_PLAIN = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
_COLUMNS = ("seq", "at", "organisation_id", "actor_id", "action", "case_id", "details")
_IDS = ("organisation_id", "actor_id", "case_id")
_NO_IDS = " OR ".join(f"{name} NOT BETWEEN '0' AND 'g'" for name in _IDS)
_SQLITE_IN_PLACE = (
    f"details GLOB '{SEPARATOR_TEXT.join('*****')}' "
    f"AND (at >= '' OR action >= x'' OR details >= x'' OR {_NO_IDS}) IS NOT TRUE"
)
"""False of what leaves the hash as it is, but no page would find: a separator in another column, a value of another
type ("" in place of no id is one): SQLite sorts numbers before texts, and texts before bytes."""
_POSTGRESQL_IN_PLACE = "strpos(action, E'\\x1f') = 0"
"""The same where a column holds its own type alone: beside the details, none but the action is a text."""


def _sqlite_content() -> str:
    """By `||`, which unlike printf keeps what is behind a NUL; NULL where a column is that must hold something."""
    parts = (f"ifnull({name}, '')" if name in _IDS else name for name in _COLUMNS)
    between = f" || '{SEPARATOR_TEXT}' || "
    return f"CAST({between.join(parts)} AS BLOB)"


def _postgresql_content() -> str:
    parts = (f"coalesce(encode(uuid_send({name}), 'hex'), '')" if name in _IDS else name for name in _COLUMNS)
    return f"concat_ws(E'\\x1f', {', '.join(parts)})"


class Rows(ABC):
    """One state of the store, for as long as its connection lasts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def span(self) -> tuple[int, int]:
        """The first and last number in the trail; zeros when it is empty. Asked for both at once, SQLite reads all."""
        row = self._one("SELECT (SELECT min(seq) FROM audit_entry), (SELECT max(seq) FROM audit_entry)")
        return _number(row[0] or 0), _number(row[1] or 0)

    def head(self) -> tuple[int, bytes]:
        """What the trail says its last entry is."""
        row = self._one("SELECT seq, hash FROM audit_head WHERE id = 1")
        return (_number(row[0]), _bytes(row[1])) if row else (0, GENESIS)

    def beginning(self) -> tuple[int, bytes]:
        """The number and hash behind which the kept part begins."""
        row = self._one("SELECT seq, hash FROM audit_beginning WHERE id = 1")
        return (_number(row[0]), _bytes(row[1])) if row else (0, GENESIS)

    def hash_at(self, seq: int) -> bytes:
        """The stored hash of an entry; no bytes when there is none."""
        row = self._one("SELECT hash FROM audit_entry WHERE seq = :seq", seq=seq)
        return _bytes(row[0]) if row else b""

    @abstractmethod
    def contents(self, first: int, last: int) -> Iterator[list[Content]]:
        """What is hashed of each entry in order, in batches; nothing of one that holds what is out of its place."""

    @abstractmethod
    def entries(self, first: int, last: int) -> Iterator[tuple[int, bytes, bool, bytes, bytes]]:
        """Number, what is hashed, whether all in it is in its place, stored previous hash and stored hash of each."""

    @abstractmethod
    def sealed(self) -> Iterator[tuple[bytes, int, bytes]]:
        """Name (`class id`), version and body of every sealed record."""

    def _one(self, query: str, **values: object) -> Any:
        return self._connection.execute(text(query), values).one_or_none()

    def _driver(self) -> Any:
        return self._connection.connection.driver_connection


class _SqliteRows(Rows):
    def contents(self, first: int, last: int) -> Iterator[list[Content]]:
        query = (
            f"SELECT CASE WHEN {_SQLITE_IN_PLACE} THEN {_sqlite_content()} END, hash, previous "  # noqa: S608
            "FROM audit_entry WHERE seq BETWEEN ? AND ? ORDER BY seq"
        )
        cursor = self._driver().execute(query, (first, last))
        while batch := cursor.fetchmany(AT_ONCE):
            yield batch

    def entries(self, first: int, last: int) -> Iterator[tuple[int, bytes, bool, bytes, bytes]]:
        query = (
            f"SELECT seq, {_sqlite_content()}, {_SQLITE_IN_PLACE}, previous, hash FROM audit_entry "  # noqa: S608
            "WHERE seq BETWEEN ? AND ? ORDER BY seq"
        )
        for seq, content, is_in_place, previous, stored in self._driver().execute(query, (first, last)):
            yield seq, _bytes(content), bool(is_in_place), _bytes(previous), _bytes(stored)

    def sealed(self) -> Iterator[tuple[bytes, int, bytes]]:
        query = "SELECT CAST(kind || ' ' || record_id AS BLOB), version, body FROM sealed_record"
        for name, version, body in self._driver().execute(query):
            yield _bytes(name), _number(version), _bytes(body)


class _PostgresqlRows(Rows):
    def contents(self, first: int, last: int) -> Iterator[list[Content]]:
        query = (
            f"COPY (SELECT CASE WHEN {_POSTGRESQL_IN_PLACE} THEN {_postgresql_content()} ELSE '' END, "  # noqa: S608
            "encode(hash, 'hex'), encode(previous, 'hex') FROM audit_entry "
            f"WHERE seq BETWEEN {first:d} AND {last:d} ORDER BY seq) TO STDOUT"
        )
        batch: list[Content] = []
        with self._driver().cursor() as cursor, cursor.copy(query) as lines:
            for line in lines:
                whole = bytes(line)
                content, stored, previous = whole[:-1].rsplit(b"\t", 2)
                content = _unescaped(content) if b"\\" in content else content
                batch.append((content, unhexlify(stored), unhexlify(previous)))
                if len(batch) == BATCH:
                    yield batch
                    batch = []
        yield batch

    def entries(self, first: int, last: int) -> Iterator[tuple[int, bytes, bool, bytes, bytes]]:
        query = (
            f"SELECT seq, convert_to({_postgresql_content()}, 'UTF8'), {_POSTGRESQL_IN_PLACE}, previous, hash "  # noqa: S608
            "FROM audit_entry WHERE seq BETWEEN %s AND %s ORDER BY seq"
        )
        yield from self._stream(query, (first, last))

    def sealed(self) -> Iterator[tuple[bytes, int, bytes]]:
        query = "SELECT convert_to(kind || ' ' || encode(uuid_send(record_id), 'hex'), 'UTF8'), version, body"
        yield from self._stream(f"{query} FROM sealed_record", ())

    def _stream(self, query: str, values: tuple[object, ...]) -> Iterator[tuple[Any, ...]]:
        with self._driver().cursor("trail", withhold=False) as cursor:
            cursor.itersize = BATCH
            cursor.execute(query, values, binary=True)
            yield from cursor


def _bytes(value: Any) -> bytes:
    """Bytes; SQLite keeps whatever is put into a column, and what is no bytes is none."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def _number(value: Any) -> int:
    """A number as we write it; what is none is -1."""
    return value if isinstance(value, int) else -1


def _marked(text_kept: bytes) -> bytes:
    return text_kept + NO_TEXT


def _unescaped(line: bytes) -> bytes:
    """What COPY has escaped in a text as it lay in the table."""
    return _ESCAPED.sub(lambda found: _PLAIN.get(found[1], found[1]), line)


@contextmanager
def snapshot(engine: Engine) -> Iterator[Rows]:
    """Rows of one moment: what others write meanwhile does not show."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield _PostgresqlRows(connection)
        else:
            driver: Any = connection.connection.driver_connection
            connection.exec_driver_sql(f"PRAGMA mmap_size = {MAPPED}")
            driver.text_factory = _marked
            try:
                connection.exec_driver_sql("SELECT 1 FROM audit_head")
                yield _SqliteRows(connection)
            finally:  # others use this connection later: what they read is to fail, not to end the process
                driver.text_factory = str
                connection.exec_driver_sql("PRAGMA mmap_size = 0")
