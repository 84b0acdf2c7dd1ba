"""Signing in and out, and making organisations and people."""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from app import clock
from app.accounts import passwords, queries
from app.accounts.models import Organisation, User, UserProfile, UserRole, UserSession
from app.accounts.policies import AccountPermission
from app.accounts.roles import check_roles
from app.data import audit, records
from app.data.base import new_id
from app.data.database import transaction
from app.data.records import Scope, keyring
from app.errors import Invalid, NotFound
from app.policies import Actor, OrganisationKind, Role, authorise

Facts = dict[str, str | int | list[str]]
SEEN_EVERY = timedelta(seconds=60)


def sign_in(*, email: str, password: str) -> str | None:
    """Check a password and open a session; answers its token, or None when anything is wrong."""
    user = queries.user_by_email(email)
    fits = passwords.matches(user.password_hash if user else None, password)
    with transaction() as session:
        if user is None or not fits or not user.is_active:
            _note(audit.Action.SIGN_IN_FAILED, user)
            return None
        token = secrets.token_urlsafe(32)
        now = clock.now()
        session.add(
            UserSession(user_id=user.id, token_hash=queries.token_hash(token), created_at=now, last_seen_at=now)
        )
        _note(audit.Action.SIGNED_IN, user)
    return token


def note_seen(session_id: UUID) -> None:
    """Keep a session alive."""
    with transaction() as session:
        session.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=clock.now()))


def sign_out(actor: Actor, *, token: str) -> None:
    """End the session of this token."""
    authorise(actor, AccountPermission.SIGN_OUT)
    with transaction() as session:
        row = session.scalar(select(UserSession).where(UserSession.token_hash == queries.token_hash(token)))
        if row is not None and row.user_id == actor.user_id:
            row.ended_at = clock.now()
            _note(audit.Action.SIGNED_OUT, session.get(User, row.user_id))


def end_session(actor: Actor, *, session_id: UUID) -> None:
    """End one of one's own sessions, as on a lost machine; raises NotFound for anybody else's."""
    authorise(actor, AccountPermission.SEE_OWN_SESSIONS)
    with transaction() as session:
        row = session.get(UserSession, session_id)
        if row is None or row.user_id != actor.user_id:
            raise NotFound("session")
        row.ended_at = row.ended_at or clock.now()


def change_password(actor: Actor, *, old: str, new: str, keep_token: str) -> None:
    """Give oneself another password and end every other session; raises Invalid for a wrong old or a weak new one."""
    authorise(actor, AccountPermission.SEE_OWN_SESSIONS)
    with transaction() as session:
        user = session.get(User, actor.user_id)
        if user is None or not passwords.matches(user.password_hash, old):
            raise Invalid("old", "wrong")
        if passwords.is_weak(new):
            raise Invalid("new", "weak")
        user.password_hash = passwords.hash_password(new)
        _end_sessions(user, but=queries.token_hash(keep_token))
        _note(audit.Action.CHANGED, user, facts={"field": "password"})


def found_organisation(*, kind: OrganisationKind, name: str, short_name: str) -> Organisation:
    """Make an organisation with its keys; only the set-up of an installation calls this."""
    organisation = Organisation(id=new_id(), kind=kind, name=name, short_name=short_name)
    keyring().ensure_organisation(organisation.id)
    with transaction() as session:
        session.add(organisation)
        audit.record(
            audit.Action.CREATED,
            organisation_id=organisation.id,
            actor_id=None,
            subject_kind="organisation",
            subject_id=organisation.id,
        )
    return organisation


def appoint_user(*, organisation: Organisation, roles: frozenset[Role], profile: UserProfile, password: str) -> User:
    """Make a person with a sign-in during set-up, when nobody can be signed in yet."""
    return _add_user(organisation.id, roles, profile, password, by=None)


def create_user(actor: Actor, *, roles: frozenset[Role], profile: UserProfile, password: str) -> User:
    """Make a person in the actor's own organisation; raises Invalid for a weak password or a known address."""
    authorise(actor, AccountPermission.MANAGE_USERS)
    check_roles(roles, actor.organisation_kind)
    return _add_user(actor.organisation_id, roles, profile, password, by=actor.user_id)


def change_user(actor: Actor, *, user_id: UUID, roles: frozenset[Role], is_active: bool) -> User:
    """Change somebody's roles or block the sign-in; a block ends all sessions at once."""
    authorise(actor, AccountPermission.MANAGE_USERS)
    with transaction() as session:
        user = session.get(User, user_id)
        if user is None:
            raise NotFound("user")
        authorise(actor, AccountPermission.MANAGE_USERS, user)
        if user.id == actor.user_id and not (is_active and roles == user.roles):
            raise Invalid("roles", "oneself")
        check_roles(roles, actor.organisation_kind)
        user.is_active = is_active
        if roles != user.roles:
            user.role_rows.clear()
            session.flush()
            user.role_rows.extend(UserRole(role=role) for role in sorted(roles))
        if not is_active:
            _end_sessions(user)
        facts: Facts = {"roles": sorted(role.value for role in roles), "active": int(is_active)}
        _note(audit.Action.CHANGED, user, by=actor.user_id, facts=facts)
    return user


def reset_password(actor: Actor, *, user_id: UUID, new: str) -> User:
    """Give somebody who forgot theirs another password and end all their sessions; one's own is changed by the old.

    Raises Invalid for a weak one or for oneself, NotPermitted for somebody of another organisation.
    """
    authorise(actor, AccountPermission.MANAGE_USERS)
    with transaction() as session:
        user = session.get(User, user_id)
        if user is None:
            raise NotFound("user")
        authorise(actor, AccountPermission.MANAGE_USERS, user)
        if user.id == actor.user_id:
            raise Invalid("new", "oneself")
        if passwords.is_weak(new):
            raise Invalid("new", "weak")
        user.password_hash = passwords.hash_password(new)
        _end_sessions(user)
        _note(audit.Action.CHANGED, user, by=actor.user_id, facts={"password": "reset"})
    return user


def _add_user(
    organisation_id: UUID, roles: frozenset[Role], profile: UserProfile, password: str, *, by: UUID | None
) -> User:
    if passwords.is_weak(password):
        raise Invalid("password", "weak")
    if not roles:
        raise Invalid("roles", "required")
    user = User(
        id=new_id(),
        organisation_id=organisation_id,
        email_token=queries.email_token(profile.email),
        password_hash=passwords.hash_password(password),
        created_at=clock.now(),
        role_rows=[UserRole(role=role) for role in sorted(roles)],
    )
    with transaction() as session:
        if queries.user_by_email(profile.email) is not None:
            raise Invalid("email", "taken")
        session.add(user)
        session.flush()
        records.create(profile, record_id=user.id, scope=Scope(organisation_id))
        _note(audit.Action.CREATED, user, by=by)
    return user


def _end_sessions(user: User, *, but: bytes = b"") -> None:
    """End every open session of somebody, except the one of this token hash."""
    for row in queries.open_sessions(user.id):
        if row.token_hash != but:
            row.ended_at = clock.now()


def _note(action: audit.Action, user: User | None, *, by: UUID | None = None, facts: Facts | None = None) -> None:
    audit.record(
        action,
        organisation_id=user.organisation_id if user else None,
        actor_id=by or (user.id if user else None),
        subject_kind="user",
        subject_id=user.id if user else None,
        facts=facts,
    )
