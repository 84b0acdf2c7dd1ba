"""What a database is for: a demo refuses one with real records, real work refuses a demo's."""

from __future__ import annotations

from sqlalchemy import func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.accounts.models import Installation, Organisation
from app.data.database import db, session, transaction

THE_ONE = 1
REAL_RECORDS = (
    "Diese Datenbank ist keine Vorführung: sie hält echte Daten oder ist dafür angelegt. Für die Vorführung einen "
    "anderen EINSTIEG_HOME oder eine andere DATABASE_URL wählen. / This database is not a demo's: choose another one."
)
INVENTED_RECORDS = (
    "Diese Datenbank gehört zu einer Vorführung mit erfundenen Personen. Für den echten Betrieb EINSTIEG_HOME oder "
    "DATABASE_URL auf eine eigene setzen. / This database is a demo's: choose another one for real work."
)
NO_ANSWER = (
    "Die Datenbank antwortet nicht; ohne ihre Antwort beginnt keine Vorführung. / "
    "The database does not answer, and no demo starts without its answer."
)


def objection(*, invents: bool, trusts_unmarked: bool = False) -> str | None:
    """Why an application that does (or does not) invent people may not use this database; None when it may.

    A store without tables belongs to nobody yet. `trusts_unmarked` is for tests, which fill stores by hand.
    """
    try:
        if not inspect(db.engine).has_table(Installation.__tablename__):
            return None
        row = session().get(Installation, THE_ONE)
        holds_records = row is None and session().scalar(select(func.count()).select_from(Organisation)) != 0
        session().rollback()
    except SQLAlchemyError:
        return NO_ANSWER if invents else None
    if row is not None and row.is_demo != invents:
        return INVENTED_RECORDS if row.is_demo else REAL_RECORDS
    return REAL_RECORDS if invents and holds_records and not trusts_unmarked else None


def mark(*, is_demo: bool) -> None:
    """Write down once what this database is for; a mark is never changed."""
    with transaction() as current:
        if current.get(Installation, THE_ONE) is None:
            current.add(Installation(id=THE_ONE, is_demo=is_demo, created_at=clock.now()))
