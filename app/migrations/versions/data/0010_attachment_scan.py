"""What a virus scan said of a file; files of before are unchecked until a scanner has looked at them."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATES = ("unchecked", "clean", "infected")


def upgrade() -> None:
    """Add the column."""
    listed = ", ".join(f"'{value}'" for value in STATES)
    # Inline, as SQLite adds and drops a check only together with its column.
    op.execute(
        "ALTER TABLE attachment ADD COLUMN scan VARCHAR(40) DEFAULT 'unchecked' NOT NULL "
        f"CONSTRAINT ck_attachment_scanstate CHECK (scan IN ({listed}))"
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("attachment", "scan")
