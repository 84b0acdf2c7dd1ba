"""The invented bodies and people of a demo; every address lies on the reserved domain einstieg.example."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_urlsafe
from uuid import UUID

from app.accounts import queries, services
from app.accounts.models import Organisation, User, UserProfile
from app.accounts.passwords import hash_password, matches
from app.data.database import session, transaction
from app.policies import OrganisationKind, Role

DOMAIN = "einstieg.example"


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation of the demo."""

    key: str
    kind: OrganisationKind
    name: str
    short_name: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a sign-in; `box` is the part of the address before the domain."""

    box: str
    body: str
    name: str
    roles: tuple[Role, ...]
    room: str = ""
    languages: tuple[str, ...] = ("de",)
    extension: str = ""

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.box}@{DOMAIN}"


BODIES = (
    Body("ki", OrganisationKind.KI, "Kommunales Integrationszentrum Düsseldorf", "KI"),
    Body("kim", OrganisationKind.KIM, "Kommunales Integrationsmanagement der Stadt", "KIM"),
    Body("bruecke", OrganisationKind.WELFARE, "Brücke am Rhein e. V. (erfunden)", "Brücke"),
    Body("hafen", OrganisationKind.WELFARE, "Ankerplatz Düsseldorf gGmbH (erfunden)", "Ankerplatz"),
    Body("schulamt", OrganisationKind.AUTHORITY, "Schulamt für die Stadt Düsseldorf", "Schulamt"),
)

PEOPLE = (
    Person("empfang", "ki", "Rita Sommer", (Role.RECEPTION,), "1.01", ("de", "en"), "101"),
    Person("beratung", "ki", "Anna Lindemann", (Role.ADVISOR,), "1.12", ("de", "en", "uk", "ru"), "112"),
    Person("beratung2", "ki", "Yusuf Aydemir", (Role.ADVISOR,), "1.14", ("de", "tr", "ku", "en"), "114"),
    Person("beratung3", "ki", "Leyla Haddad", (Role.ADVISOR,), "1.15", ("de", "ar", "fr"), "115"),
    Person("leitung", "ki", "Petra Vogelsang", (Role.LEAD,), "1.20", ("de", "en"), "120"),
    Person("verwaltung", "ki", "Jens Kaminski", (Role.ADMINISTRATOR,), "0.04", ("de",), "104"),
    Person("datenschutz", "ki", "Dr. Miriam Achenbach", (Role.DATA_PROTECTION_OFFICER,), "2.30", ("de",), "230"),
    Person("kim", "kim", "Fatima Ouali", (Role.KIM_CASE_MANAGER,), "3.07", ("de", "ar", "fr"), "307"),
    Person("kim-leitung", "kim", "Thomas Bergrath", (Role.KIM_LEAD,), "3.01", ("de", "en"), "301"),
    Person("traeger", "bruecke", "Oksana Wirth", (Role.KIM_CASE_MANAGER, Role.KIM_LEAD), "", ("de", "uk", "ru"), "411"),
    Person("traeger2", "hafen", "Daniel Osei", (Role.KIM_CASE_MANAGER, Role.KIM_LEAD), "", ("de", "en", "fr"), "421"),
)


def found() -> tuple[dict[str, Organisation], dict[str, User]]:
    """Make every body and person; answers both by their keys. Passwords are set apart, by `set_password`."""
    made = {
        body.key: services.found_organisation(kind=body.kind, name=body.name, short_name=body.short_name)
        for body in BODIES
    }
    nobody_knows = token_urlsafe(24)
    with transaction():
        users = {
            person.box: services.appoint_user(
                organisation=made[person.body],
                roles=frozenset(person.roles),
                profile=_profile(person),
                password=nobody_knows,
            )
            for person in PEOPLE
        }
    return made, users


def by_box() -> dict[str, User]:
    """The demo's people as they lie in the database now."""
    found = {person.box: queries.user_by_email(person.email) for person in PEOPLE}
    return {box: user for box, user in found.items() if user is not None}


def bodies() -> dict[str, Organisation]:
    """The demo's bodies as they lie in the database now."""
    present = {organisation.name: organisation for organisation in queries.organisations()}
    return {body.key: present[body.name] for body in BODIES if body.name in present}


def set_password(password: str) -> None:
    """Give every invented person this password, unless they have it already; a demo's may be as short as one likes."""
    users = by_box()
    if not users or matches(next(iter(users.values())).password_hash, password):
        return
    one_for_all = hash_password(password)
    ids: list[UUID] = [user.id for user in users.values()]
    session().expire_all()
    with transaction() as current:
        for user_id in ids:
            current.get_one(User, user_id).password_hash = one_for_all


def _profile(person: Person) -> UserProfile:
    return UserProfile(
        name=person.name,
        email=person.email,
        phone=f"+492214710{person.extension}",
        room=person.room,
        languages=list(person.languages),
    )
