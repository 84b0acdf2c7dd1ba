"""Giving numbers out, calling them, and the screens at the entrance; no step of these names a family."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.data import audit
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import retrying, session, transaction
from app.errors import Conflict, NotFound, Taken
from app.policies import Actor, authorise
from config import Config
from scheduling import office
from scheduling.assignment import lock_resources
from scheduling.booking.links import token_hash
from scheduling.codes import new_token
from scheduling.models import Absence
from scheduling.walkins import rules
from scheduling.walkins.models import DeskScreen, WalkIn
from scheduling.walkins.policies import WalkInPermission
from scheduling.walkins.states import ScreenPurpose, WalkInState, require_step
from scheduling.world import Assignment, World
from scheduling.worlds import load_world

ATTEMPTS = 20


class NumbersUsedUp(Conflict):
    """The day's contingent is given out; who comes now gets an appointment instead."""


class NobodyFree(Taken):
    """The advisor chosen, or every room, has somebody within the length of the talk."""


def draw(actor: Actor, *, language: str) -> WalkIn:
    """The next number of the local day; raises NumbersUsedUp. Two at once get two: the database keeps them apart."""
    authorise(actor, WalkInPermission.DRAW)
    config: Config = current_app.extensions["config"]
    for _ in range(ATTEMPTS):
        try:
            return retrying(lambda: _draw(actor, language, config.walk_ins_a_day))
        except IntegrityError:
            continue
    raise Conflict("walk_in")


def call(actor: Actor, *, walk_in_id: UUID, advisor_id: UUID) -> WalkIn:
    """Call a number to an advisor and the smallest free room, both kept for the talk; raises NobodyFree."""
    authorise(actor, WalkInPermission.CALL)

    def work() -> WalkIn:
        with transaction():
            walk_in = _own(actor, walk_in_id)
            require_step(walk_in.state, WalkInState.CALLED)
            assigned = _assign(actor.organisation_id, advisor_id)
            walk_in.state = WalkInState.CALLED
            walk_in.called_at = clock.now()
            walk_in.advisor_id, walk_in.room_id = assigned.advisor_id, assigned.room_id
            _keep_free(walk_in, assigned)
            _note(actor, walk_in)
        return walk_in

    return retrying(work)


def finish(actor: Actor, *, walk_in_id: UUID) -> WalkIn:
    """The talk is over; what was kept for it is free again."""
    authorise(actor, WalkInPermission.CALL)
    return _leave(actor, walk_in_id, WalkInState.DONE)


def let_go(actor: Actor, *, walk_in_id: UUID) -> WalkIn:
    """Nobody answered to the number; it is kept for whoever comes back."""
    authorise(actor, WalkInPermission.CALL)
    return _leave(actor, walk_in_id, WalkInState.GONE)


def put_back(actor: Actor, *, walk_in_id: UUID) -> WalkIn:
    """Let a number wait again under its old place: they came back, or the click was wrong."""
    authorise(actor, WalkInPermission.CALL)
    return _leave(actor, walk_in_id, WalkInState.WAITING)


def set_up_screen(actor: Actor, *, purpose: ScreenPurpose, place: str) -> tuple[DeskScreen, str]:
    """A screen with a link of its own, told once; only its hash is kept."""
    authorise(actor, WalkInPermission.MANAGE_SCREENS)
    token = new_token()
    with transaction() as current:
        screen = DeskScreen(
            id=new_id(),
            organisation_id=actor.organisation_id,
            purpose=purpose,
            place=place,
            token_hash=token_hash(token),
            created_at=clock.now(),
            created_by=actor.user_id,
        )
        current.add(screen)
        _note_screen(actor, Action.CREATED, screen)
    return screen, token


def revoke_screen(actor: Actor, *, screen_id: UUID) -> None:
    """Take a screen's link back: at its next refresh it shows nothing. Raises NotFound."""
    authorise(actor, WalkInPermission.MANAGE_SCREENS)
    with transaction() as current:
        screen = current.get(DeskScreen, screen_id)
        if screen is None or screen.organisation_id != actor.organisation_id:
            raise NotFound("screen")
        screen.revoked_at = screen.revoked_at or clock.now()
        _note_screen(actor, Action.CHANGED, screen)


def _draw(actor: Actor, language: str, contingent: int) -> WalkIn:
    today = clock.today()
    with transaction() as current:
        highest = current.scalar(
            select(func.max(WalkIn.number)).where(
                WalkIn.organisation_id == actor.organisation_id, WalkIn.drawn_on == today
            )
        )
        number = rules.next_number(highest, contingent)
        if number is None:
            raise NumbersUsedUp("walk_in")
        walk_in = WalkIn(
            id=new_id(),
            organisation_id=actor.organisation_id,
            drawn_on=today,
            number=number,
            language=language,
            state=WalkInState.WAITING,
            drawn_at=clock.now(),
        )
        current.add(walk_in)
        current.flush()
    return walk_in


def _own(actor: Actor, walk_in_id: UUID) -> WalkIn:
    """A number of the own office and of today, locked; raises NotFound."""
    query = select(WalkIn).where(
        WalkIn.id == walk_in_id, WalkIn.organisation_id == actor.organisation_id, WalkIn.drawn_on == clock.today()
    )
    found = session().scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("walk_in")
    return found


def _assign(organisation_id: UUID, advisor_id: UUID) -> Assignment:
    """Ask the engine, queue behind whoever books the same resources, ask again; raises NobodyFree."""
    found = rules.assignment_now(_world(organisation_id), advisor_id)
    while found is not None and lock_resources(found.resource_ids):
        again = rules.assignment_now(_world(organisation_id), advisor_id)
        if again is None or again.resource_ids == found.resource_ids:
            found = again
            break
        found = again
    if found is None:
        raise NobodyFree("walk_in")
    return found


def _world(organisation_id: UUID) -> World:
    today = clock.today()
    return load_world(organisation_id, first=today, last=today, policy=office.STAFF_POLICY)


def _keep_free(walk_in: WalkIn, assigned: Assignment) -> None:
    """Block advisor and room for the length of the talk, so that the engine gives them to nobody else."""
    session().add_all(
        Absence(
            id=new_id(),
            organisation_id=walk_in.organisation_id,
            resource_id=resource_id,
            starts_at=assigned.slot.starts_at,
            ends_at=assigned.slot.ends_at,
            walk_in_id=walk_in.id,
        )
        for resource_id in assigned.resource_ids
    )


def _leave(actor: Actor, walk_in_id: UUID, state: WalkInState) -> WalkIn:
    with transaction() as current:
        walk_in = _own(actor, walk_in_id)
        require_step(walk_in.state, state)
        walk_in.state = state
        walk_in.ended_at = _ended(state)
        if state is WalkInState.WAITING:
            walk_in.called_at = walk_in.advisor_id = walk_in.room_id = None
        current.execute(delete(Absence).where(Absence.walk_in_id == walk_in.id))
        _note(actor, walk_in)
    return walk_in


def _ended(state: WalkInState) -> datetime | None:
    return None if state is WalkInState.WAITING else clock.now()


def _note(actor: Actor, walk_in: WalkIn) -> None:
    audit.record(
        Action.CHANGED,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        subject_kind="walk_in",
        subject_id=walk_in.id,
        facts={"state": walk_in.state.value, "number": walk_in.number},
    )


def _note_screen(actor: Actor, action: Action, screen: DeskScreen) -> None:
    audit.record(
        action,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        subject_kind="desk_screen",
        subject_id=screen.id,
        facts={"purpose": screen.purpose.value},
    )
