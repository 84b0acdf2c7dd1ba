"""Making and revoking addresses of calendars, and wishing for mails."""

from __future__ import annotations

from uuid import UUID

from flask import current_app
from sqlalchemy import delete

from app import clock
from app.data import audit
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.errors import NotPermitted
from app.policies import Actor, authorise
from config import Config
from scheduling import codes
from scheduling.booking.links import token_hash
from scheduling.feeds.models import CalendarFeed, CalendarInvite, CalendarMail
from scheduling.feeds.policies import FeedPermission
from scheduling.feeds.queries import feed_of
from scheduling.resources.queries import get_interpreter
from scheduling.world import ResourceKind


def make_own(actor: Actor) -> str:
    """A new address of one's own calendar, told this once; the former one ends."""
    authorise(actor, FeedPermission.OWN)
    return _make(actor, ResourceKind.ADVISOR, _self(actor))


def revoke_own(actor: Actor) -> None:
    """End the address of one's own calendar at once."""
    authorise(actor, FeedPermission.OWN)
    _revoke(actor, _self(actor))


def wish_own_mail(actor: Actor, *, wanted: bool) -> None:
    """Have one's own appointments as invitations by mail, or no more."""
    authorise(actor, FeedPermission.OWN)
    _wish(actor, ResourceKind.ADVISOR, _self(actor), wanted)


def make_for_interpreter(actor: Actor, *, interpreter_id: UUID) -> str:
    """A new address of an interpreter's calendar, told this once; the former one ends."""
    authorise(actor, FeedPermission.INTERPRETERS)
    return _make(actor, ResourceKind.INTERPRETER, get_interpreter(actor, interpreter_id).id)


def revoke_for_interpreter(actor: Actor, *, interpreter_id: UUID) -> None:
    """End the address of an interpreter's calendar at once."""
    authorise(actor, FeedPermission.INTERPRETERS)
    _revoke(actor, get_interpreter(actor, interpreter_id).id)


def wish_mail_for_interpreter(actor: Actor, *, interpreter_id: UUID, wanted: bool) -> None:
    """Have an interpreter's appointments as invitations by mail, or no more."""
    authorise(actor, FeedPermission.INTERPRETERS)
    _wish(actor, ResourceKind.INTERPRETER, get_interpreter(actor, interpreter_id).id, wanted)


def _make(actor: Actor, kind: ResourceKind, person_id: UUID) -> str:
    token, now = codes.new_token(), clock.now()
    with transaction() as current:
        _end(person_id)
        feed = CalendarFeed(
            id=new_id(),
            organisation_id=actor.organisation_id,
            person_kind=kind,
            person_id=person_id,
            token_hash=token_hash(token),
            created_at=now,
            created_by=actor.user_id,
            etag="",
            changed_at=now,
        )
        current.add(feed)
        _note(actor, Action.CREATED, feed.id)
    config: Config = current_app.extensions["config"]
    return f"{config.base_url}/kalender/{token}.ics"


def _revoke(actor: Actor, person_id: UUID) -> None:
    with transaction():
        ended = _end(person_id)
        if ended is not None:
            _note(actor, Action.REVOKED, ended)


def _end(person_id: UUID) -> UUID | None:
    feed = feed_of(person_id)
    if feed is None:
        return None
    feed.revoked_at = clock.now()
    return feed.id


def _wish(actor: Actor, kind: ResourceKind, person_id: UUID, wanted: bool) -> None:
    with transaction() as current:
        present = session().get(CalendarMail, person_id)
        if wanted and present is None:
            mail = CalendarMail(
                person_id=person_id, person_kind=kind, organisation_id=actor.organisation_id, since=clock.now()
            )
            current.add(mail)
        elif not wanted and present is not None:
            current.execute(delete(CalendarInvite).where(CalendarInvite.person_id == person_id))
            current.delete(present)


def _note(actor: Actor, action: Action, feed_id: UUID) -> None:
    audit.record(
        action,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        subject_kind="calendar_feed",
        subject_id=feed_id,
    )


def _self(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise NotPermitted("nobody is signed in")
    return actor.user_id
