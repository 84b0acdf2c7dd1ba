"""The checklist of a case, grouped as staff work through it, and what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.accounts import queries as people
from app.data import records
from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, Permission
from cases.consents.queries import valid_consent
from cases.documents.rules import is_complete, is_wanted
from cases.kinds import ConsentPurpose
from cases.models import Attachment, Case, Document
from cases.policies import CasePermission
from cases.queries import get_case, summary_of
from cases.sheets import AttachmentName


@dataclass(frozen=True, slots=True, repr=False)
class Paper:
    """One paper with the files that came in and who checked it."""

    document: Document
    names: dict[UUID, str]
    checked_by: str


@dataclass(frozen=True, slots=True, repr=False)
class Group:
    """The papers of the family (`child_id` None) or of one child."""

    child_id: UUID | None
    title: str
    papers: list[Paper]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the required papers are."""

    settled: int
    required: int
    is_complete: bool


def get_document(actor: Actor, document_id: UUID, permission: Permission = CasePermission.MANAGE_DOCUMENTS) -> Document:
    """A paper of a case on which the actor holds `permission`; raises NotFound otherwise."""
    document = session().get(Document, document_id)
    if document is None:
        raise NotFound("document")
    get_case(actor, document.case_id, permission)
    return document


def get_attachment(
    actor: Actor, attachment_id: UUID, permission: Permission = CasePermission.MANAGE_DOCUMENTS
) -> Attachment:
    """A file of a case on which the actor holds `permission`; raises NotFound otherwise."""
    attachment = session().get(Attachment, attachment_id)
    if attachment is None:
        raise NotFound("attachment")
    get_case(actor, attachment.case_id, permission)
    return attachment


def documents_of(case_id: UUID) -> list[Document]:
    """The papers of a case in the order they were asked for."""
    return list(session().scalars(select(Document).where(Document.case_id == case_id).order_by(Document.id)))


def checklist(actor: Actor, case: Case) -> list[Group]:
    """The papers of a case the actor may read: the family's first, then child by child."""
    documents = documents_of(case.id)
    names = _file_names(actor, documents)
    checkers = people.names([document.checked_by for document in documents])
    titles: list[tuple[UUID | None, str]] = [(None, "Familie"), *_children(actor, case)]
    groups = []
    for child_id, title in titles:
        papers = [
            Paper(
                document,
                {file.id: names.get(file.id, "Datei") for file in document.attachments},
                checkers.get(document.checked_by, "") if document.checked_by else "",
            )
            for document in documents
            if document.child_id == child_id
        ]
        if papers:
            groups.append(Group(child_id, title, papers))
    return groups


def progress(documents: Sequence[Document]) -> Progress:
    """How many of the required papers are checked or waived."""
    required = [document for document in documents if document.is_required]
    settled = [document for document in required if is_complete([(True, document.state)])]
    return Progress(len(settled), len(required), bool(required) and len(settled) == len(required))


def wanted(documents: Sequence[Document]) -> list[Document]:
    """The papers a message to the family names."""
    return [document for document in documents if is_wanted(document.is_required, document.state)]


def papers_complete(case_id: UUID) -> bool:
    """Whether a talk may be booked for this case; decides nothing about who may ask."""
    return progress(documents_of(case_id)).is_complete


def may_write_email(case_id: UUID) -> bool:
    """Whether the family agreed to e-mail; decides nothing about who may ask."""
    return valid_consent(case_id, ConsentPurpose.CONTACT_EMAIL) is not None


def file_name(actor: Actor, attachment: Attachment) -> str:
    """What a file was called where it came from."""
    stored = records.find(AttachmentName, attachment.id, reader=actor.organisation_id)
    return stored.sheet.name if stored else ""


def _file_names(actor: Actor, documents: Sequence[Document]) -> dict[UUID, str]:
    ids = [file.id for document in documents for file in document.attachments]
    opened = records.find_many(AttachmentName, ids, reader=actor.organisation_id)
    return {file_id: stored.sheet.name for file_id, stored in opened.items()}


def _children(actor: Actor, case: Case) -> list[tuple[UUID | None, str]]:
    names = {line.child_id: line.name for line in summary_of(actor, case).children}
    return [(child.id, names.get(str(child.id), f"Kind {child.position}")) for child in case.children]
