"""What the case list asks of a case lies beside it in one value on PostgreSQL, which groups and packs rows slowly.

SQLite answers the same out of the index of the list (decision 10).
"""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KEY = """
uuid_send(id)
|| date_send(coalesce(waiting_since, 'infinity'))
|| date_send(coalesce(next_due_on, 'infinity'))
|| substring(sha256(state::bytea) FROM 1 FOR 4)
|| uuid_send(coalesce(advisor_id, '00000000-0000-0000-0000-000000000000'))
"""


def upgrade() -> None:
    """The database keeps it itself."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE case_file ADD COLUMN list_key bytea NOT NULL GENERATED ALWAYS AS ({KEY}) STORED")


def downgrade() -> None:
    """All of it stands in the columns it is made of."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("case_file", "list_key")
