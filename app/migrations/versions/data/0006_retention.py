"""Restriction, what falls due, and receipts of erasures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

RESTRICTIONS = ("contested", "unlawful", "legal_claim", "objection")
EXTENSIONS = ("counselling_goes_on", "legal_dispute", "authority_asks", "family_asks")
ANSWERS = ("taken_over", "declined")
ERASED = ("case", "child", "attachment")
BASES = ("due", "request", "withdrawn", "unlawful")
LISTED = [
    "organisation_id",
    "merged_into_id",
    "restricted_on",
    "state",
    "advisor_id",
    "waiting_since",
    "next_due_on",
    "id",
]
"""All the list of cases asks of a row, so that it is read from the index alone."""


def upgrade() -> None:
    """Add the columns and both tables."""
    op.add_column("case_file", sa.Column("restricted_on", sa.Date()))
    op.add_column("case_file", sa.Column("restricted_by", sa.Uuid()))
    # Inline, as SQLite adds and drops a check only together with its column.
    listed = ", ".join(f"'{value}'" for value in RESTRICTIONS)
    op.execute(
        "ALTER TABLE case_file ADD COLUMN restriction_reason VARCHAR(40) "
        f"CONSTRAINT ck_case_file_restrictionreason CHECK (restriction_reason IN ({listed}))"
    )
    op.create_index("ix_case_file_list", "case_file", LISTED)
    op.create_table(
        "retention_mark",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("extended_until", sa.Date()),
        sa.Column("extended_on", sa.Date()),
        sa.Column("extended_by", sa.Uuid()),
        sa.Column("extension_reason", _choice("extensionreason", EXTENSIONS)),
        sa.Column("offered_on", sa.Date()),
        sa.Column("offered_by", sa.Uuid()),
        sa.Column("archive_answer", _choice("archiveanswer", ANSWERS)),
        sa.Column("answered_on", sa.Date()),
        sa.Column("answered_by", sa.Uuid()),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_retention_mark_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_retention_mark_organisation_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_retention_mark")),
    )
    op.create_table(
        "erasure_receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _choice("erasedkind", ERASED), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("basis", _choice("erasurebasis", BASES), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("keys_dropped_at", sa.DateTime(timezone=True)),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("resealed_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_erasure_receipt_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_receipt")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_erasure_receipt_subject_id")),
    )
    op.create_index(
        op.f("ix_erasure_receipt_organisation_id_erased_at"), "erasure_receipt", ["organisation_id", "erased_at"]
    )


def downgrade() -> None:
    """Take them away again; a restriction is forgotten with its columns."""
    op.drop_table("erasure_receipt")
    op.drop_table("retention_mark")
    op.drop_index("ix_case_file_list", "case_file")
    for column in ("restriction_reason", "restricted_by", "restricted_on"):
        op.drop_column("case_file", column)


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
