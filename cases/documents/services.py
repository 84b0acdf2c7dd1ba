"""The checklist, the sealed files that come in for it, and the message that names what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from io import SEEK_END
from itertools import chain
from pathlib import Path, PurePath
from typing import BinaryIO
from uuid import UUID

from flask import current_app

from app import clock
from app.data import files, records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import after_commit, transaction
from app.errors import Invalid
from app.messages import services as outbox
from app.messages.kinds import Channel
from app.messages.models import Message, MessagePayload
from app.policies import Actor
from cases.documents import file_types
from cases.documents.checking import is_held_back, refuse_infected
from cases.documents.file_types import FileType
from cases.documents.following import add_document, change_state, follow_papers, lock_case, lock_paper
from cases.documents.letters import compose
from cases.documents.queries import documents_of, file_name, get_attachment, get_document, may_write_email, wanted
from cases.documents.rules import AWAITED, ChildAsked, Item, default_checklist
from cases.keeping import note
from cases.kinds import DocumentKind, TaskKind
from cases.models import Attachment, Case, Document
from cases.policies import CasePermission
from cases.queries import contact_of, get_case, get_child
from cases.sheets import AttachmentName, ChildSheet, GuardianSheet
from cases.states import CaseState, DocumentState
from cases.tasks.services import add_task

MESSAGE_KIND = "documents_request"
ASK_AGAIN_AFTER = timedelta(days=14)
LONGEST_NAME = 150


def start_checklist(actor: Actor, *, case_id: UUID) -> list[Document]:
    """Ask for every paper that the dated list names and this case does not have yet; answers the new ones.

    Called for a new case, and again when children or guardians came along: it only ever adds.
    """
    case = get_case(actor, case_id, CasePermission.MANAGE_DOCUMENTS)
    if not _lacking(case):
        return []
    with transaction():
        lock_case(case_id)
        added = [add_document(actor, case, item) for item in _lacking(case)]
        if case.state is CaseState.DOCUMENTS_COMPLETE:
            follow_papers(actor, case)
    return added


def ask_for(
    actor: Actor, *, case_id: UUID, kind: DocumentKind, child_id: UUID | None = None, is_required: bool = True
) -> Document:
    """Put one more paper on the list; raises Invalid when it stands there already."""
    case = get_case(actor, case_id, CasePermission.MANAGE_DOCUMENTS)
    with transaction():
        lock_case(case_id)
        if child_id is not None:
            get_child(actor, case, child_id)
        present = {(document.kind, document.child_id) for document in documents_of(case_id)}
        if kind is not DocumentKind.OTHER and (kind, child_id) in present:
            raise Invalid("kind", "already_asked")
        document = add_document(actor, case, Item(kind, child_id, is_required))
        follow_papers(actor, case)
    return document


def set_state(actor: Actor, *, document_id: UUID, state: DocumentState) -> Document:
    """Say where a paper stands: asked for, received, checked, missing or not needed; the case follows."""
    document = get_document(actor, document_id)
    with transaction():
        case = get_case(actor, document.case_id, CasePermission.MANAGE_DOCUMENTS)
        lock_paper(document)
        if document.state is not state:
            change_state(actor, case, document, state)
            follow_papers(actor, case)
    return document


def attach(actor: Actor, *, document_id: UUID, name: str, source: BinaryIO) -> Attachment:
    """Seal a file that came in for a paper, which counts as received then.

    Raises Invalid for a file that is empty, larger than 25 MB, with a virus, or none of the types we take by its first
    bytes; StorageFull when the disk is full, leaving everything as it was.
    """
    document = get_document(actor, document_id)
    file_type = _check(source)
    case = get_case(actor, document.case_id, CasePermission.MANAGE_DOCUMENTS)
    scan = refuse_infected(actor, case, document, source)
    attachment_id, folder = new_id(), _folder()
    size = files.write(folder, attachment_id, source, scope=case.scope)
    try:
        with transaction() as session:
            lock_paper(document)
            attachment = Attachment(
                id=attachment_id,
                case_id=case.id,
                document_id=document.id,
                media_type=file_type.media_type,
                size=size,
                added_at=clock.now(),
                added_by=actor.user_id,
                scan=scan,
            )
            session.add(attachment)
            session.flush()
            sheet = AttachmentName(name=_clean(name, file_type))
            records.create(sheet, record_id=attachment_id, scope=case.scope)
            note(actor, case, Action.CREATED, "attachment", subject_id=attachment_id, facts={"bytes": size})
            if document.state in AWAITED:
                change_state(actor, case, document, DocumentState.RECEIVED)
                follow_papers(actor, case)
    except BaseException:
        files.remove(folder, attachment_id)
        raise
    return attachment


def open_attachment(actor: Actor, *, attachment_id: UUID) -> tuple[Attachment, str, Iterator[bytes]]:
    """A file with its name and plain chunks, for whoever may read the case; the reading is in the audit trail."""
    attachment = get_attachment(actor, attachment_id, CasePermission.READ)
    if is_held_back(attachment):
        raise Invalid("files", attachment.scan.value)
    with transaction():
        case = get_case(actor, attachment.case_id)
        note(actor, case, Action.EXPORTED, "attachment", subject_id=attachment.id)
    chunks = files.read(_folder(), attachment_id, scope=case.scope, reader=actor.organisation_id)
    first = next(chunks, b"")
    return attachment, file_name(actor, attachment), chain([first], chunks)


def remove_attachment(actor: Actor, *, attachment_id: UUID) -> None:
    """Delete a file; a paper without any is asked for again unless somebody had checked it."""
    attachment = get_attachment(actor, attachment_id)
    with transaction() as session:
        case = get_case(actor, attachment.case_id, CasePermission.MANAGE_DOCUMENTS)
        document = get_document(actor, attachment.document_id)
        document.attachments.remove(attachment)
        session.flush()
        records.remove(AttachmentName, attachment_id)
        note(actor, case, Action.DELETED, "attachment", subject_id=attachment_id)
        if not document.attachments and document.state is DocumentState.RECEIVED:
            change_state(actor, case, document, DocumentState.REQUESTED)
            follow_papers(actor, case)
        folder = _folder()
        after_commit(lambda: files.remove(folder, attachment_id))


def request_missing(actor: Actor, *, case_id: UUID) -> Message | None:
    """Write to the family which papers are missing, in its language; None when today's message said the same.

    Raises Invalid when nothing is missing, there is no address, or the family has not agreed to e-mail.
    """
    case = get_case(actor, case_id, CasePermission.MANAGE_DOCUMENTS)
    missing = wanted(documents_of(case_id))
    payload = _payload(actor, case, missing)
    named = sha256("".join(sorted(f"{paper.id}{paper.state}" for paper in missing)).encode()).hexdigest()[:16]
    with transaction():
        message = outbox.plan(
            scope=case.scope,
            case_id=case_id,
            subject_id=case_id,
            kind=MESSAGE_KIND,
            channel=Channel.EMAIL,
            due_at=clock.now(),
            dedupe_key=f"documents:{case_id}:{clock.today()}:{named}",
            payload=payload,
        )
        if message is not None:
            note(actor, case, Action.SENT, "message", subject_id=message.id, facts={"kind": MESSAGE_KIND})
            add_task(actor, case_id=case_id, kind=TaskKind.CHECK_DOCUMENTS, due_on=clock.today() + ASK_AGAIN_AFTER)
    return message


def _payload(actor: Actor, case: Case, missing: list[Document]) -> MessagePayload:
    contact = contact_of(actor, case)
    if not missing:
        raise Invalid("documents", "nothing_missing")
    if not contact.email:
        raise Invalid("email", "no_address")
    if not may_write_email(case.id):
        raise Invalid("email", "no_consent")
    letter = compose(actor, case, missing, contact.letter_language)
    return MessagePayload(
        address=contact.email, language=letter.language, subject=letter.subject, text=letter.as_text()
    )


def _lacking(case: Case) -> list[Item]:
    """What the list of today names and the case does not have; read with the owner's key, as the rules need no more."""
    owner = case.organisation_id
    born = {key: stored.sheet.born for key, stored in records.of_case(ChildSheet, case.id, reader=owner).items()}
    guardians = records.of_case(GuardianSheet, case.id, reader=owner).values()
    children = [ChildAsked(child.id, born.get(child.id, "")) for child in case.children]
    asked = default_checklist(children, [stored.sheet.kind for stored in guardians], clock.today())
    present = {(document.kind, document.child_id) for document in documents_of(case.id)}
    return [item for item in asked if (item.kind, item.child_id) not in present]


def _check(source: BinaryIO) -> FileType:
    file_type = file_types.kind_of(source.read(file_types.ENOUGH))
    size = source.seek(0, SEEK_END)
    source.seek(0)
    if size == 0:
        raise Invalid("files", "empty")
    if size > file_types.LARGEST:
        raise Invalid("files", "too_large")
    if file_type is None:
        raise Invalid("files", "wrong_type")
    return file_type


def _clean(name: str, file_type: FileType) -> str:
    """The name without any folder in front, never empty."""
    last = PurePath(name.replace("\\", "/")).name.strip()
    return last[-LONGEST_NAME:] or f"Datei.{file_type.ending}"


def _folder() -> Path:
    folder: Path = current_app.extensions["config"].files_folder
    return folder
