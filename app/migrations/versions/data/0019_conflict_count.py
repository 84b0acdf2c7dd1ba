"""How many conflicts an office has, counted beside its pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the numbers."""
    op.create_table(
        "conflict_count",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_conflict_count_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_conflict_count")),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("conflict_count")
