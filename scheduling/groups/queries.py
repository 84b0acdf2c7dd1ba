"""Group talks as the team plans and sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts import queries as accounts
from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, Role, authorise
from cases.models import Case
from cases.queries import visible_to
from scheduling.day.queries import interpreter_profiles
from scheduling.groups.models import GroupTalk
from scheduling.groups.places import SEATED, places_taken
from scheduling.groups.states import GroupTalkState
from scheduling.models import Appointment
from scheduling.policies import SchedulingPermission


@dataclass(frozen=True, slots=True, repr=False)
class TalkLine:
    """One group talk on the list; `interpreter` is a name or None."""

    talk: GroupTalk
    taken: int
    advisor: str
    interpreter: str | None

    @property
    def free(self) -> int:
        """Places nobody has."""
        return max(self.talk.capacity - self.taken, 0)


@dataclass(frozen=True, slots=True, repr=False)
class Guest:
    """One family that comes; a case the actor may not see has no reference."""

    appointment: Appointment
    reference: str | None


def talks_ahead(actor: Actor) -> list[TalkLine]:
    """Every group talk of the office that is not over, by time; called-off ones too."""
    authorise(actor, SchedulingPermission.SEE_DAY)
    query = select(GroupTalk).where(GroupTalk.organisation_id == actor.organisation_id, GroupTalk.ends_at > clock.now())
    talks = session().scalars(query.order_by(GroupTalk.starts_at, GroupTalk.id)).unique().all()
    return _lines(actor, talks)


def get_talk(actor: Actor, talk_id: UUID) -> GroupTalk:
    """A talk of the actor's own office; raises NotFound as if not there."""
    authorise(actor, SchedulingPermission.SEE_DAY)
    talk = session().get(GroupTalk, talk_id, populate_existing=True)
    if talk is None or talk.organisation_id != actor.organisation_id:
        raise NotFound("group_talk")
    return talk


def line_of(actor: Actor, talk: GroupTalk) -> TalkLine:
    """A talk with its names and places."""
    return _lines(actor, [talk])[0]


def guests_of(actor: Actor, talk: GroupTalk) -> list[Guest]:
    """The families with a place, by number; of a case the actor may not see, only that the place is taken."""
    rows = session().scalars(
        select(Appointment)
        .where(Appointment.group_talk_id == talk.id, Appointment.place.is_not(None), Appointment.state.in_(SEATED))
        .order_by(Appointment.place)
    )
    guests = list(rows.unique())
    visible = select(Case.id, Case.reference).where(visible_to(actor), Case.id.in_([row.case_id for row in guests]))
    references = {row.id: row.reference for row in session().execute(visible)}
    return [Guest(row, references.get(row.case_id)) for row in guests]


def advisors_of(actor: Actor) -> list[tuple[UUID, str]]:
    """Who may lead a talk, by name."""
    names = accounts.names([user.id for user in accounts.people(actor.organisation_id, Role.ADVISOR)])
    return sorted(names.items(), key=lambda entry: entry[1])


def is_planned(talk: GroupTalk) -> bool:
    """Whether it takes place and is not over."""
    return talk.state is GroupTalkState.PLANNED and talk.ends_at > clock.now()


def _lines(actor: Actor, talks: Sequence[GroupTalk]) -> list[TalkLine]:
    taken = places_taken([talk.id for talk in talks])
    advisors = accounts.names({talk.advisor_id for talk in talks})
    wanted = {talk.interpreter_id for talk in talks if talk.interpreter_id}
    interpreters = interpreter_profiles(actor.organisation_id, wanted)
    return [
        TalkLine(
            talk=talk,
            taken=len(taken[talk.id]),
            advisor=advisors.get(talk.advisor_id, ""),
            interpreter=interpreters[talk.interpreter_id].name if talk.interpreter_id in interpreters else None,
        )
        for talk in talks
    ]
