"""What the database counts as due is what the rules say of each case by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from app import clock
from app.data.base import new_id
from app.data.database import session, transaction
from app.data.records import SealedRecord
from cases.child_states import ChildState
from cases.kinds import ConsentPurpose, LegalBasis
from cases.models import Case, Child, Consent
from cases.retention import hooks, queries, rules
from cases.retention.coming import coming, oldest
from cases.retention.facts import facts_of
from cases.retention.models import RetentionMark
from cases.retention.rule_book import Ending, RuleKey
from cases.retention.rules import due
from cases.states import CaseState
from tests.plugins.application import World

TODAY = date(2026, 11, 23)
COUNT = 160
KEYS = {rule.key for rule in rules.in_force(TODAY) if rule.ending is Ending.DECISION}


def _ago(random: Random, days: int) -> date:
    return TODAY - timedelta(days=random.randrange(days))


def _instant(random: Random, days: int) -> datetime:
    """Some of them in the hours in which Düsseldorf is a day ahead of UTC."""
    return datetime.combine(_ago(random, days), datetime.min.time(), UTC) + timedelta(
        hours=random.choice((4, 11, 22, 23)), minutes=random.randrange(60)
    )


def _case(random: Random, world: World, number: int) -> dict[str, Any]:
    is_closed = random.random() < 0.4
    return {
        "id": new_id(),
        "organisation_id": world.ki.id,
        "reference": f"{number:06}",
        "state": CaseState.CLOSED if is_closed else CaseState.REPORTED,
        "opened_at": _instant(random, 1500),
        "closed_at": _instant(random, 1400) if is_closed else None,
        "version": 1,
    }


def _child(random: Random, case_id: UUID, position: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "case_id": case_id,
        "position": position,
        "state": random.choice((ChildState.REPORTED, ChildState.COMPLETED, ChildState.MOVED_AWAY)),
        "seated_on": _ago(random, 1500) if random.random() < 0.6 else None,
        "support_started_on": _ago(random, 1500) if random.random() < 0.3 else None,
    }


def _consent(random: Random, case_id: UUID) -> dict[str, Any]:
    return {
        "id": new_id(),
        "case_id": case_id,
        "purpose": random.choice((ConsentPurpose.COLLECTION, ConsentPurpose.COLLECTION, list(ConsentPurpose)[-1])),
        "legal_basis": random.choice((LegalBasis.CONSENT, LegalBasis.CONSENT, list(LegalBasis)[-1])),
        "given_on": _ago(random, 1500),
        "valid_until": random.choice((None, TODAY, TODAY - timedelta(days=1))),
        "withdrawn_on": _ago(random, 200) if random.random() < 0.4 else None,
        "recorded_at": clock.now(),
    }


def _change(random: Random, world: World, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organisation_id": world.ki.id,
        "case_id": row["id"],
        "kind": "note",
        "record_id": new_id(),
        "version": 1,
        "schema": 1,
        "body": b"sealed",
        "changed_at": min(row["opened_at"] + timedelta(hours=random.randrange(20_000)), clock.now()),
    }


def _mark(random: Random, world: World, case_id: UUID) -> dict[str, Any]:
    until = TODAY + timedelta(days=random.randrange(-100, 400))
    return {"case_id": case_id, "organisation_id": world.ki.id, "extended_until": random.choice((None, until))}


@pytest.fixture
def case_ids(world: World, monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Cases of every kind, some of them with KIM."""
    random = Random(3)
    rows = [_case(random, world, number) for number in range(COUNT)]
    ids: list[UUID] = [row["id"] for row in rows]
    children = [_child(random, case_id, n) for case_id in ids for n in range(random.randrange(4))]
    consents = [_consent(random, case_id) for case_id in ids for _ in range(random.choice((0, 1, 1, 2)))]
    changes = [_change(random, world, row) for row in rows for _ in range(random.randrange(3))]
    with transaction() as current:
        for table, some in (
            (Case, rows),
            (Child, children),
            (Consent, consents),
            (SealedRecord, changes),
            (RetentionMark, [_mark(random, world, case_id) for case_id in random.sample(ids, COUNT // 4)]),
        ):
            current.execute(insert(table.__table__), some)
    monkeypatch.setattr(hooks, "_kim", [lambda: select(Case.id).where(Case.id.in_(ids[::5]))])
    return ids


def test_batches_hold_what_the_rules_say_of_each_case(
    world: World, case_ids: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.start_at(datetime(2026, 11, 23, 9, tzinfo=UTC))
    one_by_one = {
        case_id: due(facts, on=TODAY) for case_id, facts in facts_of(Case.id.in_(case_ids), today=TODAY).items()
    }
    assert {found.rule.key for found in one_by_one.values()} == KEYS
    for days in (0, 90):
        until = TODAY + timedelta(days=days)
        wanted = [(case_id, found) for case_id, found in one_by_one.items() if found.on <= until]
        batches = coming(world.ki.id, today=TODAY, until=until)
        assert oldest(batches, COUNT) == sorted(wanted, key=lambda pair: (pair[1].on, pair[0]))
        assert sum(batch.count for batch in batches) == len(wanted) > COUNT / 4
    monkeypatch.setattr(queries, "SHOWN", 7)
    found, now = queries.overview(world.actor("lead")), [one for one in one_by_one.values() if one.on <= TODAY]
    assert [one.due for one in found.due] == sorted(now, key=lambda one: one.on)[:7]
    assert found.due_total == len(now)
    by_rule = {count.rule.key: count.now for count in found.counts}
    assert by_rule[RuleKey.PLACED_CHILD] == sum(one.rule.key is RuleKey.PLACED_CHILD for one in now)
    assert session().scalar(select(Case.id).where(Case.id == found.due[0].case.id)) is not None
