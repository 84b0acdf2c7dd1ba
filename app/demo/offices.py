"""What an invented office works with: rooms, interpreters, hours, KIM desks, and the real directory of schools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts.models import Organisation, User
from app.data import records
from app.data.base import new_id
from app.data.database import session, transaction
from app.data.records import Scope
from cases.handover.models import Desk
from scheduling.hours import SchoolHolidays
from scheduling.kinds import Gender
from scheduling.models import Absence, Availability, Interpreter, InterpreterProfile, Room
from scheduling.office import ADDRESS
from scheduling.world import ResourceKind

MORNING, AFTERNOON = (9 * 60, 12 * 60 + 30), (13 * 60, 17 * 60)
OFFICE = (8 * 60, 18 * 60)

ROOMS = (("Raum Rhein", 8), ("Raum Düssel", 6), ("Raum Kittelbach", 5), ("Raum Hofgarten", 12))

INTERPRETERS = (
    ("Iryna Koval", ("uk", "ru")),
    ("Dmytro Hrytsenko", ("uk",)),
    ("Samira Khalil", ("ar", "ar-SY", "fr")),
    ("Bassam Darwish", ("ar", "ar-IQ", "ckb")),
    ("Elif Yıldırım", ("tr",)),
    ("Rojda Demir", ("ku", "tr")),
    ("Parisa Rahimi", ("fa", "pes")),
    ("Ahmad Noori", ("fa", "prs", "ps")),
    ("Natalia Sokolova", ("ru",)),
    ("Ioana Munteanu", ("ro",)),
    ("Stoyan Petrov", ("bg",)),
    ("Agnieszka Zielińska", ("pl",)),
    ("Arjeta Krasniqi", ("sq", "sr")),
    ("Selam Tesfay", ("ti", "en")),
    ("Lucía Fernández", ("es",)),
)

MEN = frozenset({"Dmytro", "Bassam", "Ahmad", "Stoyan"})


@dataclass(frozen=True, slots=True)
class DeskPlan:
    """A KIM desk of the demo: whose it is, and what it is for."""

    body: str
    name: str
    needs: tuple[str, ...]
    districts: tuple[int, ...]
    languages: tuple[str, ...]
    capacity: int


DESKS = (
    DeskPlan("kim", "KIM Innenstadt", ("residence", "livelihood"), (1, 2, 3), (), 30),
    DeskPlan("kim", "KIM Nord und Ost", ("housing", "debt", "discrimination"), (5, 6, 7), (), 30),
    DeskPlan("bruecke", "Brücke: Familienbegleitung", ("family", "health", "school"), (), ("uk", "ru", "bg"), 15),
    DeskPlan("hafen", "Ankerplatz: Arbeit und Ausbildung", ("work", "language"), (8, 9, 10), (), 12),
)


@dataclass(frozen=True, slots=True)
class Office:
    """Ids that families' talks are spread over."""

    rooms: tuple[UUID, ...]
    interpreters: Mapping[str, tuple[UUID, ...]]


def furnish(bodies: Mapping[str, Organisation], users: Mapping[str, User], *, today: date) -> None:
    """Make rooms, interpreters, desks and everybody's hours; one interpreter is away for a week."""
    ki = bodies["ki"].id
    with transaction() as current:
        rooms = [Room(id=new_id(), organisation_id=ki, name=name, place=ADDRESS, capacity=size) for name, size in ROOMS]
        current.add_all(rooms)
        interpreters = [_interpreter(ki, name, languages) for name, languages in INTERPRETERS]
        current.add_all(interpreters)
        current.flush()
        for number, (interpreter, (name, _)) in enumerate(zip(interpreters, INTERPRETERS, strict=True), start=1):
            profile = InterpreterProfile(
                name=name, phone=f"+4917604069{900 + number}", email=f"mittlung{number}@einstieg.example"
            )
            records.create(profile, record_id=interpreter.id, scope=Scope(ki))
        advisors = [user for box, user in users.items() if box.startswith("beratung")]
        for resource_kind, resource_ids, spans in (
            (ResourceKind.ROOM, [room.id for room in rooms], (OFFICE,)),
            (ResourceKind.INTERPRETER, [one.id for one in interpreters], (MORNING, AFTERNOON)),
            (ResourceKind.ADVISOR, [user.id for user in advisors], (MORNING, AFTERNOON)),
        ):
            for resource_id in resource_ids:
                current.add_all(_week(ki, resource_kind, resource_id, spans, today - timedelta(days=400)))
        current.add(_week_off(ki, interpreters[-1].id))
        current.add_all(_desk(bodies[plan.body].id, plan) for plan in DESKS)


def present(organisation_id: UUID) -> Office:
    """The office as it lies in the database now."""
    rooms = session().scalars(select(Room).where(Room.organisation_id == organisation_id).order_by(Room.id)).all()
    pool = select(Interpreter).where(Interpreter.organisation_id == organisation_id).order_by(Interpreter.id)
    return Office(tuple(room.id for room in rooms), _by_language(list(session().scalars(pool))))


def _interpreter(organisation_id: UUID, name: str, languages: tuple[str, ...]) -> Interpreter:
    gender = Gender.MALE if name.split()[0] in MEN else Gender.FEMALE
    return Interpreter(
        id=new_id(), organisation_id=organisation_id, languages=list(languages), gender=gender, budget_hours=120
    )


def _week(
    organisation_id: UUID, kind: ResourceKind, resource_id: UUID, spans: tuple[tuple[int, int], ...], since: date
) -> list[Availability]:
    """Monday to Friday; advisors keep Friday afternoon free of talks."""
    return [
        Availability(
            organisation_id=organisation_id,
            resource_kind=kind,
            resource_id=resource_id,
            weekday=weekday,
            starts_minute=starts,
            ends_minute=ends,
            valid_from=since,
            valid_until=None,
            school_holidays=SchoolHolidays.ALWAYS,
        )
        for weekday in range(5)
        for starts, ends in spans
        if not (weekday == 4 and starts == AFTERNOON[0] and kind is ResourceKind.ADVISOR)
    ]


def _week_off(organisation_id: UUID, resource_id: UUID) -> Absence:
    starts_at = clock.now() + timedelta(days=7)
    return Absence(
        organisation_id=organisation_id,
        resource_id=resource_id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(days=7),
    )


def _desk(organisation_id: UUID, plan: DeskPlan) -> Desk:
    return Desk(
        organisation_id=organisation_id,
        name=plan.name,
        needs=list(plan.needs),
        districts=list(plan.districts),
        languages=list(plan.languages),
        capacity=plan.capacity,
    )


def _by_language(interpreters: list[Interpreter]) -> dict[str, tuple[UUID, ...]]:
    found: dict[str, tuple[UUID, ...]] = {}
    for interpreter in interpreters:
        for code in interpreter.languages:
            found[code] = (*found.get(code, ()), interpreter.id)
    return found
