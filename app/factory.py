"""Making the application: settings, stores, gate, web layer, packages, in that order."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from flask import Flask, g, request
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from app import cli, clock, home, logs, queue
from app.accounts import gate, installation, queries
from app.data import checkpoints, scanning, setup
from app.data.checkpoint_places import PlaceError
from app.data.database import db
from app.extensions import babel, csrf, limiter
from app.policies import Permission
from app.web import assets, errors, format, forms, headers, languages, layout, navigation
from app.web.actors import may
from app.web.layout import Viewer
from app.web.roles import role_names
from app.web.uploads import SealedRequest
from cases.policies import CasePermission
from config import Config, Mode, SettingError, read_config
from scheduling.feeds.policies import FeedPermission

ROOT = Path(__file__).parent.parent
LARGEST_REQUEST = 26 * 1024 * 1024


def create_app(config: Config | None = None, *, needs_keys: bool = True) -> Flask:
    """The application of one installation; raises SettingError or RootKeyError when it cannot start safely.

    `needs_keys` False lets commands run before there is a key file; opening anything sealed then fails.
    """
    config = config or read_config(os.environ)
    if config.mode is not Mode.TEST:
        logs.configure()
    app = Flask("einstieg", root_path=str(ROOT / "app"), template_folder=str(ROOT / "templates"), static_folder=None)
    app.request_class = SealedRequest
    if config.proxies:  # limits of tries count by address: without this, all visitors share the proxy's
        proxied = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=0)
        app.wsgi_app = proxied  # type: ignore[method-assign]
    _configure(app, config)
    clock.start_at(config.now)
    setup.init_app(app, config, needs_keys=needs_keys)
    scanning.init_app(app, config)
    _refuse_foreign_records(app, config)
    _refuse_unusable_places(config)
    app.extensions["doorbell"] = queue.connect(None if config.transport == "polling" else config.redis_url)
    csrf.init_app(app)
    limiter.init_app(app)
    babel.init_app(app, locale_selector=_locale)
    gate.init_app(app)
    _init_web(app, config)
    home.init_app(app)
    cli.init_app(app)
    return app


def _refuse_foreign_records(app: Flask, config: Config) -> None:
    """A demo never runs on real records, nor real work on a demo's; tests bring stores of their own."""
    is_test = config.mode is Mode.TEST
    with app.app_context():
        reason = installation.objection(invents=config.mode is not Mode.PRODUCTION, trusts_unmarked=is_test)
        db.engine.dispose()  # a server that forks after this must not share a connection
    if reason is not None:
        raise SettingError(reason)


def _refuse_unusable_places(config: Config) -> None:
    """A checkpoint that has nowhere to go is found out now, not in an hour."""
    try:
        checkpoints.places(config)
    except PlaceError as error:
        raise SettingError(f"EINSTIEG_CHECKPOINT_PLACES: {error}") from None


def _configure(app: Flask, config: Config) -> None:
    app.extensions["config"] = config
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME="einstieg",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=10),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_STORAGE_URI="memory://",
        BABEL_DEFAULT_LOCALE="de",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "app" / "translations"),
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _init_web(app: Flask, config: Config) -> None:
    headers.init_app(app, config)
    assets.init_app(app, config)
    format.init_app(app)
    forms.init_app(app)
    errors.init_app(app)
    navigation.init_app(app, may=_may)
    layout.init_app(
        app,
        config,
        viewer=_viewer,
        may_search=lambda: may(CasePermission.SEARCH),
        may_subscribe=lambda: may(FeedPermission.OWN),
    )
    app.add_template_global(may, "may")


def _may(permission: Permission) -> bool:
    return may(permission)


def _viewer() -> Viewer | None:
    """The signed-in person for the bar at the top, opened once a request."""
    if not current_user.is_authenticated:
        return None
    if "viewer" not in g:
        user = current_user.user
        g.viewer = Viewer(name=queries.names([user.id]).get(user.id, ""), role=role_names(user.roles))
    viewer: Viewer = g.viewer
    return viewer


def _locale() -> str:
    """The language of a page: named in the address on families' pages, German everywhere else."""
    code = (request.view_args or {}).get("language_code", "de") if request else "de"
    return code if code in {language.code for language in languages.active_languages()} else "de"
