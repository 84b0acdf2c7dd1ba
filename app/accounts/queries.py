"""Who people are: sessions by token, users by address, names by id."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from flask import g
from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import joinedload

from app import clock
from app.accounts.models import Organisation, User, UserProfile, UserRole, UserSession
from app.data import cipher, records
from app.data.database import session
from app.data.keyring import INSTALLATION
from app.errors import NotFound
from app.policies import Actor, OrganisationKind, Permission, Role, permits

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=10)


def email_token(email: str) -> bytes:
    """The keyed token an address is found by; the address itself lies sealed."""
    return cipher.token(records.keyring().subkey(INSTALLATION, "sign-in"), email.strip().casefold())


def token_hash(token: str) -> bytes:
    """What of a session token is stored: its SHA-256, as the token has 256 random bits."""
    return sha256(token.encode()).digest()


def user_by_email(email: str) -> User | None:
    """The user with this address, whatever its spelling in upper and lower case."""
    return session().scalar(select(User).where(User.email_token == email_token(email)))


def live_session(
    token: str, counts: Sequence[ScalarSelect[int]]
) -> tuple[UserSession, User, Sequence[int | None]] | None:
    """The session of this token with its user and these counts, unless it ended, idled 30 min or is 10 h old."""
    now = clock.now()
    query = (
        select(UserSession, User, *counts)
        .join(User, User.id == UserSession.user_id)
        .options(joinedload(User.role_rows))
        .where(
            UserSession.token_hash == token_hash(token),
            UserSession.ended_at.is_(None),
            UserSession.last_seen_at > now - IDLE,
            UserSession.created_at > now - ABSOLUTE,
            User.is_active.is_(True),
        )
    )
    row = session().execute(query).unique().one_or_none()
    return (row[0], row[1], tuple(row[2:])) if row else None


def open_sessions(user_id: UUID) -> list[UserSession]:
    """Where somebody is signed in now, the latest first."""
    now = clock.now()
    query = select(UserSession).where(
        UserSession.user_id == user_id,
        UserSession.ended_at.is_(None),
        UserSession.last_seen_at > now - IDLE,
        UserSession.created_at > now - ABSOLUTE,
    )
    return list(session().scalars(query.order_by(UserSession.last_seen_at.desc())))


def get_user(actor: Actor, user_id: UUID, permission: Permission) -> User:
    """Somebody of the actor's organisation, if the actor may; raises NotFound otherwise, as if not there."""
    user = session().get(User, user_id)
    if user is None or not permits(actor, permission, user):
        raise NotFound("user")
    return user


def staff(organisation_id: UUID) -> list[tuple[User, UserProfile]]:
    """Everybody with a sign-in at an organisation, blocked ones too, by name."""
    users = list(session().scalars(select(User).where(User.organisation_id == organisation_id)))
    opened = profiles([user.id for user in users])
    return sorted(((user, opened[user.id]) for user in users), key=lambda pair: pair[1].name.casefold())


def actor_of(user: User) -> Actor:
    """What the policies need to know of a user."""
    return Actor(user.organisation_id, user.organisation.kind, user.id, user.roles)


def organisation(organisation_id: UUID) -> Organisation | None:
    """An organisation by its id."""
    return session().get(Organisation, organisation_id)


def organisations(*kinds: OrganisationKind) -> list[Organisation]:
    """Active organisations of these kinds (none given: of all), by name."""
    query = select(Organisation).where(Organisation.is_active.is_(True)).order_by(Organisation.name)
    if kinds:
        query = query.where(Organisation.kind.in_(kinds))
    return list(session().scalars(query))


def profiles(user_ids: Collection[UUID]) -> dict[UUID, UserProfile]:
    """The profiles of these people, opened with the key of each one's own organisation."""
    if not user_ids:
        return {}
    rows = session().execute(select(User.id, User.organisation_id).where(User.id.in_(set(user_ids)))).all()
    found: dict[UUID, UserProfile] = {}
    for organisation_id in {row.organisation_id for row in rows}:
        ids = [row.id for row in rows if row.organisation_id == organisation_id]
        opened = records.find_many(UserProfile, ids, reader=organisation_id)
        found.update({user_id: stored.sheet for user_id, stored in opened.items()})
    return found


def names(user_ids: Collection[UUID | None]) -> dict[UUID, str]:
    """What to call these people on a page."""
    known: dict[UUID, str] = g.get("known_names", {})
    wanted = {user_id for user_id in user_ids if user_id is not None}
    opened = {user_id: profile.name for user_id, profile in profiles(wanted - known.keys()).items()}
    return opened | {user_id: known[user_id] for user_id in wanted & known.keys()}


def remember_names(opened: Mapping[UUID, str]) -> None:
    """Spare the rest of this request opening names that one page opened together with other records."""
    g.known_names = {**g.get("known_names", {}), **opened}


def people(organisation_id: UUID, *roles: Role) -> list[User]:
    """Active people of an organisation with any of these roles (none given: all), oldest first."""
    query = select(User).where(User.organisation_id == organisation_id, User.is_active.is_(True)).order_by(User.id)
    if roles:
        query = query.where(User.id.in_(select(UserRole.user_id).where(UserRole.role.in_(roles))))
    return list(session().scalars(query))
