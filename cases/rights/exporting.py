"""Handing a family its data: the extract as PDF, JSON or ZIP, and what it gave itself to take elsewhere (Art. 20 GDPR).

Everything is made in memory while it is sent; the trail keeps the digest and which parts went out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select

from app.data.audit import Action
from app.data.database import session, transaction
from app.policies import Actor
from cases.documents import file_types
from cases.documents.checking import is_held_back
from cases.documents.services import open_attachment
from cases.keeping import note
from cases.models import Attachment, Case
from cases.queries import contact_of, get_case
from cases.rights import portability
from cases.rights.cover import covers
from cases.rights.extract import Extract, as_json, gather
from cases.rights.packing import zipped
from cases.rights.pdf import as_pdf
from cases.rights.policies import RightsPermission

HELD_BACK = (
    "Nicht dabei: {}. So viele Dateien hat die Virenprüfung noch nicht freigegeben, oder sie fand Schadsoftware.\n"
)


def extract_pdf(actor: Actor, *, case_id: UUID, chosen: Collection[str] | None = None) -> bytes:
    """The extract for people, with its first page in the family's language."""
    case = get_case(actor, case_id, RightsPermission.MANAGE)
    extract = gather(actor, case, chosen=chosen)
    made = as_pdf(extract, covers(contact_of(actor, case).letter_language))
    _note(actor, case_id, "rights.extract", made, [part.section.key for part in extract.parts], "pdf")
    return made


def extract_json(actor: Actor, *, case_id: UUID, chosen: Collection[str] | None = None) -> bytes:
    """The extract for machines."""
    case = get_case(actor, case_id, RightsPermission.MANAGE)
    extract = gather(actor, case, chosen=chosen)
    made = as_json(extract)
    _note(actor, case_id, "rights.extract", made, [part.section.key for part in extract.parts], "json")
    return made


def extract_zip(actor: Actor, *, case_id: UUID, chosen: Collection[str] | None = None) -> Iterator[bytes]:
    """PDF, JSON and the family's own files as one ZIP, in pieces; each file's reading stands in the trail by itself."""
    case = get_case(actor, case_id, RightsPermission.MANAGE)
    extract = gather(actor, case, chosen=chosen)
    told, machine = as_pdf(extract, covers(contact_of(actor, case).letter_language)), as_json(extract)
    _note(actor, case_id, "rights.extract", told + machine, [part.section.key for part in extract.parts], "zip")
    with_files = any(part.section.key == "documents" for part in extract.parts)
    query = select(Attachment).where(Attachment.case_id == case_id).order_by(Attachment.id)
    found = list(session().scalars(query)) if with_files else []
    ids = [one.id for one in found if not is_held_back(one)]
    return zipped(_entries(actor, told, machine, ids, held_back=len(found) - len(ids)))


def portable_json(actor: Actor, *, case_id: UUID) -> bytes:
    """What the family gave itself, in the documented form."""
    case = get_case(actor, case_id, RightsPermission.MANAGE)
    made = portability.as_json(actor, case)
    _note(actor, case_id, "rights.portable", made, ["family", "children", "guardians", "consents"], "json")
    return made


def portable_csv(actor: Actor, *, case_id: UUID) -> bytes:
    """The children as a table."""
    case = get_case(actor, case_id, RightsPermission.MANAGE)
    made = portability.children_csv(actor, case)
    _note(actor, case_id, "rights.portable", made, ["children"], "csv")
    return made


def preview(actor: Actor, *, case_id: UUID) -> tuple[Case, Extract]:
    """The extract as a page, which is the version for screen readers; seeing it is noted like any reading."""
    case = get_case(actor, case_id, RightsPermission.MANAGE)
    with transaction():
        note(actor, case, Action.READ, "case", facts={"part": "rights.extract"})
    case = get_case(actor, case_id, RightsPermission.MANAGE)
    return case, gather(actor, case)


def _entries(
    actor: Actor, told: bytes, machine: bytes, ids: list[UUID], *, held_back: int
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Names say nothing of what is in a file: archives lie in download folders that others see."""
    yield "auskunft.pdf", iter([told])
    yield "auskunft.json", iter([machine])
    for number, attachment_id in enumerate(ids, 1):
        attachment, _, chunks = open_attachment(actor, attachment_id=attachment_id)
        known = file_types.by_media_type(attachment.media_type)
        yield f"dateien/{number:02}.{known.ending if known else 'bin'}", chunks
    if held_back:
        yield "dateien/fehlende.txt", iter([HELD_BACK.format(held_back).encode()])


def _note(actor: Actor, case_id: UUID, kind: str, made: bytes, parts: list[str], form: str) -> None:
    with transaction():
        case = get_case(actor, case_id, RightsPermission.MANAGE)
        facts: dict[str, str | int | list[str]] = {"parts": parts, "form": form, "bytes": len(made)}
        note(actor, case, Action.EXPORTED, kind, digest=sha256(made).hexdigest(), facts=facts)
