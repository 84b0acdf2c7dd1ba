"""Checkpoints of the audit trail: how long it is and what its last hash is, signed, and carried to other places.

Whoever holds the database can rewrite the whole chain; against a checkpoint that lies elsewhere this shows. The
signing key belongs to somebody else than the root key, and may be readable by another account alone: then that
account runs `flask audit checkpoint`, and the worker leaves it be.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import BigInteger, Integer, String, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.data import checkpoint_places
from app.data.audit import AuditHead
from app.data.checkpoint_places import Place, PlaceError
from app.data.database import Model, session, transaction
from app.data.signed_notes import NoteError, Signer, checkpoint_text, new_signer, read_signer
from config import Config

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
ENTRIES_AT_MOST = 1000
FIRST_RETRY = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)


class AuditCheckpoint(Model):
    """A signed note about the trail as it was; `size` is the number of its last entry."""

    __tablename__ = "audit_checkpoint"

    size: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)


class AuditPlace(Model):
    """What a place outside has: its `key` is a digest of the address, which may hold a password."""

    __tablename__ = "audit_place"

    key: Mapped[str] = mapped_column(String(16), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    delivered_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(String(80), default="")


def load_signer(config: Config) -> Signer | None:
    """The signing key, or None when none is set up here; raises NoteError for one that others can read."""
    file = config.audit_key_file
    if file is None or not file.exists():
        return None
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise NoteError("the signing key can be read by others: set its mode to 0400")
    if not os.access(file, os.R_OK):
        raise NoteError("the signing key belongs to another account")
    return read_signer(file.read_text(encoding="ascii"))


def create_key(config: Config, file: Path) -> Signer:
    """Make a signing key of mode 0400; an existing one is never touched (FileExistsError)."""
    signer = new_signer(config.audit_origin)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(signer.to_text() + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    return signer


def places(config: Config) -> list[Place]:
    """Where checkpoints go; the settings were checked at start."""
    return [checkpoint_places.read_place(address) for address in config.checkpoint_places]


def is_due(*, every: timedelta = EVERY) -> bool:
    """Whether the trail has grown by much, or by anything since an hour."""
    latest = last_checkpoint()
    size = session().scalar(select(AuditHead.seq).where(AuditHead.id == 1)) or 0
    if size == (latest.size if latest else 0):
        return False
    if latest is None or size - latest.size >= ENTRIES_AT_MOST:
        return True
    return clock.now() >= latest.at + every


def last_checkpoint() -> AuditCheckpoint | None:
    """The latest note, wherever it has gone by now."""
    return session().scalars(select(AuditCheckpoint).order_by(AuditCheckpoint.size.desc()).limit(1)).first()


def make(signer: Signer) -> AuditCheckpoint:
    """Sign the trail as it is now; when nothing was added since the last note, that one is answered."""
    with transaction() as current:
        head = current.get_one(AuditHead, 1, populate_existing=True, with_for_update=True)
        found = current.get(AuditCheckpoint, head.seq)
        if found is not None:
            return found
        now = clock.now()
        text = checkpoint_text(origin=signer.name, size=head.seq, root=head.hash, at=now)
        made = AuditCheckpoint(size=head.seq, at=now, note=signer.sign(text))
        current.add(made)
    return made


def deliver(config: Config, *, seconds: float = checkpoint_places.SECONDS, at_once: bool = False) -> list[AuditPlace]:
    """Carry the latest note to every place that lacks it; one that failed is tried again after a pause.

    Answers the places that were tried. A place may get the same note twice.
    """
    latest = last_checkpoint()
    if latest is None:
        return []
    tried = []
    for place in places(config):
        known = session().get(AuditPlace, place.key)
        if known is not None and (known.size >= latest.size or not (at_once or _may_try(known))):
            continue
        trouble = ""
        try:
            place.keep(latest.note, size=latest.size, config=config, seconds=seconds)
        except PlaceError as error:
            trouble = str(error)
            log.warning("a checkpoint could not be delivered: %s", trouble)
        tried.append(_note_attempt(place, latest.size, trouble))
    return tried


def keep_up(config: Config) -> None:
    """What the worker does from time to time: a new note when one is due, and every place that waits for one."""
    signer = _own_signer(config)
    if signer is not None and is_due():
        make(signer)
    deliver(config)


def close(config: Config) -> None:
    """Before the worker stops: a note about everything so far, delivered where that is quick."""
    signer = _own_signer(config)
    if signer is not None and is_due(every=timedelta(0)):
        make(signer)
        deliver(config, seconds=1.0, at_once=True)


def standing(config: Config) -> list[tuple[Place, AuditPlace | None]]:
    """Each place with what is known of it."""
    known = {row.key: row for row in session().scalars(select(AuditPlace))}
    return [(place, known.get(place.key)) for place in places(config)]


def count() -> int:
    """How many notes there are."""
    return session().scalar(select(func.count()).select_from(AuditCheckpoint)) or 0


def _own_signer(config: Config) -> Signer | None:
    try:
        return load_signer(config)
    except NoteError:
        return None  # the doctor says so; another account may sign


def _may_try(known: AuditPlace) -> bool:
    if not known.failures or known.tried_at is None:
        return True
    pause: timedelta = min(LONGEST_PAUSE, FIRST_RETRY * 2 ** min(known.failures - 1, 10))
    return clock.now() - known.tried_at >= pause


def _note_attempt(place: Place, size: int, trouble: str) -> AuditPlace:
    with transaction() as current:
        row = current.get(AuditPlace, place.key, with_for_update=True)
        if row is None:
            row = AuditPlace(key=place.key, size=0, failures=0, trouble="")
            current.add(row)
        row.tried_at, row.trouble = clock.now(), trouble[:80]
        if trouble:
            row.failures += 1
        else:
            row.size, row.failures, row.delivered_at = max(row.size, size), 0, clock.now()
    return row


def sizes_waiting(rows: Sequence[tuple[Place, AuditPlace | None]]) -> int:
    """How many places lack the latest note."""
    latest = last_checkpoint()
    return sum(1 for _, row in rows if latest is not None and (row is None or row.size < latest.size))
