"""Group talks with a number of places."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.nulls import allow_null, forbid_null

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATES = ("planned", "cancelled")
MODES = ("on_site", "video", "phone")


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Add the talks; a reservation belongs to an appointment or to one of them."""
    op.create_table(
        "group_talk",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("state", _choice("grouptalkstate", STATES), nullable=False),
        sa.Column("mode", _choice("talkmode", MODES), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("advisor_id", sa.Uuid(), nullable=False),
        sa.Column("interpreter_id", sa.Uuid()),
        sa.Column("room_id", sa.Uuid()),
        sa.Column("created_by", sa.Uuid()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_group_talk_period")),
        sa.CheckConstraint("capacity BETWEEN 1 AND 200", name=op.f("ck_group_talk_capacity")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_group_talk_organisation_id")),
        sa.ForeignKeyConstraint(["advisor_id"], ["user_account.id"], name=op.f("fk_group_talk_advisor_id")),
        sa.ForeignKeyConstraint(["interpreter_id"], ["interpreter.id"], name=op.f("fk_group_talk_interpreter_id")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_group_talk_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_talk")),
    )
    op.create_index(op.f("ix_group_talk_organisation_id_starts_at"), "group_talk", ["organisation_id", "starts_at"])
    # Inline, as SQLite adds and drops a reference or a check only together with its column.
    op.execute(
        f"ALTER TABLE appointment ADD COLUMN group_talk_id {_uuid()} "
        "CONSTRAINT fk_appointment_group_talk_id REFERENCES group_talk (id)"
    )
    op.add_column("appointment", sa.Column("place", sa.Integer()))
    op.create_index(
        op.f("uq_appointment_group_talk_id_place"), "appointment", ["group_talk_id", "place"], unique=True
    )
    allow_null("reservation", "appointment_id")
    op.execute(
        f"ALTER TABLE reservation ADD COLUMN group_talk_id {_uuid()} "
        "CONSTRAINT fk_reservation_group_talk_id REFERENCES group_talk (id) "
        "CONSTRAINT ck_reservation_holder CHECK ((appointment_id IS NULL) <> (group_talk_id IS NULL))"
    )
    op.create_index(op.f("ix_reservation_group_talk_id"), "reservation", ["group_talk_id"])


def downgrade() -> None:
    """Take them away again, with the places that were given in them."""
    op.execute("DELETE FROM reservation WHERE group_talk_id IS NOT NULL")
    op.execute(
        "UPDATE invitation SET appointment_id = NULL WHERE appointment_id IN "
        "(SELECT id FROM appointment WHERE group_talk_id IS NOT NULL)"
    )
    op.execute("DELETE FROM appointment WHERE group_talk_id IS NOT NULL")
    op.drop_index(op.f("ix_reservation_group_talk_id"), "reservation")
    op.drop_column("reservation", "group_talk_id")
    forbid_null("reservation", "appointment_id")
    op.drop_index(op.f("uq_appointment_group_talk_id_place"), "appointment")
    op.drop_column("appointment", "place")
    op.drop_column("appointment", "group_talk_id")
    op.drop_table("group_talk")


def _uuid() -> str:
    """The type of a key, as each database names it."""
    return str(sa.Uuid().compile(op.get_bind().dialect))
