"""Pages for what went wrong: a sentence on what happened, one on what to do, and nothing personal."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_babel import LazyString, force_locale, lazy_gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.errors import (
    Conflict,
    EinstiegError,
    Invalid,
    KeyMissing,
    NewerSchema,
    NotFound,
    NotPermitted,
    StorageFull,
    Unavailable,
    VersionConflict,
)
from app.web import kept

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What one kind of error says: `title` what happened, `advice` what to do now."""

    status: int
    title: LazyString
    advice: LazyString


PAGES: dict[int, ErrorPage] = {
    page.status: page
    for page in (
        ErrorPage(
            400,
            lazy_gettext("Diese Anfrage haben wir nicht verstanden"),
            lazy_gettext("Bitte gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal."),
        ),
        ErrorPage(
            403,
            lazy_gettext("Dafür fehlt Ihnen die Berechtigung"),
            lazy_gettext("Wenn Sie diesen Schritt für Ihre Arbeit brauchen, fragen Sie bitte Ihre Leitung."),
        ),
        ErrorPage(
            404,
            lazy_gettext("Diese Seite gibt es nicht"),
            lazy_gettext("Vielleicht ist die Adresse unvollständig. Bitte prüfen Sie sie oder beginnen Sie neu."),
        ),
        ErrorPage(
            405,
            lazy_gettext("So lässt sich diese Seite nicht öffnen"),
            lazy_gettext("Bitte gehen Sie zurück und benutzen Sie die Knöpfe auf der Seite."),
        ),
        ErrorPage(
            409,
            lazy_gettext("Inzwischen hat sich etwas geändert"),
            lazy_gettext("Bitte laden Sie die Seite neu und sehen Sie nach, bevor Sie es noch einmal versuchen."),
        ),
        ErrorPage(
            413,
            lazy_gettext("Diese Datei ist zu groß"),
            lazy_gettext("Bitte wählen Sie eine kleinere Datei, zum Beispiel ein Foto in geringerer Auflösung."),
        ),
        ErrorPage(
            429,
            lazy_gettext("Das waren zu viele Versuche"),
            lazy_gettext("Bitte warten Sie einige Minuten und versuchen Sie es dann noch einmal."),
        ),
        ErrorPage(
            500,
            lazy_gettext("Bei uns ist ein Fehler aufgetreten"),
            lazy_gettext("Bitte versuchen Sie es in einigen Minuten noch einmal. Gespeichertes ist noch da."),
        ),
        ErrorPage(
            503,
            lazy_gettext("Das geht gerade nicht"),
            lazy_gettext("Bitte versuchen Sie es in einigen Minuten noch einmal. Gespeichertes ist noch da."),
        ),
    )
}
OPEN_TOO_LONG = ErrorPage(
    400,
    lazy_gettext("Die Seite war zu lange offen"),
    lazy_gettext(
        "Zu Ihrer Sicherheit haben wir nichts gespeichert. Bitte senden Sie Ihre Eingaben hier noch einmal ab."
    ),
)
SIGNED_OUT = ErrorPage(
    401,
    lazy_gettext("Sie sind nicht mehr angemeldet"),
    lazy_gettext(
        "Ihre Eingabe ist noch nicht gespeichert. Bitte melden Sie sich in einem neuen Fenster an und senden Sie sie "
        "dann von hier noch einmal ab."
    ),
)
CHANGED_MEANWHILE = ErrorPage(
    409,
    lazy_gettext("Jemand anderes hat das inzwischen geändert"),
    lazy_gettext("Ihre Eingabe ist nicht gespeichert. Bitte kopieren Sie sie von hier und öffnen Sie die Seite neu."),
)
NO_KEY = ErrorPage(
    404,
    lazy_gettext("Dieser Inhalt ist für Sie nicht zu öffnen"),
    lazy_gettext("Er wurde gelöscht oder nicht mit Ihnen geteilt. Fragen Sie bitte die Stelle, die den Fall führt."),
)
STORAGE_FULL = ErrorPage(
    503,
    lazy_gettext("Der Speicher ist voll"),
    lazy_gettext("Ihre letzte Eingabe ist nicht gespeichert, alles davor schon. Bitte rufen Sie die Technik an."),
)
NEWER_VERSION = ErrorPage(
    503,
    lazy_gettext("Dieser Eintrag stammt aus einer neueren Version von Einstieg"),
    lazy_gettext("Er ist unverändert gespeichert. Bitte sagen Sie der Technik, dass die Anwendung zu erneuern ist."),
)
# The first class that fits answers; what stands above must be narrower than what stands below.
_OF_DOMAIN: tuple[tuple[type[EinstiegError], ErrorPage], ...] = (
    (VersionConflict, CHANGED_MEANWHILE),
    (Conflict, PAGES[409]),
    (NotFound, PAGES[404]),
    (NotPermitted, PAGES[403]),
    (KeyMissing, NO_KEY),
    (Invalid, PAGES[400]),
    (NewerSchema, NEWER_VERSION),
    (StorageFull, STORAGE_FULL),
    (Unavailable, PAGES[503]),
)


