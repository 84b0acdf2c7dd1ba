"""The gate before all views: nobody passes unless signed in, except to views marked public."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user, login_user, logout_user
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.accounts import queries, services
from app.accounts.models import User, UserSession
from app.errors import EinstiegError
from app.extensions import login_manager
from app.web import errors, navigation
from app.web.actors import set_actor


class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login holds: a user and the session that proves it; its id is the session's token."""

    def __init__(self, user: User, user_session: UserSession, token: str, counts: Sequence[int | None]) -> None:
        self.user = user
        self.user_session = user_session
        self.token = token
        self.counts = counts

    def get_id(self) -> str:
        """The random token of the session; never the user's id."""
        return self.token


def init_app(app: Flask) -> None:
    """Put the gate before every view."""
    login_manager.init_app(app)
    login_manager.user_loader(_load)
    app.before_request(_gate)
    app.after_request(_note_seen)


def open_session(token: str) -> None:
    """Put the token of a fresh session into the cookie; anything an earlier visitor left there goes."""
    session.clear()
    signed_in = _load(token)
    if signed_in is not None:
        login_user(signed_in)


def close_session() -> None:
    """Take the token out of the cookie."""
    logout_user()
    session.clear()


def _load(token: str) -> SignedIn | None:
    found = queries.live_session(token, navigation.count_columns(User.organisation_id))
    return SignedIn(found[1], found[0], token, found[2]) if found else None


def _note_seen(response: Response) -> Response:
    """Keep a session alive, at most once a minute; after the page is made, which would load again what it has."""
    if "seen_session_id" in g:
        with suppress(EinstiegError, SQLAlchemyError):  # what was asked for is done, whatever becomes of the note
            services.note_seen(g.seen_session_id)
    return response


def _gate() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return None
    if getattr(view, "is_public", False) and not getattr(view, "knows_actor", False):
        set_actor(None)
        return None
    if current_user.is_authenticated:
        if clock.now() - current_user.user_session.last_seen_at >= services.SEEN_EVERY:
            g.seen_session_id = current_user.user_session.id
        set_actor(queries.actor_of(current_user.user))
        g.user_id = current_user.user.id
        navigation.keep_counts(current_user.counts)
        return None
    set_actor(None)
    if getattr(view, "is_public", False):
        return None
    if request.headers.get("HX-Request") or request.accept_mimetypes.best == "application/json":
        return "", 401
    if request.method == "POST":
        return errors.signed_out()
    return redirect(url_for("accounts.sign_in", weiter=request.full_path.rstrip("?")))
