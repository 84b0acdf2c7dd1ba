"""Entries of the trail are found by case where they name one; those that name none are never looked for that way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INDEX, COLUMNS = "ix_audit_entry_case_id_seq", ["case_id", "seq"]
ABOUT_A_CASE = sa.text("case_id IS NOT NULL")


def upgrade() -> None:
    """Leave entries without a case out of the index: whoever enters one need not touch it."""
    op.drop_index(INDEX, table_name="audit_entry")
    op.create_index(
        INDEX, "audit_entry", COLUMNS, sqlite_where=ABOUT_A_CASE, postgresql_where=ABOUT_A_CASE
    )


def downgrade() -> None:
    """Keep every entry in it."""
    op.drop_index(INDEX, table_name="audit_entry")
    op.create_index(INDEX, "audit_entry", COLUMNS)
