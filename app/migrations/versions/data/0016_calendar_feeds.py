"""Calendars to subscribe to, and who gets the changes of appointments by mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _person(name: str) -> sa.Enum:
    return sa.Enum(
        "advisor", "interpreter", "room", name=name, native_enum=False, create_constraint=True, length=40
    )


def upgrade() -> None:
    """Add the feeds with the hashes of their tokens, and who was told of what."""
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_kind", _person("resourcekind"), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid()),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("etag", sa.String(64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_calendar_feed_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_index(op.f("ix_calendar_feed_person_id"), "calendar_feed", ["person_id"])
    op.create_table(
        "calendar_mail",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_kind", _person("resourcekind"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_calendar_mail_organisation_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendar_mail")),
    )
    op.create_table(
        "calendar_invite",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_kind", _person("resourcekind"), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("told", sa.String(64), nullable=False),
        sa.Column("stamp", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_calendar_invite_appointment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_invite")),
        sa.UniqueConstraint("appointment_id", "person_id", name=op.f("uq_calendar_invite_appointment_id_person_id")),
    )


def downgrade() -> None:
    """Take them away again: subscribed calendars stop, nothing else is lost."""
    op.drop_table("calendar_invite")
    op.drop_table("calendar_mail")
    op.drop_table("calendar_feed")
