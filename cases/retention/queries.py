"""What falls due in a KI, what was decided about a case, and the receipts of what is gone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import and_, func, select

from app import clock
from app.data.database import session
from app.errors import NotFound
from app.policies import Actor, authorise, permits
from app.web.pagination import PAGE_SIZE, Page
from cases import queries
from cases.models import Case
from cases.retention import rules
from cases.retention.coming import Batch, coming, oldest
from cases.retention.facts import facts_of
from cases.retention.models import ErasureReceipt, RetentionMark
from cases.retention.policies import RetentionPermission
from cases.retention.rule_book import Ending, Rule, RuleKey
from cases.retention.rules import Due
from config import Config

AHEAD = timedelta(days=90)
SHOWN = 100
"""So many cases stand on the page, the oldest first; decided ones make room for the next."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands: when it falls due, and what keeps it from being erased."""

    case: Case
    due: Due
    mark: RetentionMark | None
    archive_step: bool
    has_come: bool

    @property
    def offer_lapsed_on(self) -> date | None:
        """The day from which no answer of the archive counts as one; None without an offer."""
        if self.mark is None or self.mark.offered_on is None:
            return None
        return rules.later(self.mark.offered_on, rules.rule_for(RuleKey.ARCHIVE_ANSWER, on=clock.today()))

    @property
    def archive_is_settled(self) -> bool:
        """Whether the archive has answered, has let its time pass, or is not asked at all."""
        if not self.archive_step:
            return True
        if self.mark is None or self.offer_lapsed_on is None:
            return False
        return self.mark.archive_answer is not None or self.offer_lapsed_on <= clock.today()

    @property
    def archive_state(self) -> str:
        """Where the offer stands, in German; "" when there is no such step."""
        if not self.archive_step:
            return ""
        if self.mark is None or self.mark.offered_on is None:
            return "dem Archiv noch nicht angeboten"
        if self.mark.archive_answer is not None:
            return f"Archiv: {self.mark.archive_answer.label}"
        if self.archive_is_settled:
            return "Archiv: keine Antwort in der Frist"
        return f"dem Archiv angeboten am {self.mark.offered_on:%d.%m.%Y}"

    @property
    def was_extended(self) -> bool:
        """Whether the one extension is used up."""
        return self.mark is not None and self.mark.extended_until is not None


@dataclass(frozen=True, slots=True)
class Count:
    """How many cases of one rule are due now, and within the next 90 days."""

    rule: Rule
    now: int
    soon: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page of keeping shows: counts by rule, the oldest cases, and how many there are in all."""

    counts: list[Count]
    due: list[Standing]
    soon: list[Standing]
    due_total: int
    soon_total: int


def overview(actor: Actor) -> Overview:
    """What is due or falls due within 90 days: counts for whoever may see the page, the oldest cases for the lead."""
    authorise(actor, RetentionPermission.SEE)
    today = clock.today()
    now, soon = _coming(actor.organisation_id)
    in_force = [rule for rule in rules.in_force(today) if rule.ending is Ending.DECISION]
    may_list = permits(actor, RetentionPermission.LIST_CASES)
    shown = [oldest(some, SHOWN) if may_list else [] for some in (now, soon)]
    return Overview(
        counts=[Count(rule, _number(now, rule), _number(soon, rule)) for rule in in_force],
        due=_standings(shown[0]),
        soon=_standings(shown[1]),
        due_total=_number(now),
        soon_total=_number(soon),
    )


def chosen(actor: Actor, case_ids: Collection[UUID]) -> list[Standing]:
    """Where these cases stand; those of another house are left out, as if they were not there."""
    authorise(actor, RetentionPermission.LIST_CASES)
    own = (Case.organisation_id == actor.organisation_id, Case.merged_into_id.is_(None), queries.is_taken())
    which = and_(*own, Case.id.in_(list(case_ids)[:SHOWN]))
    facts = facts_of(which, today=clock.today())
    return _standings([(case_id, rules.due(one, on=clock.today())) for case_id, one in facts.items()])


def numbers_of(organisation_id: UUID) -> tuple[int, int]:
    """How many cases of an organisation are due, and how many more within 90 days: for the operator, without names."""
    now, soon = _coming(organisation_id)
    return _number(now), _number(soon)


def standing_of(case: Case) -> Standing:
    """Where one case stands today."""
    today = clock.today()
    facts = facts_of(Case.id == case.id, today=today)
    return _standings([(case.id, rules.due(facts[case.id], on=today))])[0]


def standing(actor: Actor, case: Case) -> Standing:
    """Where a case stands, for those who keep it."""
    authorise(actor, RetentionPermission.READ, case)
    return standing_of(case)


def names(actor: Actor, standings: Collection[Standing]) -> dict[UUID, str]:
    """The family names of these cases, for the lead."""
    authorise(actor, RetentionPermission.LIST_CASES)
    summaries = queries.summaries(actor, [one.case.id for one in standings])
    return {case_id: summary.family_name for case_id, summary in summaries.items()}


def rules_in_force(actor: Actor) -> list[Rule]:
    """The rules of today."""
    authorise(actor, RetentionPermission.SEE)
    return rules.in_force(clock.today())


def receipts(actor: Actor, *, number: int) -> Page[ErasureReceipt]:
    """One page of the receipts of the actor's organisation, the latest first."""
    authorise(actor, RetentionPermission.SEE)
    condition = ErasureReceipt.organisation_id == actor.organisation_id
    total = session().scalar(select(func.count()).select_from(ErasureReceipt).where(condition)) or 0
    query = select(ErasureReceipt).where(condition).order_by(ErasureReceipt.erased_at.desc(), ErasureReceipt.id.desc())
    found = session().scalars(query.offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE))
    return Page(list(found), number, total)


def receipt(actor: Actor, receipt_id: UUID) -> ErasureReceipt:
    """One receipt of the actor's organisation; raises NotFound for any other."""
    authorise(actor, RetentionPermission.SEE)
    found = session().get(ErasureReceipt, receipt_id)
    if found is None or found.organisation_id != actor.organisation_id:
        raise NotFound("receipt")
    return found


def settings() -> Config:
    """The settings of this installation."""
    config: Config = current_app.extensions["config"]
    return config


def _coming(organisation_id: UUID) -> tuple[list[Batch], list[Batch]]:
    """All that is due, and all that will be within 90 days, the oldest first."""
    today = clock.today()
    batches = coming(organisation_id, today=today, until=today + AHEAD)
    now = [batch for batch in batches if batch.due.has_come(today)]
    return now, batches[len(now) :]


def _number(batches: Collection[Batch], rule: Rule | None = None) -> int:
    """How many cases these are, of one rule or of all."""
    return sum(batch.count for batch in batches if rule is None or batch.due.rule.key is rule.key)


def _standings(dues: Sequence[tuple[UUID, Due]]) -> list[Standing]:
    """These cases with what was decided about them, in the order given."""
    ids, today, step = [case_id for case_id, _ in dues], clock.today(), settings().archive_offer
    cases = {case.id: case for case in session().scalars(select(Case).where(Case.id.in_(ids)))}
    query = select(RetentionMark).where(RetentionMark.case_id.in_(ids))
    marks = {mark.case_id: mark for mark in session().scalars(query.execution_options(populate_existing=True))}
    return [
        Standing(cases[case_id], due, marks.get(case_id), step, due.has_come(today))
        for case_id, due in dues
        if case_id in cases
    ]
