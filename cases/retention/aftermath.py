"""What follows an erasure once it is committed: files and keys at once, at night new keys for what is left.

Every step may run twice and is taken up where a crash left it: a receipt says what is still to be done.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Engine, select

from app import clock
from app.data import audit, files, records, tombstones
from app.data.audit import Action
from app.data.database import db, session, transaction
from app.data.tombstones import Tombstone
from app.errors import KeyMissing
from cases.kinds import AccessKind
from cases.models import Case, CaseAccess
from cases.retention.erasing import erase_case_rows
from cases.retention.kinds import ErasedKind, ErasureBasis
from cases.retention.models import ErasureReceipt
from cases.retention.queries import settings
from cases.shards import keeping as shards
from cases.shards import settling

log = logging.getLogger(__name__)

NIGHT = range(1, 5)
"""Hours in Düsseldorf in which keys are renewed; what a night missed is done after a day at any hour."""
LONGEST_WAIT = timedelta(hours=24)


class Note(msgspec.Struct, kw_only=True):
    """A receipt as the key store keeps it."""

    id: UUID
    kind: ErasedKind
    case_id: UUID
    basis: ErasureBasis
    rule: str
    decided_by: UUID
    erased_at: datetime
    counts: dict[str, int]
    digest: str
    effective_on: date


def finish(receipt_id: UUID) -> None:
    """Note the erasure beside the keys, drop the keys of an erased case, remove its files; twice is as good as once."""
    receipt = session().get(ErasureReceipt, receipt_id)
    if receipt is None or receipt.keys_dropped_at is not None:
        return
    tombstones.put(Tombstone(receipt.subject_id, receipt.organisation_id, _note_of(receipt)))
    if receipt.kind is ErasedKind.CASE:
        records.keyring().drop_keys(receipt.case_id)
    for name in receipt.files:
        files.remove(settings().files_folder, UUID(name))
    with transaction():
        receipt = session().get_one(ErasureReceipt, receipt_id)
        if receipt.kind is ErasedKind.CASE:
            erase_case_rows(receipt.organisation_id, receipt.case_id)  # what a save began before it and ended after it
        receipt.files = []
        receipt.keys_dropped_at = clock.now()


def finish_all() -> int:
    """Finish what a crash interrupted; answers how many."""
    query = select(ErasureReceipt.id).where(ErasureReceipt.keys_dropped_at.is_(None))
    pending = list(session().scalars(query))
    for receipt_id in pending:
        finish(receipt_id)
    return len(pending)


def settle_at_night() -> int:
    """Renew keys and shards of every organisation in which something was erased since; answers for how many.

    Does nothing by day, unless an erasure has waited for a whole day.
    """
    finish_all()
    _reseal_what_is_left()
    waiting = waiting_organisations()
    is_night = clock.local(clock.now()).hour in NIGHT
    ready = {one for one, since in waiting.items() if is_night or since <= clock.now() - LONGEST_WAIT}
    for organisation_id in sorted(ready):
        settle(organisation_id)
    return len(ready)


def settle(organisation_id: UUID) -> None:
    """New shard keys, a new key of the organisation, the old ones destroyed, and freed pages emptied."""
    begun_at = clock.now()
    shards.renew(organisation_id)
    settling.settle(organisation_id)  # once more, as what fails after a commit is logged alone
    moved = records.keyring().rotate_organisation(organisation_id)
    clean_stores()
    with transaction():
        query = select(ErasureReceipt).where(
            ErasureReceipt.organisation_id == organisation_id,
            ErasureReceipt.settled_at.is_(None),
            ErasureReceipt.keys_dropped_at <= begun_at,
        )
        for receipt in session().scalars(query):
            receipt.settled_at = clock.now()
        audit.record(
            Action.KEY_EVENT,
            organisation_id=organisation_id,
            actor_id=None,
            subject_kind="organisation",
            subject_id=organisation_id,
            facts={"why": "erasure", "wraps": moved},
        )


def clean_stores() -> None:
    """Empty what deleted rows left behind: the write-ahead log of SQLite, dead rows of PostgreSQL.

    The small key store of PostgreSQL is written anew: dead keys would open what lies dead in the large data store.
    """
    session().rollback()
    _clean(db.engine, "VACUUM")
    _clean(db.engines["keys"], "VACUUM FULL")


def _clean(engine: Engine, vacuum: str) -> None:
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")  # ends what the engine begins by itself: no checkpoint inside it
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(vacuum)


def _reseal_what_is_left() -> None:
    """Give a case of which a part was erased a new key, once no backup may be restored that still needs the old one.

    Before that day a restored backup needs it: the part is erased again then, and the rest of the family stays.
    """
    query = select(ErasureReceipt).where(
        ErasureReceipt.kind != ErasedKind.CASE,
        ErasureReceipt.resealed_at.is_(None),
        ErasureReceipt.effective_on <= clock.today(),
    )
    for receipt_id, case_id in [(one.id, one.case_id) for one in session().scalars(query)]:
        with transaction() as current:
            case = current.get(Case, case_id, with_for_update=True)
            if case is not None:
                with suppress(KeyMissing):  # its own erasure is under way
                    records.reseal_case(case_id, owner=case.organisation_id, recipients=_bodies(case_id))
            current.get_one(ErasureReceipt, receipt_id).resealed_at = clock.now()


def _bodies(case_id: UUID) -> set[UUID]:
    query = select(CaseAccess.organisation_id).where(
        CaseAccess.case_id == case_id, CaseAccess.kind == AccessKind.HANDOVER
    )
    return set(session().scalars(query))


def waiting_organisations() -> dict[UUID, datetime]:
    """Organisations with erasures since the last renewal, and since when they wait."""
    query = select(ErasureReceipt).where(ErasureReceipt.settled_at.is_(None)).order_by(ErasureReceipt.erased_at)
    found: dict[UUID, datetime] = {}
    for receipt in session().scalars(query):
        found.setdefault(receipt.organisation_id, receipt.erased_at)
    return found


def _note_of(receipt: ErasureReceipt) -> str:
    note = Note(
        id=receipt.id,
        kind=receipt.kind,
        case_id=receipt.case_id,
        basis=receipt.basis,
        rule=receipt.rule,
        decided_by=receipt.decided_by,
        erased_at=receipt.erased_at,
        counts=receipt.counts,
        digest=receipt.digest,
        effective_on=receipt.effective_on,
    )
    return msgspec.json.encode(note).decode()
