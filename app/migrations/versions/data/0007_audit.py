"""Checkpoints of the audit trail, and what each entry wrote.

The hash of an entry changes its form, so the whole trail is chained anew in both directions; what is sealed already
is entered once, so that from here on every sealed record has its last write in the trail.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BATCH = 2000
WRITES_AN_ENTRY = 500
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OLD_ACTIONS = (
    "read", "created", "changed", "deleted", "searched", "exported", "refused", "signed_in", "sign_in_failed",
    "signed_out", "offered", "accepted", "returned", "shared", "revoked", "sent", "key_event",
)  # fmt: skip
NEW_ACTIONS = (
    *OLD_ACTIONS, "written", "corrected", "restricted", "released", "erased", "merged", "separated", "emergency",
)  # fmt: skip
IDS = ("organisation_id", "actor_id", "case_id", "subject_id")
SINGLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Chain the trail in its new form, enter what is sealed, and make the tables of checkpoints."""
    _put_aside()
    entries = _make_entries(NEW_ACTIONS, "new")
    mentions = op.create_table(
        "audit_mention",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_audit_mention")),
    )
    seq, last = 0, bytes(32)
    for batch in _batches(_old_table()):
        rows = [_renewed(row) for row in batch]
        seq, last = _link(rows, seq, last)
        op.bulk_insert(entries, rows)
        named = [{"case_id": one, "seq": row["seq"]} for row in rows for one in _cases_in(row["facts"])]
        op.bulk_insert(mentions, named)
    rows = list(_sealed_already())
    seq, last = _link(rows, seq, last)
    op.bulk_insert(entries, rows)
    op.drop_table("audit_entry_old")
    _replace_head(sa.LargeBinary(32), seq, last)
    _make_tables()


def downgrade() -> None:
    """Chain the trail in its older form; what was written by an entry is lost with its column."""
    for table in ("audit_check", "audit_place", "audit_checkpoint", "audit_beginning", "audit_mention"):
        op.drop_table(table)
    _put_aside()
    entries = _make_entries(OLD_ACTIONS, "old")
    seq, last = 0, "0" * 64
    for batch in _batches(_old_table(sa.BigInteger())):
        rows = []
        for row in batch:
            seq += 1
            made = {**row, "seq": seq, "previous": last, "at": EPOCH + timedelta(microseconds=row["at"])}
            made["action"] = row["action"] if row["action"] in OLD_ACTIONS else "changed"
            last = made["hash"] = _old_hash(made)
            rows.append(made)
        op.bulk_insert(entries, rows)
    op.drop_table("audit_entry_old")
    _replace_head(sa.String(64), seq, last)


def _put_aside() -> None:
    """Rename the entries, without the names of indexes and constraints, which are wanted again."""
    op.drop_index("ix_audit_entry_case_id_seq", table_name="audit_entry")
    op.execute("DROP INDEX IF EXISTS ix_audit_entry_organisation_id_seq")
    op.rename_table("audit_entry", "audit_entry_old")
    if op.get_bind().dialect.name == "postgresql":
        for name in ("pk_audit_entry", "uq_audit_entry_previous", "ck_audit_entry_action"):
            op.execute(f"ALTER TABLE audit_entry_old DROP CONSTRAINT IF EXISTS {name}")


