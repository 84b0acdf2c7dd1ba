"""What every layout shows around a page: whose it is, its language, the demo clock, the way home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app, url_for
from flask_babel import get_locale

from app import clock
from app.web.languages import GERMAN, Language, language
from config import Config, Mode


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person who is signed in, as the bar at the top shows them.

    `theme` is "light", "dark" or None for what the machine prefers; `shortcuts` False switches keys off
    (WCAG 2.1.4).
    """

    name: str
    role: str
    shortcuts: bool = True
    theme: str | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """The endpoints that layouts link to; one that is not registered is left out of the page."""

    home: str = "home.show"
    family_home: str = "booking.start"
    search: str = "search.show"
    account: str = "accounts.account"
    sign_out: str = "accounts.sign_out"
    calendar: str = "feeds.own"


def init_app(
    app: Flask,
    config: Config,
    *,
    viewer: Callable[[], Viewer | None],
    may_search: Callable[[], bool] = lambda: True,
    may_subscribe: Callable[[], bool] = lambda: False,
    places: Places | None = None,
) -> None:
    """Give layouts what they need; `viewer` answers who is signed in now, None for nobody."""
    where = places or Places()
    is_demo = config.mode is Mode.DEMO

    def page_theme() -> str | None:
        person = viewer()
        return person.theme if person else None

    def demo_clock() -> datetime | None:
        return clock.now() if is_demo else None

    for function in (viewer, page_theme, demo_clock, page_language):
        app.add_template_global(function, "viewer" if function is viewer else function.__name__)
    app.add_template_global(lambda: _url(where.home) or "/", "home_url")
    app.add_template_global(lambda: _url(where.family_home) or "/", "family_home_url")
    app.add_template_global(lambda: _url(where.search) if may_search() else None, "search_url")
    app.add_template_global(lambda: _url(where.account), "account_url")
    app.add_template_global(lambda: _url(where.sign_out), "sign_out_url")
    app.add_template_global(lambda: _url(where.calendar) if may_subscribe() else None, "calendar_url")


def page_language() -> Language:
    """Answer the language of the page being made, German when Babel names none of ours."""
    try:
        return language(str(get_locale() or "de"))
    except KeyError:
        return GERMAN


def _url(endpoint: str) -> str | None:
    return url_for(endpoint) if endpoint in current_app.view_functions else None
