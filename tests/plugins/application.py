"""The application under test: real stores migrated once, one fresh copy a test, people of every role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copy
from uuid import UUID

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import create_engine

from app import clock
from app.accounts import queries as people
from app.accounts import services as accounts
from app.accounts.models import Organisation, User, UserProfile
from app.data.database import db, prepare_engine, session
from app.data.key_file import create_key_file
from app.data.setup import migrate, with_driver
from app.extensions import limiter
from app.factory import create_app
from app.policies import Actor, OrganisationKind, Role
from config import Config, Mode
from tests.servers.postgres import PostgresCluster
from tests.servers.sqlite import SqliteFolder

PASSWORD = "Dreizehn-Kraniche-7"


@dataclass(frozen=True)
class World:
    """Four organisations with one person a role; `actor("advisor")` answers who acts."""

    ki: Organisation
    kim: Organisation
    welfare: Organisation
    authority: Organisation
    users: dict[str, UUID]

    def actor(self, who: str) -> Actor:
        """The actor of a person, by the short name this world knows them under."""
        user = session().get(User, self.users[who])
        assert user is not None
        return people.actor_of(user)

    def email(self, who: str) -> str:
        """The address that person signs in with."""
        return f"{who}@einstieg.example"


PLACES: dict[str, tuple[OrganisationKind, str]] = {
    "ki": (OrganisationKind.KI, "Kommunales Integrationszentrum"),
    "kim": (OrganisationKind.KIM, "KIM der Stadt"),
    "welfare": (OrganisationKind.WELFARE, "Wohlfahrt am Rhein"),
    "authority": (OrganisationKind.AUTHORITY, "Schulamt"),
}

PEOPLE: dict[str, tuple[str, str, frozenset[Role]]] = {
    "reception": ("ki", "Rita Empfang", frozenset({Role.RECEPTION})),
    "advisor": ("ki", "Anna Beraterin", frozenset({Role.ADVISOR})),
    "colleague": ("ki", "Karl Kollege", frozenset({Role.ADVISOR})),
    "lead": ("ki", "Lena Leitung", frozenset({Role.LEAD})),
    "admin": ("ki", "Adam Verwalter", frozenset({Role.ADMINISTRATOR})),
    "officer": ("ki", "Dora Datenschutz", frozenset({Role.DATA_PROTECTION_OFFICER})),
    "manager": ("kim", "Mira Manager", frozenset({Role.KIM_CASE_MANAGER})),
    "kim_lead": ("kim", "Kira Leitung", frozenset({Role.KIM_LEAD})),
    "welfare_manager": ("welfare", "Willi Wohlfahrt", frozenset({Role.KIM_CASE_MANAGER})),
}


def build_data(url: str) -> None:
    """Migrate an empty data store."""
    _migrate(url, "data")


def build_keys(url: str) -> None:
    """Migrate an empty key store."""
    _migrate(url, "keys")


def _migrate(url: str, store: str) -> None:
    engine = create_engine(with_driver(url))
    prepare_engine(engine)
    migrate(engine, store)
    engine.dispose()


class Template:
    """Stores of one kind of database with the world in them, built once a test process and copied for each test."""

    def __init__(self, server: SqliteFolder | PostgresCluster, folder: Path) -> None:
        self.server = server
        self.key_file = folder / "root.key"
        self.people: dict[str, UUID] = {}
        self.places: dict[str, UUID] = {}
        self._keys_url = ""
        create_key_file(self.key_file)
        server.prepare("empty_data", build_data)
        server.prepare("empty_keys", build_keys)
        server.prepare("world_keys", self._build_keys)
        server.prepare("world_data", self._build_world)

    def config(self, home: Path) -> Config:
        """Settings with a copy of the world in both stores."""
        (home / "secret").mkdir(parents=True, mode=0o700)
        copy(self.key_file, home / "secret" / "root.key")
        return _config(home, self.server.lend("world_data"), self.server.lend("world_keys"))

    def _build_keys(self, url: str) -> None:
        build_keys(url)
        self._keys_url = url

    def _build_world(self, url: str) -> None:
        build_data(url)
        home = self.key_file.parent / "building"
        config = replace(_config(home, url, self._keys_url), key_file=self.key_file)
        application = create_app(config)
        with application.app_context():
            self._found()
        for engine in application.extensions["sqlalchemy"]._app_engines[application].values():
            engine.dispose()

    def _found(self) -> None:
        for short, (kind, name) in PLACES.items():
            place = accounts.found_organisation(kind=kind, name=name, short_name=short.upper())
            self.places[short] = place.id
            for who, (where, person, roles) in PEOPLE.items():
                if where == short:
                    profile = UserProfile(name=person, email=f"{who}@einstieg.example")
                    user = accounts.appoint_user(organisation=place, roles=roles, profile=profile, password=PASSWORD)
                    self.people[who] = user.id


def _config(home: Path, data_url: str, keys_url: str) -> Config:
    return Config(
        mode=Mode.TEST,
        home=home,
        host="127.0.0.1",
        port=5000,
        database_url=data_url,
        keys_database_url=keys_url,
        key_file=home / "secret" / "root.key",
        secret_key="tests-have-no-secrets-tests-have-no-secrets",
        secure_cookies=False,
    )


_templates: dict[str, Template] = {}


@pytest.fixture
def template(database_server: SqliteFolder | PostgresCluster, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The prepared world on the present kind of database."""
    kind = type(database_server).__name__
    if kind not in _templates:
        _templates[kind] = Template(database_server, tmp_path_factory.mktemp("template"))
    return _templates[kind]


@pytest.fixture
def config(template: Template, tmp_path: Path) -> Iterator[Config]:
    """Settings for one test, with the world in fresh stores; a test may replace() what it needs."""
    lent = template.config(tmp_path / "home")
    yield lent
    template.server.give_back(lent.database_url)
    template.server.give_back(lent.keys_database_url)


def _forget_the_last_visitor() -> None:
    """Requests of a test share its application context; who was signed in must not leak from one to the next."""
    for name in list(g):
        g.pop(name)


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The application with an application context, on each kind of database in turn."""
    application = create_app(config)
    application.config.update(WTF_CSRF_ENABLED=False, TESTING=True, RATELIMIT_ENABLED=False)
    limiter.enabled = False
    application.before_request_funcs.setdefault(None, []).insert(0, _forget_the_last_visitor)
    with application.app_context():
        yield application
        session().rollback()
        session().close()
        for engine in db.engines.values():
            engine.dispose()
    clock.start_at(None)


@pytest.fixture
def world(app: Flask, template: Template) -> World:
    """Four organisations and nine people, none of them with a case yet."""
    places = {short: session().get(Organisation, place_id) for short, place_id in template.places.items()}
    return World(users=template.people, **{short: place for short, place in places.items() if place})


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser nobody is signed in with."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask, world: World) -> Callable[[str], FlaskClient]:
    """A function that answers a browser signed in as one of the world's people."""

    def enter(who: str) -> FlaskClient:
        client = app.test_client()
        token = accounts.sign_in(email=world.email(who), password=PASSWORD)
        assert token is not None
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return client

    return enter
