"""What sealed sheets cost against plaintext columns in the same database: a list of 50 rows, a change of one field.

Both sides run in this process on the same stores and take turns. The plaintext side is what one would write
without sealing: an ORM class with a column a field, joined to the case and written by changing an attribute.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from flask import render_template_string
from sqlalchemy import MetaData, String, Uuid, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from app import clock
from app.data import audit, records
from app.data.audit import Action
from app.data.base import UtcDateTime, new_id
from app.data.database import db, session, transaction
from app.data.records import Scope, Sheet, keyring
from cases.models import Case
from cases.states import CaseState
from tests.benchmarks.houses import house
from tests.benchmarks.registry import Measurement, benchmark, microseconds_each

ROWS, STORED = 50, 500
PAGE = """<table>{% for case, line in lines %}<tr><th><a href="/faelle/{{ case.id }}">{{ case.reference }}</a></th>
<td>{{ line.family_name }}</td><td>{{ line.latin }}</td><td>{{ line.given_names }}</td><td>{{ line.born }}</td>
<td>{{ line.language }}</td><td>{{ line.district }}</td><td>{{ line.phone }}</td><td>{{ line.email }}</td>
<td>{{ line.street }}</td><td>{{ line.school }}</td><td>{{ line.nationality }}</td><td>{{ line.remarks }}</td>
</tr>{% endfor %}</table>"""


class LineSheet(Sheet):
    """Twelve fields of a list, sealed together."""

    KIND = "bench.line"

    family_name: str
    latin: str
    given_names: str
    born: str
    language: str
    district: str
    phone: str
    email: str
    street: str
    school: str
    nationality: str
    remarks: str


class Plain(DeclarativeBase):
    """Tables of the plaintext side, kept out of the application's own."""

    registry = registry(
        metadata=MetaData(), type_annotation_map={datetime: UtcDateTime, UUID: Uuid(), str: String(200)}
    )


class PlainLine(Plain):
    """The same twelve fields as columns, with what every table has."""

    __tablename__ = "bench_plain_line"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    changed_at: Mapped[datetime]
    family_name: Mapped[str]
    latin: Mapped[str]
    given_names: Mapped[str]
    born: Mapped[str]
    language: Mapped[str]
    district: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    street: Mapped[str]
    school: Mapped[str]
    nationality: Mapped[str]
    remarks: Mapped[str]

    __mapper_args__ = {"version_id_col": version}


def _fields() -> dict[str, str]:
    return {
        "family_name": f"Kovalenko-{secrets.token_hex(3)}",
        "latin": "Kovalenko",
        "given_names": "Oleksandra Дарина",
        "born": "2014-03-05",
        "language": "uk",
        "district": "3",
        "phone": f"+4917{secrets.randbelow(10**9):09}",
        "email": f"{secrets.token_hex(4)}@familie.example",
        "street": f"Musterstraße {secrets.randbelow(200)}",
        "school": "Gesamtschule am Beispielplatz",
        "nationality": "UA",
        "remarks": "Termin am Nachmittag",
    }


def _fill(owner: UUID) -> list[UUID]:
    """500 cases, each with the same fields in the clear and sealed under a key of its own."""
    Plain.metadata.create_all(db.engine)
    ring, now = keyring(), clock.now()
    cases = [
        Case(id=new_id(), organisation_id=owner, reference=f"BM-{number:05}", state=CaseState.REPORTED, opened_at=now)
        for number in range(STORED)
    ]
    for case in cases:
        ring.create_key(case.id, owner)
    with transaction() as current:
        current.add_all(cases)
        current.flush()
        told = [(case, _fields()) for case in cases]
        current.add_all(PlainLine(id=case.id, changed_at=now, **fields) for case, fields in told)
        records.create_all([(LineSheet(**fields), case.id, Scope(owner, case.id)) for case, fields in told])
    return [case.id for case in cases]


def _page() -> list[Case]:
    return list(session().scalars(select(Case).order_by(Case.reference.desc()).limit(ROWS)))


