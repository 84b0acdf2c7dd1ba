"""What interpreters need and answer, and whose own calendar keeps them busy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SOURCES = ("entered", "calendar")
GENDERS = ("female", "male")
ANSWERS = ("asked", "confirmed", "declined")
STATES = ("waiting", "read", "failed")
PROBLEMS = (
    "no_https",
    "not_allowed",
    "no_such_server",
    "unreachable",
    "too_slow",
    "not_secure",
    "refused",
    "gone",
    "trouble",
    "too_many_redirects",
    "too_large",
    "no_calendar",
    "too_many",
)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Columns on absences and interpreters, questions to interpreters, own calendars."""
    # Inline, as SQLite adds and drops a check only together with its column.
    op.execute(
        f"ALTER TABLE absence ADD COLUMN source VARCHAR(40) DEFAULT 'entered' NOT NULL "
        f"CONSTRAINT ck_absence_absencesource CHECK (source IN ({_listed(SOURCES)}))"
    )
    op.execute(
        f"ALTER TABLE interpreter ADD COLUMN gender VARCHAR(40) "
        f"CONSTRAINT ck_interpreter_gender CHECK (gender IN ({_listed(GENDERS)}))"
    )
    op.execute(
        "ALTER TABLE interpreter ADD COLUMN notice_days INTEGER DEFAULT 3 NOT NULL "
        "CONSTRAINT ck_interpreter_notice CHECK (notice_days BETWEEN 0 AND 60)"
    )
    op.add_column("interpreter", sa.Column("budget_hours", sa.Integer(), nullable=True))
    op.add_column(
        "interpreter", sa.Column("may_exceed_budget", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    _asks()
    _calendars()


def downgrade() -> None:
    """Take them away again; what own calendars brought in goes with them, as it could not be told apart."""
    op.drop_table("own_calendar")
    op.drop_table("interpreter_ask")
    for column in ("may_exceed_budget", "budget_hours", "notice_days", "gender"):
        op.drop_column("interpreter", column)
    op.execute("DELETE FROM absence WHERE source = 'calendar'")
    op.drop_column("absence", "source")


def _asks() -> None:
    op.create_table(
        "interpreter_ask",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("interpreter_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.String(40), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answer_by", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint(f"answer IN ({_listed(ANSWERS)})", name=op.f("ck_interpreter_ask_answer")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], ondelete="CASCADE",
            name=op.f("fk_interpreter_ask_appointment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["interpreter_id"], ["interpreter.id"], name=op.f("fk_interpreter_ask_interpreter_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_interpreter_ask_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interpreter_ask")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_interpreter_ask_token_hash")),
    )
    for column in ("appointment_id", "interpreter_id"):
        op.create_index(op.f(f"ix_interpreter_ask_{column}"), "interpreter_ask", [column])


def _calendars() -> None:
    op.create_table(
        "own_calendar",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("problem", sa.String(40), nullable=True),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("tried_at", INSTANT, nullable=True),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.Column("unpacked_at", INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("etag", sa.String(200), nullable=False),
        sa.CheckConstraint(f"state IN ({_listed(STATES)})", name=op.f("ck_own_calendar_calendarstate")),
        sa.CheckConstraint(f"problem IN ({_listed(PROBLEMS)})", name=op.f("ck_own_calendar_calendarproblem")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_own_calendar_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], ondelete="CASCADE", name=op.f("fk_own_calendar_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_own_calendar")),
    )


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
