"""The history of a corrected statement: whatever is changed in it later leaves a line of its own.

A statement nobody ever asked to correct leaves none, so that old values are not kept without a reason
(Art. 5 (1) lit. c GDPR); the trail says of those who changed which field and when.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from app import clock
from app.data import records
from app.data.base import new_id
from app.data.records import Sheet
from app.policies import Actor
from cases.intake.subjects import in_words
from cases.models import Case
from cases.rights.correctable import KINDS, field_of
from cases.rights.kinds import Outcome
from cases.rights.sheets import Correction

_by_request: ContextVar[bool] = ContextVar("correction by request", default=False)


@contextmanager
def by_request() -> Iterator[None]:
    """A change made inside is a correction itself and is written down by whoever decided it."""
    token = _by_request.set(True)
    try:
        yield
    finally:
        _by_request.reset(token)


def remember(actor: Actor, case: Case, record_id: UUID, before: Sheet, changed: Mapping[str, Any]) -> None:
    """Keep before and after of corrected statements; called by the intake inside its transaction."""
    kind = KINDS.get(type(before))
    if kind is None or _by_request.get():
        return
    lines = records.of_case(Correction, case.id, reader=case.organisation_id).values()
    watched = {line.sheet.field for line in lines if line.sheet.record == str(record_id)}
    for name in sorted(watched & changed.keys()):
        field = field_of(type(before), name)
        line = Correction(
            record_kind=kind,
            record=str(record_id),
            field=name,
            before=in_words(field, getattr(before, name)),
            after=in_words(field, changed[name]),
            outcome=Outcome.LATER.value,
            day=clock.today().isoformat(),
            reason="Später in der Erfassung geändert",
            decided_by=str(actor.user_id or ""),
        )
        records.create(line, record_id=new_id(), scope=case.scope)
