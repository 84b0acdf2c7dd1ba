"""What the case file itself moves in a merge, and what forbids one as far as the case file can tell."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app import clock
from app.data.audit import AuditEntry, AuditMention
from app.data.database import session
from app.data.records import SealedRecord
from cases.duplicates import hooks
from cases.duplicates.hooks import Same
from cases.duplicates.models import CaseMerge, CrossToken
from cases.kinds import AccessKind
from cases.models import Attachment, Case, CaseAccess, Child, Consent, CounsellingSession, Document, Guardian, Task
from cases.policies import is_restricted
from cases.shards.models import ShardPlace
from cases.states import DocumentState


def declare() -> None:
    """Name the tables of the case file, parents first; again it changes nothing."""
    hooks.moves(Child)
    hooks.moves(Guardian)
    hooks.moves(Document, follows={"child_id": Child}, stays=papers_asked_for_twice)
    hooks.moves(Attachment, follows={"document_id": Document})
    hooks.moves(CounsellingSession)
    hooks.moves(Task, follows={"child_id": Child})
    hooks.moves(Consent)
    hooks.remains(CaseAccess, because="who may work in the merged case gains nothing in the kept one")
    hooks.remains(AuditEntry, because="the trail is never rewritten; the kept case shows both")
    hooks.remains(AuditMention, because="it is part of the trail")
    hooks.remains(ShardPlace, because="the shards are written anew: the shell is in none")
    hooks.remains(SealedRecord, because="sealed anew under the kept case's key, see merging")
    hooks.remains(CrossToken, because="made anew from what the cases hold")
    for obstacle in (other_house, merged_already, restricted, read_by_others, undoable_itself, consent_taken_back):
        hooks.asks(obstacle)


def papers_asked_for_twice(kept: Case, merged: Case, same: Same) -> set[UUID]:
    """Papers of the merged case nobody has brought yet and the kept case asks for as well."""
    asked = {(paper.kind, paper.child_id) for paper in _papers(kept)}
    return {
        paper.id
        for paper in _papers(merged)
        if paper.state is DocumentState.REQUESTED
        and not paper.attachments
        and (paper.kind, same.get(paper.child_id, paper.child_id) if paper.child_id else None) in asked
    }


def other_house(kept: Case, merged: Case, _: Same) -> str | None:
    """Two houses have two responsibilities."""
    if kept.id == merged.id:
        return "Ein Fall lässt sich nicht mit sich selbst zusammenführen."
    if kept.organisation_id != merged.organisation_id:
        return "Die Fälle gehören verschiedenen Stellen. Zusammenführen lassen sich nur Fälle einer Stelle."
    return None


def merged_already(kept: Case, merged: Case, _: Same) -> str | None:
    """A shell is empty."""
    if kept.merged_into_id is None and merged.merged_into_id is None:
        return None
    return "Einer der Fälle ist schon mit einem anderen zusammengeführt."


def restricted(kept: Case, merged: Case, _: Same) -> str | None:
    """Art. 18 GDPR: what is restricted is kept and not used."""
    if not (is_restricted(kept) or is_restricted(merged)):
        return None
    return "Die Verarbeitung eines der Fälle ist eingeschränkt (Art. 18 DSGVO). Bitte heben Sie das zuerst auf."


def read_by_others(_: Case, merged: Case, __: Same) -> str | None:
    """Another body's access rests on this very case."""
    if all(row.kind is not AccessKind.HANDOVER for row in merged.access):
        return None
    return (
        "KIM arbeitet in dem Fall, der aufgehen soll. Führen Sie umgekehrt zusammen, "
        "oder lassen Sie die Übergabe zuerst zurückgeben."
    )


def undoable_itself(_: Case, merged: Case, __: Same) -> str | None:
    """A merge into the one that goes would not find its way back."""
    query = select(CaseMerge.id).where(
        CaseMerge.kept_id == merged.id, CaseMerge.undone_at.is_(None), CaseMerge.undo_until > clock.now()
    )
    if session().scalar(query.limit(1)) is None:
        return None
    return (
        "In dem Fall, der aufgehen soll, ist selbst eine Zusammenführung, die sich noch zurücknehmen lässt. "
        "Führen Sie umgekehrt zusammen."
    )


def consent_taken_back(kept: Case, merged: Case, _: Same) -> str | None:
    """What a family withdrew in one file must not go on by the other."""
    for one, other in ((kept, merged), (merged, kept)):
        for taken in _consents(one):
            if taken.withdrawn_on is None:
                continue
            for given in _consents(other):
                is_older = given.purpose is taken.purpose and given.given_on <= taken.withdrawn_on
                if is_older and given.withdrawn_on is None and given.recipient_id == taken.recipient_id:
                    return (
                        f"Die Einwilligung „{taken.purpose.label}“ ist im Fall {one.reference} widerrufen und gilt im "
                        f"Fall {other.reference} noch. Bitte widerrufen Sie sie auch dort."
                    )
    return None


def _papers(case: Case) -> list[Document]:
    return list(session().scalars(select(Document).where(Document.case_id == case.id)))


def _consents(case: Case) -> list[Consent]:
    return list(session().scalars(select(Consent).where(Consent.case_id == case.id)))
