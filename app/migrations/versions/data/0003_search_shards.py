"""Sealed shards the search and the list of cases read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = ("search", "duplicates", "people", "list")


def upgrade() -> None:
    """Three tables; shards of cases that are there already are built at the first search."""
    op.create_table(
        "shard",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_shard_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shard")),
        sa.UniqueConstraint("organisation_id", "number", name=op.f("uq_shard_organisation_id_number")),
    )
    op.create_table(
        "shard_body",
        sa.Column("shard_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="bodykind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["shard_id"], ["shard.id"], name=op.f("fk_shard_body_shard_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shard_id", "kind", name=op.f("pk_shard_body")),
    )
    if op.get_bind().dialect.name == "postgresql":
        # What is sealed cannot be made smaller: PostgreSQL need not try at every write.
        op.execute("ALTER TABLE shard_body ALTER COLUMN body SET STORAGE EXTERNAL")
    op.create_table(
        "shard_place",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("is_recent", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_shard_place_organisation_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_shard_place")),
    )
    op.create_index(op.f("ix_shard_place_organisation_id_number"), "shard_place", ["organisation_id", "number"])


def downgrade() -> None:
    """Without shards; the sealed records hold all that is in them."""
    op.drop_index(op.f("ix_shard_place_organisation_id_number"), table_name="shard_place")
    op.drop_table("shard_place")
    op.drop_table("shard_body")
    op.drop_table("shard")
