"""Adding to what a column of choices may hold, and taking it away, on both databases without a new table.

SQLite has no ALTER for a CHECK, and a table that is made anew loses its other checks and, dropped with foreign
keys on, takes along the rows that hang on it; so the constraint's text is changed in the schema itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from app.migrations.sqlite_schema import rewrite, sql_of

VALUE = re.compile(r"'([^']*)'")


def add_choices(table: str, column: str, constraint: str, values: Sequence[str]) -> None:
    """Let `column` hold `values` too; `constraint` is the full name of its check, such as `ck_task_taskkind`."""
    present = _present(table, constraint)
    _allow(table, column, constraint, [*present, *(value for value in values if value not in present)])


def remove_choices(table: str, column: str, constraint: str, values: Sequence[str]) -> None:
    """Let `column` hold `values` no longer; rows that hold one must be gone before."""
    _allow(table, column, constraint, [value for value in _present(table, constraint) if value not in values])


def leave_unchecked(table: str, constraint: str) -> None:
    """Drop a check of choices."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(constraint), table, type_="check")
        return
    pattern = re.compile(rf",\s*{_check(constraint).pattern}")
    rewrite(table, pattern.sub("", sql_of(table)))


def check_choices(table: str, column: str, constraint: str, values: Sequence[str]) -> None:
    """Let `column` hold these `values` alone; rows that hold another must be gone before."""
    if op.get_bind().dialect.name != "sqlite":
        op.create_check_constraint(op.f(constraint), table, _is_one_of(column, values))
        return
    check = f", \n\tCONSTRAINT {constraint} CHECK ({_is_one_of(column, values)})\n)"
    rewrite(table, f"{sql_of(table).rstrip().removesuffix(')').rstrip()}{check}")


def _present(table: str, constraint: str) -> list[str]:
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        query = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
        return VALUE.findall(bind.execute(query, {"name": constraint}).scalar_one())
    found = _check(constraint).search(sql_of(table))
    if found is None:
        raise RuntimeError(f"{table} has no check {constraint}")
    return VALUE.findall(found[2])


def _allow(table: str, column: str, constraint: str, values: Sequence[str]) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(constraint), table, type_="check")
        op.create_check_constraint(op.f(constraint), table, _is_one_of(column, values))
        return
    allowed = _listed(values)
    rewrite(table, _check(constraint).sub(lambda match: f"{match[1]}{allowed}{match[3]}", sql_of(table)))


def _is_one_of(column: str, values: Sequence[str]) -> str:
    return f"{column} IN ({_listed(values)})"


def _listed(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _check(constraint: str) -> re.Pattern[str]:
    return re.compile(rf'(CONSTRAINT "?{constraint}"? CHECK \("?\w+"? IN \()([^)]*)(\)\))')
