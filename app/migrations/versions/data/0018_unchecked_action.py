"""The database checks no more which words an entry of the trail may hold: that cost as much as writing it."""

from __future__ import annotations

from app.migrations.choices import check_choices, leave_unchecked

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CONSTRAINT = "ck_audit_entry_action"
ACTIONS = (
    "read", "created", "changed", "deleted", "searched", "exported", "refused", "signed_in", "sign_in_failed",
    "signed_out", "offered", "accepted", "returned", "shared", "revoked", "sent", "key_event", "written", "corrected",
    "restricted", "released", "erased", "merged", "separated", "emergency",
)  # fmt: skip


def upgrade() -> None:
    """Drop the check."""
    leave_unchecked("audit_entry", CONSTRAINT)


def downgrade() -> None:
    """Check again."""
    check_choices("audit_entry", "action", CONSTRAINT, ACTIONS)
