"""What no entry of the trail is looked for by stands in one column, as it is hashed; every hash stays as it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INDEX = "ix_audit_entry_case_id_seq"
ABOUT_A_CASE = sa.text("case_id IS NOT NULL")
KEPT = "seq, at, organisation_id, actor_id, action, case_id, previous, hash"
PARTS = "subject_kind, subject_id, digest, facts, written"


def upgrade() -> None:
    """Join five columns."""
    if op.get_bind().dialect.name == "sqlite":
        subject_id, separator = "ifnull(subject_id, '')", "char(31)"
    else:
        subject_id, separator = "coalesce(encode(uuid_send(subject_id), 'hex'), '')", "chr(31)"
    joined = f" || {separator} || ".join(("subject_kind", subject_id, "digest", "facts", "written"))
    _move(f"{KEPT}, details", f"{KEPT}, {joined}", [sa.Column("details", sa.Text(), nullable=False)])


def downgrade() -> None:
    """Take them apart again; what somebody added behind them stays with the last one."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        bind.connection.driver_connection.create_function("part_of", 2, _part, deterministic=True)
        kind, subject_id, *texts = (f"part_of(details, {number})" for number in range(5))
        subject_type = "CHAR(32)"
    else:
        kind, subject_id, *texts = (f"split_part(details, chr(31), {number})" for number in range(1, 5))
        texts.append("array_to_string((string_to_array(details, chr(31)))[5:], chr(31))")
        subject_type = "uuid"
    subject_id = f"CAST(nullif({subject_id}, '') AS {subject_type})"
    columns = [
        sa.Column("subject_kind", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
    ]
    _move(f"{KEPT}, {PARTS}", f"{KEPT}, {kind}, {subject_id}, {', '.join(texts)}", columns)


def _move(columns: str, values: str, details: list[sa.Column[object]]) -> None:
    """Put all entries into a new table, in one statement: millions of rows take minutes one by one."""
    op.drop_index(INDEX, table_name="audit_entry")
    op.rename_table("audit_entry", "audit_entry_old")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE audit_entry_old RENAME CONSTRAINT pk_audit_entry TO pk_audit_entry_old")
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        *details,
        sa.Column("previous", sa.LargeBinary(32), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
    )
    op.execute(f"INSERT INTO audit_entry ({columns}) SELECT {values} FROM audit_entry_old ORDER BY seq")
    op.drop_table("audit_entry_old")
    op.create_index(
        INDEX, "audit_entry", ["case_id", "seq"], sqlite_where=ABOUT_A_CASE, postgresql_where=ABOUT_A_CASE
    )


def _part(details: str, number: int) -> str:
    """One of the five, for SQLite; one that somebody took away is empty."""
    return [*details.split("\x1f", 4), "", "", "", ""][number]
