"""What a rotation of keys remembers."""

from __future__ import annotations

revision = "0002_keys"
down_revision = "0001_keys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
