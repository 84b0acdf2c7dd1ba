"""What falls due in a house, counted by the database: cases of one rule that count from one hour are one row.

The same rules as cases/retention/rules.py, which says when each of these rows is due; a test compares both. Hours,
because the day in Düsseldorf is known from the hour in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, Uuid, and_, case, exists, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from app import clock
from app.data.database import session
from app.data.records import SealedRecord
from cases import queries
from cases.child_states import SIDE_EXITS
from cases.kinds import ConsentPurpose, LegalBasis
from cases.list_packing import PackedCases, packed_uuids
from cases.models import Case, Child, Consent
from cases.retention import hooks
from cases.retention.models import RetentionMark
from cases.retention.rule_book import RuleKey
from cases.retention.rules import Due, due_by, earlier, rule_for

SLACK = timedelta(days=4)
"""Cases may be idle that were opened so much later: months end on different days, and days begin by local time."""
BEGIN_OF_CHILD = func.coalesce(Child.support_started_on, Child.seated_on)


@dataclass(frozen=True, slots=True)
class Batch:
    """Cases that fall due together: when and by which rule, and their ids as the database packed them."""

    due: Due
    count: int
    packed: Any


class IsoHour(GenericFunction[str]):
    """An instant as ISO text up to its hour in UTC."""

    name = "iso_hour"
    type = String()
    inherit_cache = True


class IsoDay(GenericFunction[str]):
    """A day as ISO text."""

    name = "iso_day"
    type = String()
    inherit_cache = True


class Unindexed(GenericFunction[UUID]):
    """A column as it is, for which SQLite shall not walk an index: all rows in turn are much faster than one by one."""

    name = "unindexed"
    type = Uuid()
    inherit_cache = True


def coming(organisation_id: UUID, *, today: date, until: date) -> list[Batch]:
    """All that is due by a day, the oldest first; the same few statements however many cases there are."""
    days: dict[str, date] = {}
    batches = []
    for key, begin, extended_until, count, packed in session().execute(_grouped(organisation_id, today, until)):
        if begin is None:
            continue
        day = days.get(begin) or days.setdefault(begin, _day(begin))
        due = due_by(RuleKey(key), day, extended_until, on=today)
        if due.on <= until:
            batches.append(Batch(due, count, packed))
    return sorted(batches, key=_on)


def oldest(batches: Iterable[Batch], number: int) -> list[tuple[UUID, Due]]:
    """The first cases of batches that are sorted, those of one day by their ids."""
    found: list[tuple[UUID, Due]] = []
    for _, some in groupby(batches, key=_on):
        if len(found) >= number:
            break
        found += sorted(_cases(some), key=lambda pair: pair[0])
    return found[:number]


def _cases(batches: Iterable[Batch]) -> Iterator[tuple[UUID, Due]]:
    for batch in batches:
        for case_id in packed_uuids(batch.packed):
            yield case_id, batch.due


def _on(batch: Batch) -> date:
    return batch.due.on


def _day(begin: str) -> date:
    """The day in Düsseldorf of an ISO day, or of an hour in UTC."""
    if len(begin) == len("2026-11-22"):
        return date.fromisoformat(begin)
    return clock.local(datetime.fromisoformat(f"{begin}:00+00:00")).date()


def _grouped(organisation_id: UUID, today: date, until: date) -> Select[*tuple[Any, ...]]:
    """Rule, begin and extension with how many cases they are of."""
    told = _told(organisation_id, today).cte("told").prefix_with("MATERIALIZED").c
    idle_before = earlier(until, rule_for(RuleKey.IDLE_CASE, on=today)) + SLACK
    columns = (told.key, _begin(told, idle_before).label("begin"), told.extended_until)
    return select(*columns, func.count(), PackedCases(told.id)).group_by(*columns)


def _begin(told: Any, idle_before: date) -> ColumnElement[Any]:
    """From when a case counts. When it last changed is asked only where that can be long enough ago, else null."""
    changed_at = (
        select(func.max(SealedRecord.changed_at)).where(SealedRecord.case_id == told.id).correlate_except(SealedRecord)
    ).scalar_subquery()
    may_be_idle = told.opened_at < datetime.combine(idle_before, time(), UTC)
    begins: Mapping[RuleKey, ColumnElement[Any]] = {
        RuleKey.CONSENT_WITHDRAWN: IsoDay(told.withdrawn_on),
        RuleKey.LEAD_WITHOUT_CONSENT: IsoHour(told.opened_at),
        RuleKey.PLACED_CHILD: IsoDay(told.seated_on),
        RuleKey.KIM_CASE: IsoHour(told.closed_at),
        RuleKey.CLOSED_WITHOUT_SEAT: IsoHour(told.closed_at),
        RuleKey.IDLE_CASE: case((may_be_idle, IsoHour(func.coalesce(changed_at, told.opened_at)))),
    }
    return case(*((told.key == key.value, begin) for key, begin in begins.items()))


def _told(organisation_id: UUID, today: date) -> Select[*tuple[Any, ...]]:
    """Every case of the house with the rule that decides about it (`rules.decisive`) and the days that count."""
    children, consents = _seated().subquery(), _consents(today).subquery()
    has_basis = func.coalesce(consents.c.has_basis, 0) == 1
    seated_on, withdrawn_on = children.c.seated_on, consents.c.withdrawn_on
    kim = hooks.cases_with_kim()
    with_kim = Case.id.in_(kim) if kim is not None else Case.id.in_(())
    key = case(
        (and_(withdrawn_on.is_not(None), ~has_basis), RuleKey.CONSENT_WITHDRAWN.value),
        (and_(~has_basis, seated_on.is_(None), ~with_kim), RuleKey.LEAD_WITHOUT_CONSENT.value),
        (and_(with_kim, Case.closed_at.is_not(None)), RuleKey.KIM_CASE.value),
        (with_kim, RuleKey.IDLE_CASE.value),
        (and_(seated_on.is_not(None), ~_one_waits()), RuleKey.PLACED_CHILD.value),
        (Case.closed_at.is_not(None), RuleKey.CLOSED_WITHOUT_SEAT.value),
        else_=RuleKey.IDLE_CASE.value,
    )
    days = (Case.opened_at, Case.closed_at, seated_on, withdrawn_on, RetentionMark.extended_until)
    joined = select(Case.id, key.label("key"), *days).select_from(Case)
    for rows, case_id in ((children, children.c.case_id), (consents, consents.c.case_id)):
        joined = joined.outerjoin(rows, case_id == Case.id)
    joined = joined.outerjoin(RetentionMark, RetentionMark.case_id == Case.id)
    own = Unindexed(Case.organisation_id) == organisation_id
    return joined.where(own, Unindexed(Case.merged_into_id).is_(None), queries.is_taken())


def _seated() -> Select[*tuple[Any, ...]]:
    """Of each case with a seated child: the last begin of such a child's period."""
    seated = select(Child.case_id, func.max(BEGIN_OF_CHILD).label("seated_on"))
    return seated.where(BEGIN_OF_CHILD.is_not(None), Child.state.not_in(SIDE_EXITS)).group_by(Child.case_id)


