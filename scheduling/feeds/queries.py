"""What stands in a calendar, and whose calendars there are."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import ColumnElement, and_, or_, select

from app import clock
from app.accounts.models import User
from app.data.database import session
from config import Config
from scheduling.booking.links import token_hash
from scheduling.calendar import feed_ics
from scheduling.feeds.entries import entry_of, entry_of_group
from scheduling.feeds.models import CalendarFeed, CalendarMail
from scheduling.groups.models import GroupTalk
from scheduling.groups.states import GroupTalkState
from scheduling.models import Appointment, Interpreter
from scheduling.states import AppointmentState
from scheduling.world import ResourceKind

PAST = timedelta(days=30)
FUTURE = timedelta(days=180)
NAMES = {ResourceKind.ADVISOR: "Termine Beratung", ResourceKind.INTERPRETER: "Termine Sprachmittlung"}
STANDING = (AppointmentState.BOOKED, AppointmentState.ATTENDED, AppointmentState.NO_SHOW)


def feed_of_token(token: str) -> CalendarFeed | None:
    """The calendar behind an address, unless it was revoked or its person is no longer active."""
    feed = session().scalar(
        select(CalendarFeed).where(CalendarFeed.token_hash == token_hash(token), CalendarFeed.revoked_at.is_(None))
    )
    return feed if feed is not None and _is_active(feed) else None


def feed_of(person_id: UUID) -> CalendarFeed | None:
    """The one address of somebody's calendar that is in use."""
    query = select(CalendarFeed).where(CalendarFeed.person_id == person_id, CalendarFeed.revoked_at.is_(None))
    return session().scalars(query.order_by(CalendarFeed.created_at.desc())).first()


def wants_mail(person_id: UUID) -> bool:
    """Whether somebody gets invitations by mail."""
    return session().get(CalendarMail, person_id) is not None


def written_feed(feed: CalendarFeed) -> bytes:
    """The calendar from 30 days back to 180 days ahead; cancelled talks stay in it, marked, for a while."""
    now = clock.now()
    query = select(Appointment).where(
        Appointment.organisation_id == feed.organisation_id,
        held_by(feed.person_kind, feed.person_id),
        Appointment.starts_at >= now - PAST,
        Appointment.starts_at < now + FUTURE,
        or_(Appointment.state.in_(STANDING), _cancelled_lately(now)),
    )
    entries = [entry_of(appointment, feed.person_kind) for appointment in session().scalars(query).unique()]
    entries += [entry_of_group(talk) for talk in _group_talks(feed, now)]
    return feed_ics(entries, name=NAMES[feed.person_kind])


def held_by(kind: ResourceKind, person_id: UUID) -> ColumnElement[bool]:
    """Appointments of one advisor or one interpreter; places in a group talk are none, the talk itself is."""
    column = Appointment.interpreter_id if kind is ResourceKind.INTERPRETER else Appointment.advisor_id
    return and_(column == person_id, Appointment.group_talk_id.is_(None))


def _group_talks(feed: CalendarFeed, now: datetime) -> list[GroupTalk]:
    """The group talks somebody leads or interprets, called-off ones until they would have begun."""
    column = GroupTalk.interpreter_id if feed.person_kind is ResourceKind.INTERPRETER else GroupTalk.advisor_id
    query = select(GroupTalk).where(
        column == feed.person_id,
        GroupTalk.organisation_id == feed.organisation_id,
        GroupTalk.starts_at >= now - PAST,
        GroupTalk.starts_at < now + FUTURE,
        or_(GroupTalk.state == GroupTalkState.PLANNED, GroupTalk.starts_at > now),
    )
    return list(session().scalars(query).unique())


def _cancelled_lately(now: datetime) -> ColumnElement[bool]:
    config: Config = current_app.extensions["config"]
    since = now - timedelta(days=config.feed_cancelled_days)
    return and_(Appointment.state == AppointmentState.CANCELLED, Appointment.changed_at > since)


def _is_active(feed: CalendarFeed) -> bool:
    person: User | Interpreter | None
    if feed.person_kind is ResourceKind.ADVISOR:
        person = session().get(User, feed.person_id)
    else:
        person = session().get(Interpreter, feed.person_id)
    return person is not None and person.is_active and person.organisation_id == feed.organisation_id
