"""Emergency access and its review."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.choices import add_choices, remove_choices

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _choice(name: str, values: list[str]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Add the table, and the new reason why somebody may open a case."""
    op.create_table(
        "emergency_access",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reason", _choice("emergencyreason", ["child_at_risk", "family_is_here", "deadline", "other"]), nullable=False
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("verdict", _choice("verdict", ["open", "justified", "unjustified"]), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True)),
        sa.Column("reviewed_by", sa.Uuid()),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_emergency_access_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_emergency_access_organisation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_emergency_access_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_access")),
    )
    op.create_index(op.f("ix_emergency_access_organisation_id_verdict"), "emergency_access", ["organisation_id", "verdict"])
    op.create_index(op.f("ix_emergency_access_case_id"), "emergency_access", ["case_id"])
    op.add_column("case_access", sa.Column("until", sa.DateTime(timezone=True)))
    add_choices("case_access", "kind", "ck_case_access_accesskind", ["emergency"])
    add_choices("task", "kind", "ck_task_taskkind", ["emergency_review"])


def downgrade() -> None:
    """Take it away again, with the accesses that only this revision knows."""
    op.execute("DELETE FROM case_access WHERE kind = 'emergency'")
    remove_choices("case_access", "kind", "ck_case_access_accesskind", ["emergency"])
    op.execute("DELETE FROM task WHERE kind = 'emergency_review'")
    remove_choices("task", "kind", "ck_task_taskkind", ["emergency_review"])
    op.drop_column("case_access", "until")
    op.drop_table("emergency_access")