def _make_entries(actions: tuple[str, ...], form: str) -> sa.Table:
    is_new = form == "new"
    kept = sa.LargeBinary(32) if is_new else sa.String(64)
    columns = [
        sa.Column("seq", SINGLE if is_new else sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger() if is_new else sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column(
            "action",
            sa.Enum(*actions, name="action", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("subject_kind", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        *([sa.Column("written", sa.Text(), nullable=False)] if is_new else []),
        sa.Column("previous", kept, nullable=False),
        sa.Column("hash", kept, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
        *([] if is_new else [sa.UniqueConstraint("previous", name=op.f("uq_audit_entry_previous"))]),
    ]
    made = op.create_table("audit_entry", *columns)
    op.create_index(op.f("ix_audit_entry_case_id_seq"), "audit_entry", ["case_id", "seq"])
    if not is_new:  # the new form leaves it out: an index more costs every act, and few pages ask by it
        op.create_index(op.f("ix_audit_entry_organisation_id_seq"), "audit_entry", ["organisation_id", "seq"])
    return made


def _make_tables() -> None:
    op.create_table(
        "audit_beginning",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_beginning")),
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("size", SINGLE, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_checkpoint")),
    )
    op.create_table(
        "audit_place",
        sa.Column("key", sa.String(16), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_audit_place")),
    )
    op.create_table(
        "audit_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_check")),
    )


def _replace_head(kept: sa.types.TypeEngine[Any], seq: int, last: bytes | str) -> None:
    op.drop_table("audit_head")
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        *([sa.Column("previous", kept, nullable=False)] if isinstance(last, bytes) else []),
        sa.Column("hash", kept, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    row = {"id": 1, "seq": seq, "hash": last}
    op.bulk_insert(head, [row | {"previous": last} if isinstance(last, bytes) else row])


def _old_table(at: sa.types.TypeEngine[Any] | None = None) -> sa.TableClause:
    """The entries put aside; `at` in the form they have."""
    ids = [sa.column(name, sa.Uuid()) for name in IDS]
    texts = [sa.column(name, sa.Text()) for name in ("action", "subject_kind", "digest", "facts")]
    seq = sa.column("seq", sa.BigInteger())
    return sa.table("audit_entry_old", seq, sa.column("at", at or sa.DateTime(timezone=True)), *ids, *texts)


def _batches(table: sa.TableClause) -> Iterator[list[dict[str, Any]]]:
    last = -1
    while True:
        query = sa.select(table).where(table.c.seq > last).order_by(table.c.seq).limit(BATCH)
        found = [dict(row) for row in op.get_bind().execute(query).mappings()]
        if not found:
            return
        last = found[-1]["seq"]
        yield found


def _renewed(row: dict[str, Any]) -> dict[str, Any]:
    at = row["at"] if row["at"].tzinfo else row["at"].replace(tzinfo=UTC)
    return {**row, "at": (at - EPOCH) // timedelta(microseconds=1), "written": ""}


def _link(rows: list[dict[str, Any]], seq: int, last: bytes) -> tuple[int, bytes]:
    for row in rows:
        seq += 1
        ids = {name: row[name].hex if row[name] else "" for name in IDS}
        parts = (
            str(seq), str(row["at"]), ids["organisation_id"], ids["actor_id"], row["action"], ids["case_id"],
            row["subject_kind"], ids["subject_id"], row["digest"], row["facts"], row["written"],
        )  # fmt: skip
        row["seq"], row["previous"] = seq, last
        last = row["hash"] = sha256(last + "\x1f".join(parts).encode()).digest()
    return seq, last


def _old_hash(row: dict[str, Any]) -> str:
    at = row["at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    ids = {name: str(row[name] or "") for name in IDS}
    parts = [
        row["previous"], row["seq"], at, ids["organisation_id"], ids["actor_id"], row["action"], ids["case_id"],
        row["subject_kind"], ids["subject_id"], row["digest"], row["facts"],
    ]  # fmt: skip
    return sha256(json.dumps(parts, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def _cases_in(facts: str) -> list[UUID]:
    named = json.loads(facts).get("cases", []) if '"cases":[' in facts else []
    return [UUID(one) for one in dict.fromkeys(named)]


def _sealed_already() -> Iterator[dict[str, Any]]:
    """Entries that say of every sealed record how it lies now."""
    sealed = sa.table(
        "sealed_record",
        sa.column("kind", sa.Text()),
        sa.column("record_id", sa.Uuid()),
        sa.column("version", sa.Integer()),
        sa.column("body", sa.LargeBinary()),
    )
    query = sa.select(sealed).order_by(sealed.c.kind, sealed.c.record_id)
    now = (datetime.now(UTC) - EPOCH) // timedelta(microseconds=1)
    for part in op.get_bind().execute(query).partitions(WRITES_AN_ENTRY):
        written = (f"{row.kind} {row.record_id.hex} {row.version} {sha256(row.body).hexdigest()}" for row in part)
        texts = {"subject_kind": "sealed_record", "digest": "", "facts": "", "written": ";".join(written)}
        yield {"at": now, "action": "written", **dict.fromkeys(IDS), **texts}