def _one_waits() -> ColumnElement[bool]:
    """Whether another child of the case still waits for its seat."""
    return exists().where(Child.case_id == Case.id, BEGIN_OF_CHILD.is_(None), Child.state.not_in(SIDE_EXITS))


def _consents(today: date) -> Select[*tuple[Any, ...]]:
    """Of each case: whether something still carries the keeping (0 or 1), and when a consent was last withdrawn."""
    lasts = and_(Consent.withdrawn_on.is_(None), or_(Consent.valid_until.is_(None), Consent.valid_until >= today))
    holds = case((or_(Consent.legal_basis != LegalBasis.CONSENT, lasts), 1), else_=0)
    return (
        select(
            Consent.case_id, func.max(holds).label("has_basis"), func.max(Consent.withdrawn_on).label("withdrawn_on")
        )
        .where(Consent.purpose == ConsentPurpose.COLLECTION)
        .group_by(Consent.case_id)
    )


@compiles(Unindexed)
def _column(element: Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(Unindexed, "sqlite")
def _plus(element: Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


@compiles(IsoHour, "sqlite")
def _hour_of_text(element: IsoHour, compiler: SQLCompiler, **options: Any) -> str:
    return f"substr({compiler.process(element.clauses, **options)}, 1, 13)"


@compiles(IsoHour, "postgresql")
def _hour_of_instant(element: IsoHour, compiler: SQLCompiler, **options: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **options)} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"


@compiles(IsoDay, "sqlite")
def _day_of_text(element: IsoDay, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(IsoDay, "postgresql")
def _day_of_date(element: IsoDay, compiler: SQLCompiler, **options: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **options)}, 'YYYY-MM-DD')"
