"""Requests from the open page, limits by telephone, times that cool down, and what families say to a reminder."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.choices import add_choices, remove_choices

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATES = ("typing", "waiting", "taken", "joined", "declined", "withdrawn")
REASONS = ("not_responsible", "has_appointment", "not_reached", "no_family")
REQUESTED = ("requested",)
DRAFTS = "(SELECT id FROM case_file WHERE state = 'requested')"


def upgrade() -> None:
    """Add the tables, the columns of appointments, and the state of a case that nobody has taken."""
    add_choices("case_file", "state", "ck_case_file_casestate", REQUESTED)
    add_choices("case_merge", "merged_state", "ck_case_merge_casestate", REQUESTED)
    op.add_column("appointment", sa.Column("wants_earlier", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("appointment", sa.Column("contact_token", sa.LargeBinary(), nullable=True))
    op.add_column("appointment", sa.Column("said_coming_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("appointment", sa.Column("asked_cancel_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_appointment_contact_token"), "appointment", ["contact_token"], unique=False)
    _booking_request()
    _trusted_phone()
    _cooling_time()


def downgrade() -> None:
    """Take it all away again; drafts nobody took go with everything that was kept of them."""
    for table in ("cooling_time", "trusted_phone", "booking_request"):
        op.drop_table(table)
    op.drop_index(op.f("ix_appointment_contact_token"), table_name="appointment")
    for column in ("asked_cancel_at", "said_coming_at", "contact_token", "wants_earlier"):
        op.drop_column("appointment", column)
    op.execute("DELETE FROM sealed_record WHERE case_id IN " + DRAFTS)
    op.execute("DELETE FROM message WHERE case_id IN " + DRAFTS)
    op.execute("DELETE FROM invitation WHERE case_id IN " + DRAFTS)
    op.execute("DELETE FROM case_file WHERE state = 'requested'")
    remove_choices("case_merge", "merged_state", "ck_case_merge_casestate", REQUESTED)
    remove_choices("case_file", "state", "ck_case_file_casestate", REQUESTED)


def _booking_request() -> None:
    op.create_table(
        "booking_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state", _choice("requeststage", STATES), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact_token", sa.LargeBinary(), nullable=True),
        sa.Column("code_token", sa.LargeBinary(), nullable=True),
        sa.Column("code_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("codes_sent", sa.Integer(), nullable=False),
        sa.Column("proof", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decline_reason", _choice("declinereason", REASONS), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_booking_request_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_booking_request_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_request")),
        sa.UniqueConstraint("case_id", name=op.f("uq_booking_request_case_id")),
        sa.UniqueConstraint("proof", name=op.f("uq_booking_request_proof")),
    )
    op.create_index(op.f("ix_booking_request_contact_token"), "booking_request", ["contact_token"], unique=False)
    op.create_index(
        op.f("ix_booking_request_organisation_id_state"), "booking_request", ["organisation_id", "state"], unique=False
    )


def _trusted_phone() -> None:
    op.create_table(
        "trusted_phone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("contact_token", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_trusted_phone_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_phone")),
        sa.UniqueConstraint(
            "organisation_id", "contact_token", name=op.f("uq_trusted_phone_organisation_id_contact_token")
        ),
    )


def _cooling_time() -> None:
    op.create_table(
        "cooling_time",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("starts", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_cooling_time_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cooling_time")),
    )
    op.create_index(
        op.f("ix_cooling_time_organisation_id_until"), "cooling_time", ["organisation_id", "until"], unique=False
    )


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