def _render(lines: Sequence[tuple[Case, object]]) -> str:
    return render_template_string(PAGE, lines=lines)


def _plain_lines() -> list[tuple[Case, PlainLine]]:
    query = select(Case, PlainLine).join(PlainLine, PlainLine.id == Case.id)
    return [(case, line) for case, line in session().execute(query.order_by(Case.reference.desc()).limit(ROWS))]


def _sealed_lines(owner: UUID) -> list[tuple[Case, LineSheet]]:
    cases = _page()
    opened = records.find_many(LineSheet, [case.id for case in cases], reader=owner)
    return [(case, opened[case.id].sheet) for case in cases]


def _as_request(work: Callable[[], object]) -> Callable[[], None]:
    """As a request does it: with a session of its own."""

    def done() -> None:
        work()
        db.session.remove()

    return done


def _list_page(kind: str, n: int, *, renders: bool) -> Measurement:
    with house(kind) as (app, template), app.test_request_context():
        owner = template.places["ki"]
        _fill(owner)
        finish: Callable[[Sequence[tuple[Case, object]]], object] = _render if renders else len
        assert _render(_plain_lines()) == _render(_sealed_lines(owner))
        return microseconds_each(
            _as_request(lambda: finish(_sealed_lines(owner))),
            _as_request(lambda: finish(_plain_lines())),
            n=n,
            rounds=15,
        )


def _change(kind: str, n: int) -> Measurement:
    """Read a record, change one field, keep it: in one transaction, with the entry in the trail of such a change."""
    with house(kind) as (app, template), app.test_request_context():
        owner = template.places["ki"]
        case_ids = _fill(owner)

        def note(case_id: UUID) -> None:
            audit.record(
                Action.CHANGED,
                organisation_id=owner,
                actor_id=None,
                subject_kind="case",
                subject_id=case_id,
                case_id=case_id,
            )

        def sealed() -> None:
            case_id = secrets.choice(case_ids)
            with transaction():
                stored = records.get(LineSheet, case_id, reader=owner)
                stored.sheet.street = secrets.token_hex(6)
                records.save(stored.sheet, record_id=case_id, scope=Scope(owner, case_id), expected=stored.version)
                note(case_id)

        def plain() -> None:
            case_id = secrets.choice(case_ids)
            with transaction() as current:
                line = current.get_one(PlainLine, case_id)
                line.street, line.changed_at = secrets.token_hex(6), clock.now()
                current.flush()
                note(case_id)

        return microseconds_each(_as_request(sealed), _as_request(plain), n=n, rounds=15)


@benchmark("list_page", unit="µs", n=600)
def list_page(n: int) -> Measurement:
    """A page of 50 cases with 12 fields each, from query to HTML, on SQLite."""
    return _list_page("sqlite", n, renders=True)


@benchmark("list_page_postgresql", unit="µs", n=600)
def list_page_postgresql(n: int) -> Measurement:
    """The same page on PostgreSQL."""
    return _list_page("postgresql", n, renders=True)


@benchmark("list_page_rows", unit="µs", n=600)
def list_page_rows(n: int) -> Measurement:
    """The rows of that page alone, without HTML: what opening costs where nothing else is done, on SQLite."""
    return _list_page("sqlite", n, renders=False)


@benchmark("list_page_rows_postgresql", unit="µs", n=600)
def list_page_rows_postgresql(n: int) -> Measurement:
    """The rows alone on PostgreSQL."""
    return _list_page("postgresql", n, renders=False)


@benchmark("seal", unit="µs", n=900)
def seal(n: int) -> Measurement:
    """One field of a sealed sheet changed as the application does it, with its entry in the trail, on SQLite."""
    return _change("sqlite", n)


@benchmark("seal_postgresql", unit="µs", n=900)
def seal_postgresql(n: int) -> Measurement:
    """The same change on PostgreSQL."""
    return _change("postgresql", n)
