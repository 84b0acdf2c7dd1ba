"""The demo's world as a whole: made once, and only in a database that is marked as a demo's."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

from sqlalchemy import func, select

from app import clock
from app.accounts import installation
from app.accounts.models import Organisation
from app.data.database import session
from app.demo import answers, handovers, monday, offices, people, twice
from app.demo import families as family_files
from cases.placement.services import import_directory

FAMILIES = 40
SEED = 2026


def is_empty() -> bool:
    """Whether nobody works here yet."""
    return session().scalar(select(func.count()).select_from(Organisation)) == 0


def load(*, families: int = FAMILIES, seed: int = SEED, say: Callable[[str], None] = lambda _: None) -> None:
    """Make bodies, people and office unless they are there, then add `families` invented families.

    The same seed on the same day makes the same families; loading twice adds twice.
    """
    is_new = is_empty()
    if is_new:
        installation.mark(is_demo=True)
        bodies, users = people.found()
        offices.furnish(bodies, users, today=clock.today())
        import_directory(directory_lines())
        say("Stellen, Personen, Räume und Sprechzeiten sind angelegt.")
    staff = family_files.staff_of(list(people.by_box().values()))
    office = offices.present(staff.reception.organisation_id)
    cases = family_files.add_families(families, seed=seed, staff=staff, office=office, say=say)
    handovers.hand_over_some(cases, people.bodies(), people.by_box(), seed=seed)
    if is_new:
        twice.add_one(cases, staff=staff)
        monday.fill(cases, staff=staff, lead=staff.actor(people.by_box()["leitung"]))
    answers.answer_all()
    if families:
        say(f"{families} Familien sind angelegt.")


def directory_lines() -> list[str]:
    """The lines of the school directory that comes with Einstieg (Düsseldorf, open data of the Land)."""
    source = files("cases.placement").joinpath("data/schulen_duesseldorf.csv")
    return source.read_text(encoding="utf-8-sig").splitlines()
