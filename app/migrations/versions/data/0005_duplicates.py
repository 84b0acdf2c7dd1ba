"""Pairs that are not the same family, cases that were merged, and tokens for other houses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATES = (
    "reported",
    "contacted",
    "documents_incomplete",
    "documents_complete",
    "invited",
    "appointment_booked",
    "no_show",
    "counselled",
    "closed",
)


def _case(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["case_file.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def _organisation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id"))


def upgrade() -> None:
    """Add the pointer of a merged case, and the four tables."""
    op.add_column("case_file", sa.Column("merged_into_id", sa.Uuid()))
    op.create_index(op.f("ix_case_file_merged_into_id"), "case_file", ["merged_into_id"])
    op.create_table(
        "not_same",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        _organisation("not_same"),
        _case("first_id", "not_same"),
        _case("second_id", "not_same"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_not_same")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_not_same_first_id_second_id")),
    )
    op.create_index(op.f("ix_not_same_organisation_id"), "not_same", ["organisation_id"])
    op.create_index(op.f("ix_not_same_second_id"), "not_same", ["second_id"])
    _merges()
    op.create_table(
        "cross_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        _organisation("cross_token"),
        _case("case_id", "cross_token"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cross_token")),
    )
    op.create_index(op.f("ix_cross_token_organisation_id"), "cross_token", ["organisation_id"])
    op.create_index(op.f("ix_cross_token_case_id"), "cross_token", ["case_id"])
    op.create_index(op.f("ix_cross_token_token"), "cross_token", ["token"])


def _merges() -> None:
    op.create_table(
        "case_merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.Uuid()),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.Column("dropped_at", sa.DateTime(timezone=True)),
        sa.Column("files_pending", sa.Boolean(), nullable=False),
        sa.Column(
            "merged_state",
            sa.Enum(*STATES, name="casestate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("merged_closed_at", sa.DateTime(timezone=True)),
        sa.Column("kept_opened_at", sa.DateTime(timezone=True), nullable=False),
        _organisation("case_merge"),
        _case("kept_id", "case_merge"),
        _case("merged_id", "case_merge"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_merge")),
    )
    op.create_index(op.f("ix_case_merge_kept_id"), "case_merge", ["kept_id"])
    op.create_index(op.f("ix_case_merge_merged_id"), "case_merge", ["merged_id"])
    op.create_table(
        "case_merge_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("column_name", sa.String(length=40), nullable=False),
        sa.Column("before", sa.Uuid()),
        sa.Column("after", sa.Uuid()),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["case_merge.id"], name=op.f("fk_case_merge_step_merge_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_merge_step")),
    )
    op.create_index(op.f("ix_case_merge_step_merge_id_table_name"), "case_merge_step", ["merge_id", "table_name"])


def downgrade() -> None:
    """Take the tables away again; a merged case stays a closed one."""
    for table in ("cross_token", "case_merge_step", "case_merge", "not_same"):
        op.drop_table(table)
    op.drop_index(op.f("ix_case_file_merged_into_id"), "case_file")
    op.drop_column("case_file", "merged_into_id")
