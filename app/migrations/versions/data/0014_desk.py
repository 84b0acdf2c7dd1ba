"""Numbers drawn by those who walk in, screens at the entrance, when families arrived, the language interpreted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.choices import add_choices, remove_choices

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CHOICES = (("task", "kind", "ck_task_taskkind", ["no_show_review"]),)


def _choice(name: str, values: list[str]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Add both tables, and what a row of an appointment says about its day."""
    op.create_table(
        "walk_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("state", _choice("walkinstate", ["waiting", "called", "done", "gone"]), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("advisor_id", sa.Uuid()),
        sa.Column("room_id", sa.Uuid()),
        sa.CheckConstraint("number >= 1", name=op.f("ck_walk_in_number")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_walk_in_organisation_id")),
        sa.ForeignKeyConstraint(["advisor_id"], ["user_account.id"], name=op.f("fk_walk_in_advisor_id")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_walk_in_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk_in")),
        sa.UniqueConstraint(
            "organisation_id", "drawn_on", "number", name=op.f("uq_walk_in_organisation_id_drawn_on_number")
        ),
    )
    op.create_table(
        "desk_screen",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", _choice("screenpurpose", ["board", "kiosk"]), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_desk_screen_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_screen")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_desk_screen_token_hash")),
    )
    op.add_column("absence", sa.Column("walk_in_id", sa.Uuid()))
    op.add_column("appointment", sa.Column("arrived_at", sa.DateTime(timezone=True)))
    op.add_column("appointment", sa.Column("late_minutes", sa.Integer()))
    op.add_column("appointment", sa.Column("interpreter_language", sa.String(length=8)))
    for table, column, constraint, values in CHOICES:
        add_choices(table, column, constraint, values)


def downgrade() -> None:
    """Take it away again, with the tasks and the blocked times that only this revision knows."""
    op.execute("DELETE FROM task WHERE kind = 'no_show_review'")
    for table, column, constraint, values in CHOICES:
        remove_choices(table, column, constraint, values)
    op.drop_column("appointment", "interpreter_language")
    op.drop_column("appointment", "late_minutes")
    op.drop_column("appointment", "arrived_at")
    op.execute("DELETE FROM absence WHERE walk_in_id IS NOT NULL")
    op.drop_column("absence", "walk_in_id")
    op.drop_table("desk_screen")
    op.drop_table("walk_in")
