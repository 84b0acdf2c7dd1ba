"""A house with very many cases, written past the services: rows, sealed summaries and shards are the real ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text

from app import clock
from app.data import cipher, records
from app.data.base import new_id
from app.data.database import db, session, transaction
from app.data.keyring import ScopeKey
from app.data.records import Scope
from cases import bands
from cases.child_states import WITHOUT_SEAT, ChildState
from cases.kinds import TaskKind
from cases.models import Case, Child, Task
from cases.placement import directory, services
from cases.placement.kinds import Authority, PlacementState
from cases.placement.models import Placement, School
from cases.shards import keeping
from cases.shards.facts import CHILD, GUARDIAN, CaseFacts, PersonFacts
from cases.sheets import CaseSummary, ChildLine
from cases.states import CaseState, TaskState

Row = dict[str, Any]

AT_ONCE = 5000
FIRST = (
    "Kova",
    "Al-Has",
    "Petro",
    "Yıl",
    "Nguy",
    "Şah",
    "Sür",
    "Mar",
    "Abd",
    "Ola",
    "Khal",
    "Dem",
    "Rust",
    "Iva",
    "Sza",
)
LAST = ("lenko", "san", "vić", "maz", "en", "in", "ücü", "ques", "ullah", "ru", "idi", "ir", "amov", "nova", "bó")
SCRIPTS = ("", "", "", "Коваленко ", "حسن ", "")
GIVEN = ("Daryna", "Taras", "Ali", "Ayşe", "Linh", "Amina", "Dawit", "Mihai", "Zofia", "Omar")
LANGUAGES = ("uk", "ar", "tr", "fa", "ro", "bg", "ru", "ku", "en", "pl")
STATES = [state for state in CaseState for _ in range(1 if state is CaseState.CLOSED else 2)]
CHILD_STATES = [ChildState.REPORTED] * 4 + list(ChildState)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who owns the cases, and ids to filter by."""

    organisation_id: UUID
    advisor_ids: list[UUID]
    school_ids: list[UUID]


def fill(organisation_id: UUID, advisor_ids: list[UUID], count: int) -> Crowd:
    """Write `count` cases of one organisation, 1 to 3 children each, most with a task, a third with a school."""
    file = Path(directory.__file__).parent / "data" / "schulen_duesseldorf.csv"
    services.import_directory(file.read_text(encoding="utf-8").splitlines())
    crowd = Crowd(organisation_id, advisor_ids, list(session().scalars(select(School.id).order_by(School.number))))
    random = Random(7)
    session().rollback()
    for start in range(0, count, AT_ONCE):
        _write(crowd, [_told(crowd, random, number) for number in range(start, min(count, start + AT_ONCE))])
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":  # what the server does by itself within a minute
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    return crowd


@dataclass(slots=True)
class _Told:
    """One case to be: rows as dictionaries, and what lies sealed."""

    case: Row
    children: list[Row]
    tasks: list[Row]
    placements: list[Row]
    summary: CaseSummary
    facts: CaseFacts


def _told(crowd: Crowd, random: Random, number: int) -> _Told:
    today, case_id = clock.today(), new_id()
    family = random.choice(SCRIPTS) + random.choice(FIRST) + random.choice(LAST)
    children = [_child(random, case_id, position, today) for position in range(1, random.randrange(2, 5))]
    lines = [
        ChildLine(child_id=str(row["id"]), name=random.choice(GIVEN), born=_born(random, today)) for row in children
    ]
    tasks = [_task(random, case_id, today)] if random.random() < 0.7 else []
    placements = [_placement(crowd, random, case_id, children[0]["id"])] if random.random() < 0.33 else []
    language, phone = random.choice(LANGUAGES), f"+49176{number:08}"
    # Nobody searches here: people without names fill the shards to their size, and cost no tokens.
    people = [PersonFacts(UUID(line.child_id), CHILD, []) for line in lines] + [PersonFacts(new_id(), GUARDIAN, [])]
    schooling = [bands.pack(bands.Schooling(line.born)) for line in lines]
    return _Told(
        case=_case(crowd, random, number, case_id, children, tasks),
        children=children,
        tasks=tasks,
        placements=placements,
        summary=CaseSummary(family_name=family, children=lines, language=language, phone=phone),
        facts=CaseFacts(case_id, family, language=language, schooling=schooling, people=people),
    )


def _case(crowd: Crowd, random: Random, number: int, case_id: UUID, children: list[Row], tasks: list[Row]) -> Row:
    state = random.choice(STATES)
    waits = [row["waiting_since"] for row in children if row["state"] in WITHOUT_SEAT and row["waiting_since"]]
    return {
        "id": case_id,
        "organisation_id": crowd.organisation_id,
        "reference": f"{number:06}",
        "state": state,
        "advisor_id": random.choice(crowd.advisor_ids) if random.random() < 0.9 else None,
        "opened_at": clock.now() - timedelta(days=random.randrange(1, 900)),
        "closed_at": clock.now() if state is CaseState.CLOSED else None,
        "waiting_since": min(waits, default=None),
        "next_due_on": min((row["due_on"] for row in tasks), default=None),
        "version": 1,
    }


def _child(random: Random, case_id: UUID, position: int, today: date) -> Row:
    return {
        "id": new_id(),
        "case_id": case_id,
        "position": position,
        "state": random.choice(CHILD_STATES),
        "waiting_since": today - timedelta(days=random.randrange(400)) if random.random() < 0.9 else None,
        "seated_on": None,
    }


def _born(random: Random, today: date) -> str:
    day = today - timedelta(days=random.randrange(6 * 365, 19 * 365))
    return day.isoformat()[: random.choice((10, 10, 10, 7, 4))]


def _task(random: Random, case_id: UUID, today: date) -> Row:
    return {
        "id": new_id(),
        "case_id": case_id,
        "kind": TaskKind.CALL_BACK,
        "state": TaskState.OPEN,
        "due_on": today + timedelta(days=random.randrange(-20, 60)),
        "created_at": clock.now(),
    }


def _placement(crowd: Crowd, random: Random, case_id: UUID, child_id: object) -> Row:
    return {
        "id": new_id(),
        "case_id": case_id,
        "child_id": child_id,
        "school_id": random.choice(crowd.school_ids),
        "state": random.choice((PlacementState.PROPOSED, PlacementState.ADMITTED, PlacementState.REFUSED)),
        "authority": Authority.SCHULAMT,
        "proposed_at": clock.now(),
    }


def _write(crowd: Crowd, told: list[_Told]) -> None:
    owner = crowd.organisation_id
    keys = [ScopeKey(one.facts.case_id, 1, cipher.new_key()) for one in told]
    records.keyring()._store(keys, [owner], expires_at=None)
    with transaction() as current:
        current.execute(insert(Case.__table__), [one.case for one in told])
        for table, rows in (
            (Child, [row for one in told for row in one.children]),
            (Task, [row for one in told for row in one.tasks]),
            (Placement, [row for one in told for row in one.placements]),
        ):
            current.execute(insert(table.__table__), rows)
        records.create_all([(one.summary, one.facts.case_id, Scope(owner, one.facts.case_id)) for one in told])
        keeping.keep_all(owner, [one.facts for one in told])
    session().expunge_all()
