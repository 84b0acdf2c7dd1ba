"""References of cases: `D-2026-00017`, running numbers of an organisation and year without gaps or doubles."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.data.database import session
from cases.models import CaseCounter

PREFIX = "D"


def next_reference(organisation_id: UUID, *, year: int) -> str:
    """Take the next number under the lock of its counter's row; only inside a transaction()."""
    counter = _locked(organisation_id, year)
    if counter is None:
        _begin(organisation_id, year)
        counter = _locked(organisation_id, year)
    if counter is None:
        raise RuntimeError("a counter that was just made is gone")
    counter.last += 1
    return f"{PREFIX}-{year}-{counter.last:05}"


def _locked(organisation_id: UUID, year: int) -> CaseCounter | None:
    query = select(CaseCounter).where(CaseCounter.organisation_id == organisation_id, CaseCounter.year == year)
    return session().scalar(query.with_for_update().execution_options(populate_existing=True))


def _begin(organisation_id: UUID, year: int) -> None:
    """Make a year's counter; another writer who makes it at the same moment is as good."""
    try:
        with session().begin_nested():
            session().add(CaseCounter(organisation_id=organisation_id, year=year, last=0))
    except IntegrityError:
        return
