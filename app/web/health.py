"""Is the server up, and can it work: two questions with two addresses."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from app.data.database import session
from app.data.keyring import INSTALLATION
from app.data.records import keyring
from app.web.actors import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def live() -> Response:
    """Answer that the process serves; touches nothing."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """Answer whether data and keys can be reached; 503 names what cannot."""
    checks = {"database": _database_answers(), "keys": _keys_open()}
    return jsonify(checks), 200 if all(checks.values()) else 503


def _database_answers() -> bool:
    try:
        session().execute(text("SELECT seq FROM audit_head"))
    except Exception:
        return False
    return True


def _keys_open() -> bool:
    try:
        keyring().subkey(INSTALLATION, "sign-in")
    except Exception:
        return False
    return True
