"""What the list of cases is sorted by, and filters that people keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FILL = """
UPDATE case_file SET
    waiting_since = (
        SELECT min(child.waiting_since) FROM child
        WHERE child.case_id = case_file.id AND child.seated_on IS NULL AND child.state IN (
            'reported', 'recommended', 'with_authority', 'on_distribution_list', 'school_proposed',
            'admission_talk', 'assigned', 'refused'
        )
    ),
    next_due_on = (SELECT min(task.due_on) FROM task WHERE task.case_id = case_file.id AND task.state = 'open')
"""


def upgrade() -> None:
    """Count both days of every case, and make room for filters."""
    op.add_column("case_file", sa.Column("waiting_since", sa.Date()))
    op.add_column("case_file", sa.Column("next_due_on", sa.Date()))
    op.execute(FILL)
    op.drop_index(op.f("ix_case_file_organisation_id_state"), "case_file")
    op.create_index(op.f("ix_child_state_case_id"), "child", ["state", "case_id"])
    op.drop_index(op.f("ix_child_state_waiting_since"), "child")
    op.create_index(op.f("ix_placement_school_id_state_case_id"), "placement", ["school_id", "state", "case_id"])
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_saved_filter_organisation_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_saved_filter_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
    )
    op.create_index(op.f("ix_saved_filter_organisation_id_owner_id"), "saved_filter", ["organisation_id", "owner_id"])
    op.create_table(
        "filter_default",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("filter_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_filter_default_user_id")),
        sa.ForeignKeyConstraint(
            ["filter_id"], ["saved_filter.id"], name=op.f("fk_filter_default_filter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_filter_default")),
    )


def downgrade() -> None:
    """Take both away, with what lies sealed as the filters' names."""
    op.drop_table("filter_default")
    op.drop_table("saved_filter")
    op.execute("DELETE FROM sealed_record WHERE kind = 'saved_filter.name'")
    op.drop_index(op.f("ix_placement_school_id_state_case_id"), "placement")
    op.create_index(op.f("ix_child_state_waiting_since"), "child", ["state", "waiting_since"])
    op.drop_index(op.f("ix_child_state_case_id"), "child")
    op.create_index(op.f("ix_case_file_organisation_id_state"), "case_file", ["organisation_id", "state"])
    op.drop_column("case_file", "next_due_on")
    op.drop_column("case_file", "waiting_since")
