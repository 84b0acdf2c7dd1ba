"""How long each kind of appointment takes and who may book it; buffers and ways of talking on what is booked."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from app.migrations.choices import add_choices, remove_choices

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NEW_KINDS = ("school_day", "group_information")
KINDS = ("first_talk", "follow_up", *NEW_KINDS)
ACCESS = ("staff", "invited", "open")
PAPERS = ("none", "all", "listed")
MODES = ("on_site", "video", "phone")
OVERBOOKED = ("emergency", "agreed", "short_matter")
WITH_KINDS = ("appointment", "invitation")
SECONDS = {"sqlite": "CAST(strftime('%s', hold_ends_at) AS INTEGER)", "postgresql": "extract(epoch FROM hold_ends_at)"}


def _choice(name: str, values: Sequence[str]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _allowed(column: str, values: Sequence[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"CHECK ({column} IN ({listed}))"


def upgrade() -> None:
    """Add the settings, and what an appointment and its reservations know besides."""
    op.create_table(
        "kind_setting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _choice("appointmentkind", KINDS), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in (
                "minutes",
                "minutes_interpreted",
                "buffer_before",
                "buffer_after",
                "lead_minutes",
                "horizon_days",
                "step_minutes",
                "capacity",
            )
        ),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("papers", _choice("paperrule", PAPERS), nullable=False),
        sa.Column("papers_listed", sa.JSON(), nullable=False),
        sa.Column("access", _choice("bookingaccess", ACCESS), nullable=False),
        sa.Column("modes", sa.JSON(), nullable=False),
        sa.Column("needs_room", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "minutes > 0 AND minutes_interpreted > 0 AND step_minutes > 0", name=op.f("ck_kind_setting_lengths")
        ),
        sa.CheckConstraint(
            "buffer_before >= 0 AND buffer_after >= 0 AND lead_minutes >= 0", name=op.f("ck_kind_setting_margins")
        ),
        sa.CheckConstraint("horizon_days > 0 AND capacity > 0", name=op.f("ck_kind_setting_limits")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_kind_setting_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kind_setting")),
        sa.UniqueConstraint("organisation_id", "kind", name=op.f("uq_kind_setting_organisation_id_kind")),
    )
    for table in WITH_KINDS:
        add_choices(table, "kind", f"ck_{table}_appointmentkind", NEW_KINDS)
    _appointment()
    _reservation()


def _appointment() -> None:
    # Inline, as SQLite adds and drops a check only together with its column.
    op.execute(
        "ALTER TABLE appointment ADD COLUMN mode VARCHAR(40) DEFAULT 'on_site' NOT NULL "
        f"CONSTRAINT ck_appointment_talkmode {_allowed('mode', MODES)}"
    )
    op.execute(
        "ALTER TABLE appointment ADD COLUMN overbooked_reason VARCHAR(40) "
        f"CONSTRAINT ck_appointment_overbookreason {_allowed('overbooked_reason', OVERBOOKED)}"
    )


def _reservation() -> None:
    """Rows of before keep the buffer that was the same for all; holds keep their end."""
    op.add_column("reservation", sa.Column("buffer_before", sa.Integer(), server_default="0", nullable=False))
    op.add_column("reservation", sa.Column("buffer_after", sa.Integer(), server_default="15", nullable=False))
    op.add_column("reservation", sa.Column("hold_ends", sa.BigInteger()))
    op.execute(
        "ALTER TABLE reservation ADD COLUMN is_busy BOOLEAN DEFAULT TRUE NOT NULL "
        "CONSTRAINT ck_reservation_busy CHECK (is_busy OR NOT is_active)"
    )
    op.execute("UPDATE reservation SET is_busy = is_active WHERE NOT is_active")
    seconds = SECONDS[op.get_bind().dialect.name]
    op.execute(
        f"UPDATE reservation SET hold_ends = (SELECT {seconds} FROM appointment "  # noqa: S608
        "WHERE appointment.id = reservation.appointment_id) "
        "WHERE appointment_id IN (SELECT id FROM appointment WHERE state = 'held')"
    )


def downgrade() -> None:
    """Take it away again; appointments of the new kinds become follow-up talks, overbooked ones stay unguarded."""
    for name in ("is_busy", "hold_ends", "buffer_after", "buffer_before"):
        op.drop_column("reservation", name)
    for name in ("overbooked_reason", "mode"):
        op.drop_column("appointment", name)
    listed = ", ".join(f"'{kind}'" for kind in NEW_KINDS)
    for table in WITH_KINDS:
        op.execute(f"UPDATE {table} SET kind = 'follow_up' WHERE kind IN ({listed})")  # noqa: S608
        remove_choices(table, "kind", f"ck_{table}_appointmentkind", NEW_KINDS)
    op.drop_table("kind_setting")
