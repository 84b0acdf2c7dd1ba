"""No page about somebody leaves the house without an entry in the trail: what a view forgot is entered here.

Views enter what they show by themselves, with the part of the case. This looks once more at every answer whose
address names a record: a form that came back with errors, a conflict, a page that is new.
"""

from __future__ import annotations

from uuid import UUID

from flask import Flask, Response, current_app, request

from app.data import audit
from app.data.database import forget_taken, session, transaction
from app.web.actors import actor_or_none

SHOWN = frozenset({200, 409, 422, 503})
PUBLIC_SUBJECTS = frozenset({"school_id"})


def init_app(app: Flask) -> None:
    """Look at every answer before it is sent; when the entry cannot be written, the answer is an error."""
    app.before_request(forget_taken)
    app.after_request(_witness)


def _witness(response: Response) -> Response:
    if response.status_code not in SHOWN or audit.has_entered() or not _is_about_somebody():
        return response
    actor = actor_or_none()
    if actor is None or actor.user_id is None:
        return response
    case_id = (request.view_args or {}).get("case_id")
    session().rollback()
    with transaction():
        audit.record(
            audit.Action.READ,
            organisation_id=actor.organisation_id,
            actor_id=actor.user_id,
            subject_kind="page",
            case_id=case_id if isinstance(case_id, UUID) else None,
            facts={"part": request.blueprint or "", "endpoint": request.endpoint or "", "method": request.method},
        )
    return response


def _is_about_somebody() -> bool:
    """Whether the address names a record by its id, on a page that is not for everybody."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "is_public", False):
        return False
    named = {name for name, value in (request.view_args or {}).items() if isinstance(value, UUID)}
    return bool(named - PUBLIC_SUBJECTS)
