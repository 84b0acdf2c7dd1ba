"""Handing the trace out: a sheet for the family is an export like any other."""

from __future__ import annotations

from uuid import UUID

from app.data.audit import Action
from app.data.database import transaction
from app.policies import Actor
from cases.keeping import note
from cases.models import Case
from cases.policies import CasePermission
from cases.queries import get_case


def open_paper(actor: Actor, *, case_id: UUID, language_code: str) -> Case:
    """The case of which the sheet is printed; that it was is entered in the trail. Raises NotFound like `get_case`."""
    case = get_case(actor, case_id, CasePermission.READ_TRACE)
    with transaction():
        note(actor, case, Action.EXPORTED, "trace.paper", facts={"language": language_code})
    return case