def init_app(app: Flask) -> None:
    """Answer HTTP errors, our own errors and everything unforeseen with a page in the reader's language."""
    app.register_error_handler(CSRFError, _forged_or_old)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(EinstiegError, _of_domain)
    app.register_error_handler(Exception, _unforeseen)


def on_refusal(app: Flask, listener: Callable[[EinstiegError], None]) -> None:
    """Call `listener` whenever somebody asks for what is not theirs, or for a thing that is not there for them."""
    app.extensions["refusal_listener"] = listener


def signed_out() -> Response:
    """Answer somebody whose session ended while typing: nothing typed is lost."""
    return _answer(SIGNED_OUT)


def page_for(error: EinstiegError) -> ErrorPage:
    """Answer the page of one of our errors; one without a page of its own counts as unforeseen."""
    return next((page for kind, page in _OF_DOMAIN if isinstance(error, kind)), PAGES[500])


def _forged_or_old(error: CSRFError) -> Response:
    return _answer(OPEN_TOO_LONG)


def _of_http(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        return make_response(error.get_response())
    response = _answer(PAGES.get(error.code or 500) or PAGES[400 if (error.code or 500) < 500 else 500])
    response.status_code = error.code or 500
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _of_domain(error: EinstiegError) -> Response:
    page = page_for(error)
    if page.status >= 500:
        logger.error("%s in %s", type(error).__name__, request.endpoint, exc_info=page.status == 500)
    if page.status in (403, 404) and "refusal_listener" in current_app.extensions:
        current_app.extensions["refusal_listener"](error)
    return _answer(page)


def _unforeseen(error: Exception) -> Response:
    # The type alone: an exception's text may hold what somebody typed.
    logger.error("%s in %s", type(error).__name__, request.endpoint, exc_info=_without_text(error))
    return _answer(PAGES[500])


def _without_text(error: Exception) -> tuple[type[BaseException], BaseException, TracebackType | None]:
    """The trace of `error` without its message, which could carry people's data into the log."""
    return type(error), RuntimeError(type(error).__name__), error.__traceback__


def _answer(page: ErrorPage) -> Response:
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        response = jsonify(title=str(page.title), advice=str(page.advice))
    elif is_family_path():
        response = make_response(render_template("errors/family.html", page=page, **_kept(page)))
    else:
        with force_locale("de"):
            response = make_response(render_template("errors/staff.html", page=page, **_kept(page)))
    response.status_code = page.status
    return response


def _kept(page: ErrorPage) -> dict[str, object]:
    """What was typed, unless the answer would be the same whatever is sent."""
    if page.status in (403, 404, 405, 413):
        return {}
    return {
        "kept": kept.kept_fields(),
        "may_resend": page is not CHANGED_MEANWHILE,
        "resend_to": kept.target(),
    }


def is_family_path() -> bool:
    """Whether the request belongs to families' pages: to a blueprint whose name begins with `booking`."""
    return (request.blueprint or "").startswith("booking")
