"""Checks of the trail that somebody asked for on a page: a small trail at once, a large one by the worker."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from urllib.parse import unquote
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.data import checkpoints
from app.data.audit import AuditHead
from app.data.audit_verify import Findings, verify
from app.data.base import new_id, primary_key
from app.data.checkpoint_files import read_checkpoints
from app.data.database import Model, db, session, transaction
from app.data.signed_notes import Checkpoint, NoteError, Verifier
from config import Config

AT_ONCE = 50_000
"""So many entries are checked within a second or two, while the page loads."""


class AuditCheck(Model):
    """One check: who asked for it, when it was done and what it found (JSON of `Findings`)."""

    __tablename__ = "audit_check"

    id: Mapped[UUID] = primary_key()
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID | None]
    done_at: Mapped[datetime | None]
    entries: Mapped[int] = mapped_column(BigInteger, default=0)
    findings: Mapped[str] = mapped_column(Text, default="")


def ask(user_id: UUID | None, config: Config) -> AuditCheck:
    """Have the trail checked: now when it is short, else by the worker; one that waits already is enough."""
    waiting = session().scalars(select(AuditCheck).where(AuditCheck.done_at.is_(None)).limit(1)).first()
    if waiting is None:
        with transaction() as current:
            waiting = AuditCheck(id=new_id(), asked_at=clock.now(), asked_by=user_id, entries=0, findings="")
            current.add(waiting)
    length = session().scalar(select(AuditHead.seq).where(AuditHead.id == 1)) or 0
    if length <= AT_ONCE:
        _perform(waiting.id, config)
    return session().get_one(AuditCheck, waiting.id, populate_existing=True)


def perform_waiting(config: Config) -> int:
    """Do what was asked for, as the worker; twice finds the same. Answers how many."""
    waiting = list(session().scalars(select(AuditCheck.id).where(AuditCheck.done_at.is_(None))))
    for check_id in waiting:
        _perform(check_id, config)
    return len(waiting)


def latest() -> AuditCheck | None:
    """The check that was done last."""
    query = select(AuditCheck).where(AuditCheck.done_at.is_not(None)).order_by(AuditCheck.done_at.desc())
    return session().scalars(query.limit(1)).first()


def is_waiting() -> bool:
    """Whether one is asked for and not done."""
    return bool(session().scalar(select(func.count()).select_from(AuditCheck).where(AuditCheck.done_at.is_(None))))


def findings_of(check: AuditCheck) -> Findings:
    """What it found."""
    return msgspec.json.decode(check.findings, type=Findings)


def known_checkpoints(config: Config) -> tuple[list[Checkpoint], Verifier | None]:
    """Notes of the directories among the places, as far as this account may read them, and the key to check them."""
    notes: list[Checkpoint] = []
    for place in checkpoints.places(config):
        if place.parts.scheme == "file":
            try:
                notes += read_checkpoints(Path(unquote(place.parts.path)))
            except (OSError, NoteError):
                continue
    try:
        signer = checkpoints.load_signer(config)
    except NoteError:
        signer = None
    return notes, signer.verifier if signer else None


def _perform(check_id: UUID, config: Config) -> None:
    session().rollback()  # the check reads with a connection of its own
    notes, verifier = known_checkpoints(config)
    found = verify(db.engine, checkpoints=notes, verifier=verifier)
    with transaction() as current:
        check = current.get_one(AuditCheck, check_id)
        check.done_at, check.entries = clock.now(), found.entries
        check.findings = msgspec.json.encode(found).decode()
