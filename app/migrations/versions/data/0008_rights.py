"""The register of what families ask for under the GDPR, and consent to what is kept of health."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.choices import add_choices, remove_choices

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KINDS = ("access", "rectification", "erasure", "restriction", "portability", "objection")
PURPOSES = ("health",)
STATES = ("open", "granted", "partly", "refused", "withdrawn")
OF_PURPOSE = "(SELECT id FROM consent WHERE purpose = 'health')"


def upgrade() -> None:
    """Add the register; what was said lies sealed in `sealed_record` like everything else."""
    op.create_table(
        "rights_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="rightkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="requeststate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_rights_request_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_request")),
    )
    op.create_index(op.f("ix_rights_request_case_id_state"), "rights_request", ["case_id", "state"], unique=False)
    add_choices("consent", "purpose", "ck_consent_consentpurpose", PURPOSES)


def downgrade() -> None:
    """Take the register away, with what lies sealed about requests and corrections."""
    op.execute("DELETE FROM sealed_record WHERE kind IN ('rights.request', 'rights.correction')")
    op.drop_table("rights_request")
    op.execute("DELETE FROM sealed_record WHERE kind = 'consent.detail' AND record_id IN " + OF_PURPOSE)
    op.execute("DELETE FROM consent WHERE purpose = 'health'")
    remove_choices("consent", "purpose", "ck_consent_consentpurpose", PURPOSES)
