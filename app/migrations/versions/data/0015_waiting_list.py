"""Who waits for a time, and what was offered to whom."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KINDS = ("first_talk", "follow_up", "school_day", "group_information")
MODES = ("on_site", "video", "phone")
REASONS = ("no_school_for_long", "child_at_risk", "deadline", "our_cancellation")
GATES = ("brought_along", "unobtainable", "urgent")
ENDS = ("served", "left", "removed", "pointless")
OFFERS = ("open", "accepted", "declined", "expired", "withdrawn")
ONLY_OPEN = sa.text("state = 'open'")


def _choice(name: str, values: Sequence[str]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Add both tables; nobody waits yet."""
    _entries()
    _offers()


def downgrade() -> None:
    """Take them away again; a time that is kept for an offer is free as soon as its hold runs out."""
    op.drop_table("waiting_offer")
    op.drop_table("waiting_entry")


def _entries() -> None:
    op.create_table(
        "waiting_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _choice("appointmentkind", KINDS), nullable=False),
        sa.Column("mode", _choice("talkmode", MODES), nullable=False),
        sa.Column("appointment_id", sa.Uuid()),
        sa.Column("state", _choice("waitingstate", ("waiting", "paused", "ended")), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("earliest_on", sa.Date()),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("from_minute", sa.Integer()),
        sa.Column("until_minute", sa.Integer()),
        sa.Column("urgency", _choice("urgencyreason", REASONS)),
        sa.Column("urgent_by", sa.Uuid()),
        sa.Column("urgent_at", sa.DateTime(timezone=True)),
        sa.Column("unanswered", sa.Integer(), nullable=False),
        sa.Column("without_papers", _choice("gatereason", GATES)),
        sa.Column("added_via", _choice("bookedvia", ("family", "staff")), nullable=False),
        sa.Column("added_by", sa.Uuid()),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_as", _choice("waitingend", ENDS)),
        sa.CheckConstraint("state <> 'ended' OR ended_at IS NOT NULL", name=op.f("ck_waiting_entry_ended")),
        sa.CheckConstraint("urgency IS NULL OR urgent_by IS NOT NULL", name=op.f("ck_waiting_entry_urgent_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_waiting_entry_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_waiting_entry_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_waiting_entry_appointment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_entry")),
    )
    op.create_index(op.f("ix_waiting_entry_organisation_id_state"), "waiting_entry", ["organisation_id", "state"])
    op.create_index(op.f("ix_waiting_entry_case_id"), "waiting_entry", ["case_id"])
    op.create_index(op.f("ix_waiting_entry_appointment_id"), "waiting_entry", ["appointment_id"])


def _offers() -> None:
    op.create_table(
        "waiting_offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid()),
        sa.Column("state", _choice("offerstate", OFFERS), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", _choice("channel", ("email", "sms"))),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["waiting_entry.id"], name=op.f("fk_waiting_offer_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_waiting_offer_appointment_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_offer")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_waiting_offer_token_hash")),
    )
    op.create_index(op.f("ix_waiting_offer_entry_id"), "waiting_offer", ["entry_id"])
    op.create_index(op.f("ix_waiting_offer_appointment_id"), "waiting_offer", ["appointment_id"])
    op.create_index(op.f("ix_waiting_offer_state_expires_at"), "waiting_offer", ["state", "expires_at"])
    op.create_index(
        "uq_waiting_offer_open", "waiting_offer", ["entry_id"], unique=True,
        sqlite_where=ONLY_OPEN, postgresql_where=ONLY_OPEN,
    )  # fmt: skip
