"""Refused requests leave a trace: who asked for which page, and of which case, never what was typed."""

from __future__ import annotations

import logging
from uuid import UUID

from flask import Flask, request

from app.data import audit
from app.data.database import session, transaction
from app.errors import EinstiegError, NotPermitted
from app.web import errors
from app.web.actors import actor_or_none

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Listen for what the error pages refuse."""
    errors.on_refusal(app, note)


def note(error: EinstiegError) -> None:
    """Write a refusal into the audit trail; a thing that is not there counts only when a case was asked for."""
    actor = actor_or_none()
    case_id = (request.view_args or {}).get("case_id")
    if actor is None or not (isinstance(error, NotPermitted) or isinstance(case_id, UUID)):
        return
    try:
        session().rollback()
        with transaction():
            audit.record(
                audit.Action.REFUSED,
                organisation_id=actor.organisation_id,
                actor_id=actor.user_id,
                subject_kind="page",
                case_id=case_id if isinstance(case_id, UUID) else None,
                facts={"endpoint": request.endpoint or "", "method": request.method},
            )
    except Exception as failure:
        log.warning("a refusal could not be noted: %s", type(failure).__name__)
