"""Virus scan of files: before one is kept, and again for those that no scanner has looked at yet."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from app.accounts.queries import organisation
from app.data import files, scanning
from app.data.audit import Action
from app.data.database import after_commit, session, transaction
from app.data.scanning import Scanner, ScanState
from app.errors import EinstiegError, Invalid
from app.policies import Actor, system_of
from cases.documents.following import change_state, follow_papers, lock_paper
from cases.documents.queries import get_attachment
from cases.keeping import note
from cases.models import Attachment, Case, Document
from cases.policies import CasePermission, is_restricted
from cases.queries import get_case
from cases.states import DocumentState

log = logging.getLogger(__name__)


def refuse_infected(actor: Actor, case: Case, document: Document, source: BinaryIO) -> ScanState:
    """What the scanner says of a file that comes in; raises Invalid for a virus, with an entry in the trail."""
    scanner = scanning.scanner()
    if scanner is None:
        return ScanState.UNCHECKED
    said = scanner.scan(_pieces(source))
    source.seek(0)
    if said is ScanState.INFECTED:
        with transaction():
            facts: dict[str, str | int | list[str]] = {"reason": "virus", "kind": document.kind.value}
            note(actor, case, Action.REFUSED, "attachment", subject_id=document.id, facts=facts)
        raise Invalid("files", "infected")
    return said


def is_held_back(attachment: Attachment) -> bool:
    """Whether nobody may open this file: a virus was found, or a scanner is set up and has not seen it yet."""
    if attachment.scan is ScanState.UNCHECKED:
        return scanning.scanner() is not None
    return attachment.scan is ScanState.INFECTED


def check_again(actor: Actor, *, attachment_id: UUID) -> ScanState:
    """Let the scanner look at a file that is kept; one with a virus is deleted and its paper asked for again."""
    attachment = get_attachment(actor, attachment_id, CasePermission.MANAGE_DOCUMENTS)
    return _check(actor, get_case(actor, attachment.case_id), attachment, scanning.scanner())


def check_waiting() -> int:
    """Look at every file that waits for the scanner; answers how many were looked at."""
    scanner = scanning.scanner()
    if scanner is None or not scanner.answers():
        return 0
    waiting = session().scalars(select(Attachment.id).where(Attachment.scan == ScanState.UNCHECKED)).all()
    return sum(_check_kept(attachment_id, scanner) for attachment_id in waiting)


def _check_kept(attachment_id: UUID, scanner: Scanner) -> bool:
    """One file on behalf of its case's body; one that cannot be opened stops no other."""
    attachment = session().get(Attachment, attachment_id)
    case = session().get(Case, attachment.case_id) if attachment is not None else None
    owner = organisation(case.organisation_id) if case is not None else None
    if attachment is None or case is None or owner is None or is_restricted(case):
        return False
    try:
        return _check(system_of(owner.id, owner.kind), case, attachment, scanner) is not ScanState.UNCHECKED
    except EinstiegError as error:
        log.error("a file could not be checked: %s", type(error).__name__)
        return False


def _check(actor: Actor, case: Case, attachment: Attachment, scanner: Scanner | None) -> ScanState:
    if attachment.scan is not ScanState.UNCHECKED or scanner is None:
        return attachment.scan
    folder: Path = current_app.extensions["config"].files_folder
    attachment_id = attachment.id
    said = scanner.scan(files.read(folder, attachment_id, scope=case.scope, reader=case.organisation_id))
    if said is ScanState.UNCHECKED:
        return said
    with transaction():
        document = session().get_one(Document, attachment.document_id)
        lock_paper(document)
        attachment.scan = said
        facts: dict[str, str | int | list[str]] = {"scan": said.value}
        note(actor, case, Action.CHANGED, "attachment", subject_id=attachment_id, facts=facts)
        if said is ScanState.INFECTED:
            _take_away(actor, case, document)
            after_commit(partial(files.remove, folder, attachment_id))
    return said


def _take_away(actor: Actor, case: Case, document: Document) -> None:
    """A paper whose only files hold viruses has not come: it is asked for again unless somebody had checked it."""
    usable = [file for file in document.attachments if file.scan is not ScanState.INFECTED]
    if not usable and document.state is DocumentState.RECEIVED:
        change_state(actor, case, document, DocumentState.REQUESTED)
        follow_papers(actor, case)


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    while piece := source.read(files.CHUNK):
        yield piece
