"""What no table definition says: reservations cannot overlap, and the audit trail has its head."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OVERLAP = """
CREATE TRIGGER reservation_no_overlap_{event} BEFORE {event} ON reservation
WHEN NEW.is_active
BEGIN
    SELECT RAISE(ABORT, 'reservation overlap') WHERE EXISTS (
        SELECT 1 FROM reservation AS other
        WHERE other.resource_id = NEW.resource_id AND other.is_active AND other.id <> NEW.id
          AND other.starts < NEW.ends AND other.ends > NEW.starts
    );
END
"""


def upgrade() -> None:
    """Add the guard of each database, and the row every audit writer queues at."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(OVERLAP.format(event="INSERT"))
        op.execute(OVERLAP.format(event="UPDATE"))
    else:
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        op.execute(
            "ALTER TABLE reservation ADD CONSTRAINT ex_reservation_overlap EXCLUDE USING gist "
            "(resource_id WITH =, int8range(starts, ends) WITH &&) WHERE (is_active)"
        )
    head = sa.table("audit_head", sa.column("id"), sa.column("seq"), sa.column("hash"))
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])


def downgrade() -> None:
    """Take the guards away again."""
    op.execute("DELETE FROM audit_head")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER reservation_no_overlap_INSERT")
        op.execute("DROP TRIGGER reservation_no_overlap_UPDATE")
    else:
        op.execute("ALTER TABLE reservation DROP CONSTRAINT ex_reservation_overlap")
