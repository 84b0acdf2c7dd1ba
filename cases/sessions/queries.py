"""The counselling sessions of a case with what was said in them, for those who may read notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts import queries as people
from app.data import records
from app.data.database import session
from app.data.records import Stored
from app.errors import NotFound
from app.policies import Actor, Permission
from cases.models import Case, CounsellingSession
from cases.policies import CasePermission
from cases.queries import children_of, get_case, guardians_of
from cases.sessions import topics
from cases.sessions.rules import is_writing
from cases.sheets import SessionAmendment, SessionNotes
from cases.states import SessionState


@dataclass(frozen=True, slots=True, repr=False)
class Amendment:
    """Something added to a completed session."""

    text: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class SessionView:
    """One session as pages show it."""

    talk: CounsellingSession
    notes: SessionNotes
    version: int
    changed_at: datetime
    advisor: str
    author: str
    topics: list[str]
    participants: list[str]
    amendments: list[Amendment]

    @property
    def is_draft(self) -> bool:
        """Whether the notes may still be written."""
        return self.talk.state is SessionState.DRAFT


def get_session(
    actor: Actor, session_id: UUID, permission: Permission = CasePermission.READ_NOTES
) -> CounsellingSession:
    """A session of a case whose notes the actor may read (or `permission`); raises NotFound otherwise."""
    talk = session().get(CounsellingSession, session_id)
    if talk is None:
        raise NotFound("session")
    get_case(actor, talk.case_id, permission)
    return talk


def notes_of(actor: Actor, session_id: UUID) -> Stored[SessionNotes]:
    """The notes of a session as they lie now, with the version that the next save names."""
    return records.get(SessionNotes, session_id, reader=actor.organisation_id)


def session_of_appointment(appointment_id: UUID) -> CounsellingSession | None:
    """The session that was started from an appointment."""
    return session().scalar(select(CounsellingSession).where(CounsellingSession.appointment_id == appointment_id))


def sessions_of(actor: Actor, case: Case) -> list[SessionView]:
    """Every session of a case, the latest first."""
    query = select(CounsellingSession).where(CounsellingSession.case_id == case.id)
    return _views(actor, case, list(session().scalars(query.order_by(CounsellingSession.held_at.desc()))))


def session_view(actor: Actor, case: Case, talk: CounsellingSession) -> SessionView:
    """One session with its amendments."""
    return _views(actor, case, [talk])[0]


def people_of(actor: Actor, case: Case) -> list[tuple[str, str]]:
    """Id and name of everybody of the family who may take part in a talk."""
    children = [(str(key), stored.sheet.given_names) for key, stored in children_of(actor, case).items()]
    guardians = [(str(key), stored.sheet.name) for key, stored in guardians_of(actor, case).items()]
    return [*guardians, *children]


def writer_now(actor: Actor, stored: Stored[SessionNotes]) -> str:
    """The name of whoever else saved these notes within the last two minutes, "" when nobody did."""
    author = stored.sheet.author_id
    if not is_writing(author, stored.changed_at, me=str(actor.user_id or ""), now=clock.now()):
        return ""
    return author_name(author)


def author_name(author_id: str) -> str:
    """What to call the last author of a text."""
    return people.names([UUID(author_id)]).get(UUID(author_id), "Jemand") if author_id else "Jemand"


def _views(actor: Actor, case: Case, talks: Sequence[CounsellingSession]) -> list[SessionView]:
    stored = records.find_many(SessionNotes, [talk.id for talk in talks], reader=actor.organisation_id)
    added = list(records.of_case(SessionAmendment, case.id, reader=actor.organisation_id).values())
    authors = {UUID(entry.sheet.author_id) for entry in added if entry.sheet.author_id}
    names = people.names([talk.advisor_id for talk in talks] + list(authors))
    family = dict(people_of(actor, case))
    return [
        SessionView(
            talk=talk,
            notes=stored[talk.id].sheet,
            version=stored[talk.id].version,
            changed_at=stored[talk.id].changed_at,
            advisor=names.get(talk.advisor_id, ""),
            author=author_name(stored[talk.id].sheet.author_id),
            topics=topics.labels(stored[talk.id].sheet.topics),
            participants=[family[key] for key in stored[talk.id].sheet.participants if key in family],
            amendments=[
                Amendment(entry.sheet.text, names.get(UUID(entry.sheet.author_id), ""), entry.changed_at)
                for entry in added
                if entry.sheet.session_id == str(talk.id)
            ],
        )
        for talk in talks
        if talk.id in stored
    ]
