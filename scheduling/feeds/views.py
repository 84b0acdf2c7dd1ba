"""The calendar for other programs, and the page where its address is made."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.extensions import limiter
from app.policies import authorise
from app.web.actors import current_actor, public
from scheduling import calendar
from scheduling.day.queries import interpreter_profiles, interpreters_of
from scheduling.feeds import services
from scheduling.feeds.fetching import fetch
from scheduling.feeds.policies import FeedPermission
from scheduling.feeds.queries import feed_of, wants_mail

blueprint = Blueprint("feeds", __name__)
limit_feed = limiter.limit("60 per minute", key_func=lambda: str((request.view_args or {}).get("token", "")))


@blueprint.get("/kalender/<token>.ics")
@public
@limit_feed
def feed(token: str) -> ResponseReturnValue:
    """The calendar behind a secret address; whoever has it already gets 304."""
    fetched = fetch(token)
    if fetched is None:
        abort(404)
    response = make_response(fetched.content)
    response.headers["Content-Type"] = calendar.content_type()
    response.headers["Content-Disposition"] = 'inline; filename="termine.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(fetched.etag)
    response.last_modified = fetched.changed_at
    return response.make_conditional(request)


@blueprint.get("/konto/kalender")
def own() -> ResponseReturnValue:
    """One's own calendar: whether it has an address, and whether invitations come by mail."""
    authorise(current_actor(), FeedPermission.OWN)
    return _own_page()


@blueprint.post("/konto/kalender/neu")
def make_own() -> ResponseReturnValue:
    """Make an address and show it this once."""
    return _no_store(_own_page(services.make_own(current_actor())))


@blueprint.post("/konto/kalender/beenden")
def revoke_own() -> ResponseReturnValue:
    """End the address."""
    services.revoke_own(current_actor())
    flash("Die Adresse gilt nicht mehr.", "success")
    return redirect(url_for("feeds.own"), 303)


@blueprint.post("/konto/kalender/mails")
def own_mail() -> ResponseReturnValue:
    """Switch invitations by mail on or off."""
    wanted = request.form.get("wanted") == "1"
    services.wish_own_mail(current_actor(), wanted=wanted)
    flash("Ab jetzt kommt jeder Termin als Einladung." if wanted else "Es kommen keine Einladungen mehr.", "success")
    return redirect(url_for("feeds.own"), 303)


@blueprint.get("/sprechzeiten/kalender")
def interpreters() -> ResponseReturnValue:
    """The calendars of the interpreters."""
    authorise(current_actor(), FeedPermission.INTERPRETERS)
    return _interpreters_page()


@blueprint.post("/sprechzeiten/kalender/<uuid:interpreter_id>/neu")
def make_for(interpreter_id: UUID) -> ResponseReturnValue:
    """Make an address for an interpreter and show it this once."""
    url = services.make_for_interpreter(current_actor(), interpreter_id=interpreter_id)
    return _no_store(_interpreters_page(url, interpreter_id))


@blueprint.post("/sprechzeiten/kalender/<uuid:interpreter_id>/beenden")
def revoke_for(interpreter_id: UUID) -> ResponseReturnValue:
    """End an interpreter's address."""
    services.revoke_for_interpreter(current_actor(), interpreter_id=interpreter_id)
    flash("Die Adresse gilt nicht mehr.", "success")
    return redirect(url_for("feeds.interpreters"), 303)


@blueprint.post("/sprechzeiten/kalender/<uuid:interpreter_id>/mails")
def mail_for(interpreter_id: UUID) -> ResponseReturnValue:
    """Switch an interpreter's invitations by mail on or off."""
    wanted = request.form.get("wanted") == "1"
    services.wish_mail_for_interpreter(current_actor(), interpreter_id=interpreter_id, wanted=wanted)
    flash("Gespeichert.", "success")
    return redirect(url_for("feeds.interpreters"), 303)


def _own_page(url: str | None = None) -> str:
    user_id = current_actor().user_id
    values = {"feed": feed_of(user_id), "wants_mail": wants_mail(user_id)} if user_id else {}
    return render_template("feeds/own.html", url=url, **values)


def _interpreters_page(url: str | None = None, fresh_id: UUID | None = None) -> str:
    place = current_actor().organisation_id
    people = [each for each in interpreters_of(place) if each.is_active]
    profiles = interpreter_profiles(place, {each.id for each in people})
    lines = [
        (each.id, profiles[each.id], feed_of(each.id), wants_mail(each.id)) for each in people if each.id in profiles
    ]
    return render_template("feeds/interpreters.html", lines=lines, url=url, fresh_id=fresh_id)


def _no_store(page: str) -> ResponseReturnValue:
    """A page that holds a secret: no browser keeps it."""
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
