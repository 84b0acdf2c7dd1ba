"""Nothing that a family tells lies anywhere in the clear: stores, dumps, logs, queue, mail, files, errors."""

from __future__ import annotations

import base64
import logging
import subprocess
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, text, update

from app import clock
from app.accounts.models import Organisation
from app.data.database import db, session, transaction
from app.data.key_tables import organisation_keys
from app.data.records import SealedRecord
from app.messages.delivery import deliver
from app.messages.models import Message, MessageState
from cases import services as cases
from cases.handover import services as handovers
from cases.models import CounsellingSession
from cases.placement import directory, services
from cases.placement.models import School
from cases.sessions import services as sessions
from cases.sheets import ChildSheet, FamilySheet, SessionNotes
from config import Config
from tests.canary.grep import files_below, found_in, found_in_files, found_in_mail, spellings
from tests.canary.journey import ADDRESS, CANARIES, Journey, new_desk
from tests.canary.prints import Prints
from tests.plugins.application import Template, World
from tests.scheduling.conftest import Office
from tests.servers.doorbell import DoorbellServer
from tests.servers.postgres import SUPERUSER, PostgresCluster

SCHOOLS = Path(directory.__file__).parent / "data" / "schulen_duesseldorf.csv"
PLANTED = CANARIES["family name"]


@dataclass(frozen=True)
class Loud:
    """Prints what it holds, as ours must not."""

    word: str


@dataclass(frozen=True)
class Sinks:
    """Every place something could lie; `looked_through` answers what was found where."""

    config: Config
    template: Template
    log_file: Path
    mail_folder: Path
    doorbell: DoorbellServer
    folder: Path
    said: list[str]
    temporary: Path
    prints: Prints

    def looked_through(self) -> dict[str, dict[str, set[str]]]:
        """Labels of canaries by kind of sink and place."""
        for handler in logging.getLogger().handlers:
            handler.flush()
        names = {label: word for label, word in CANARIES.items() if word != ADDRESS}
        mail = set(files_below(self.mail_folder))
        everything = [path for path in files_below(self.config.home) if path not in mail]
        return {
            "home": found_in_files(everything, CANARIES),
            "stores": found_in_files(self._stores(), CANARIES),
            "dumps": found_in_files(self._dumps(), CANARIES),
            "log": found_in_files([self.log_file], CANARIES),
            "mail": found_in_mail(mail, names),
            "temporary": found_in_files(files_below(self.temporary), CANARIES),
            "prints": self.prints.found,
            "redis": self._redis(),
            "errors": {"errors": hits} if (hits := found_in("\n".join(self.said).encode(), CANARIES)) else {},
        }

    def _stores(self) -> list[Path]:
        """The files of both databases as they lie on the disk, with the write-ahead logs."""
        server = self.template.server
        if isinstance(server, PostgresCluster):
            with db.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
            folders = [server.data / "pg_wal"]
            for engine in (db.engine, db.engines["keys"]):
                with engine.connect() as connection:
                    number = connection.execute(
                        text("SELECT oid FROM pg_database WHERE datname = current_database()")
                    ).scalar_one()
                folders.append(server.data / "base" / str(number))
            return [*files_below(*folders), server.folder / "server.log"]
        urls = (self.config.database_url, self.config.keys_database_url)
        files = [Path(url.removeprefix("sqlite:///")) for url in urls]
        return [Path(f"{file}{ending}") for file in files for ending in ("", "-wal", "-shm")]

    def _dumps(self) -> list[Path]:
        """A copy of each store as a backup makes it."""
        made = []
        for name, engine in (("data", db.engine), ("keys", db.engines["keys"])):
            target = self.folder / f"{name}.dump"
            target.unlink(missing_ok=True)
            if engine.dialect.name == "sqlite":
                with engine.connect() as connection:
                    connection.exec_driver_sql("COMMIT")
                    connection.exec_driver_sql("VACUUM INTO ?", (str(target),))
                    connection.exec_driver_sql("BEGIN")
            else:
                self._pg_dump(str(engine.url.database), target)
            made.append(target)
        return made

    def _pg_dump(self, database: str, target: Path) -> None:
        server = self.template.server
        assert isinstance(server, PostgresCluster)
        command = [str(server.binaries / "pg_dump"), "-h", str(server.folder), "-U", SUPERUSER, "--inserts", database]
        target.write_bytes(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)

    def _redis(self) -> dict[str, set[str]]:
        """Every key with its dumped value, and the snapshot the server writes."""
        with redis.Redis.from_url(self.doorbell.url) as connection:
            keys = list(connection.scan_iter())
            assert keys, "no bell was rung: nothing was looked through"
            values = b"\n".join(bytes(key) + b"=" + (connection.dump(key) or b"") for key in keys)
            raw = b"\n".join(
                b" ".join(piece for pair in connection.hgetall(key).items() for piece in pair)
                for key in keys
                if connection.type(key) == b"hash"
            )
            connection.save()
        found = found_in_files([self.doorbell.folder / "dump.rdb"], CANARIES)
        hits = found_in(values + raw, CANARIES)
        return found | ({"keys": hits} if hits else {})


@pytest.fixture
def sinks(
    log_file: Path,
    mail_folder: Path,
    config: Config,
    template: Template,
    doorbell_server: DoorbellServer,
    tmp_path: Path,
    temporary: Path,
    prints: Prints,
) -> Sinks:
    """Where everything is looked for."""
    folder = tmp_path / "dumps"
    folder.mkdir()
    return Sinks(config, template, log_file, mail_folder, doorbell_server, folder, [], temporary, prints)


def _pages(app: Flask, browser: FlaskClient, ids: dict[str, object]) -> int:
    """Open every page of the case, so that whatever a page leaves behind is there; answers how many opened."""
    opened = 0
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and "case_id" in rule.arguments and rule.arguments <= set(ids):
            opened += browser.get(adapter.build(rule.endpoint, ids, method=None)).status_code == 200
    return opened


def _read_by(app: Flask, staff: Callable[[str], FlaskClient], *people: str) -> dict[str, set[str]]:
    """What people who see no case are shown of it, on every page and export without parts in its address."""
    found = {}
    for who in people:
        browser, opened = staff(who), 0
        for rule in list(app.url_map.iter_rules()):
            if "GET" in (rule.methods or set()) and not rule.arguments and not rule.rule.startswith("/static"):
                answer = browser.get(rule.rule)
                opened += answer.status_code == 200
                if labels := found_in(answer.data, CANARIES):
                    found[f"{who} {rule.rule}"] = labels
        assert opened > 3, who
    return found


def _deliver_all() -> list[MessageState | None]:
    due = session().scalars(
        select(Message.id).where(
            Message.state.in_([MessageState.PLANNED, MessageState.DUE]), Message.due_at <= clock.now()
        )
    )
    return [deliver(message_id) for message_id in due.all()]


def _travel(app: Flask, world: World, family: FlaskClient, staff: Callable[[str], FlaskClient]) -> Journey:
    services.import_directory(SCHOOLS.read_text(encoding="utf-8").splitlines())
    school = session().scalars(select(School).where(School.number == "188232")).one()
    desk = new_desk(world.kim.id, "Innenstadt")
    journey = Journey.begin(world)
    journey.take_in()
    journey.book(family)
    journey.talk()
    journey.place(school)
    journey.offer(desk)
    journey.accept()
    assert _pages(app, staff("advisor"), journey.ids) > 25
    assert _pages(app, staff("manager"), journey.ids) > 8
    advisor = staff("advisor")
    for page in ("/", "/faelle", "/aufgaben", "/termine", "/verteilliste", "/nachrichten", "/verteilliste.csv"):
        assert advisor.get(page).status_code == 200
    for word in (CANARIES["family name"], CANARIES["child"], CANARIES["phone"]):
        assert word[:6] in advisor.post("/suche", data={"q": word}).text
    assert journey.handover is not None
    handovers.return_case(world.actor("manager"), handover_id=journey.handover.id, reason=CANARIES["handover"])
    return journey


def _errors(world: World, journey: Journey) -> list[str]:
    """What errors say that are raised while something personal is at hand, with everything Python adds to them."""
    advisor = world.actor("advisor")
    talk_id = session().scalars(select(CounsellingSession.id)).first()
    assert isinstance(talk_id, UUID)
    said: list[str] = []
    canaries = FamilySheet(family_name="", remarks=CANARIES["remark"], phone=CANARIES["phone"])
    child = ChildSheet(given_names=CANARIES["child"], born="2999")
    named = FamilySheet(family_name=CANARIES["family name"])

    def sealed_twice() -> None:
        with transaction():
            row = session().scalars(select(SealedRecord).where(SealedRecord.case_id == journey.case.id)).first()
            assert row is not None
            columns = {key: getattr(row, key) for key in SealedRecord.__table__.columns.keys()}  # noqa: SIM118
            session().execute(insert(SealedRecord), columns)

    for act in (
        lambda: cases.open_case(advisor, family=canaries, children=[child]),
        lambda: cases.open_case(advisor, family=named, children=[child]),
        lambda: sessions.save_notes(
            advisor, session_id=talk_id, notes=SessionNotes(notes=CANARIES["notes"]), expected=99
        ),
        lambda: cases.open_case(world.actor("admin"), family=named, children=[child]),
        sealed_twice,
    ):
        try:
            act()
        except Exception as error:
            logging.getLogger("canary").exception("raised inside")
            said += [repr(error), str(error), "".join(traceback.format_exception(error))]
        else:
            raise AssertionError("nothing was raised")
    return said


def test_nothing_a_family_tells_lies_anywhere_in_the_clear(
    app: Flask,
    world: World,
    office: Office,
    sinks: Sinks,
    client: FlaskClient,
    sign_in: Callable[[str], FlaskClient],
) -> None:
    journey = _travel(app, world, client, sign_in)
    sent = _deliver_all()
    assert sent.count(MessageState.SENT) >= 2
    sinks.said.extend(_errors(world, journey))
    mail = files_below(sinks.mail_folder)
    assert len(mail) >= 2
    assert all(ADDRESS.encode() in path.read_bytes() for path in mail)
    log = sinks.log_file.read_text(encoding="utf-8")
    assert "INSERT INTO sealed_record" in log
    assert "Row (" in log, "rows are not logged: DEBUG does not reach the engine"
    assert files_below(sinks.config.files_folder)
    assert sinks.prints.looked_at > 300
    assert _read_by(app, sign_in, "admin", "officer") == {}
    assert {sink: places for sink, places in sinks.looked_through().items() if places} == {}
    _plant(world, sinks)
    missed = [sink for sink, places in sinks.looked_through().items() if not places]
    assert missed == [], "a canary that was planted there is not found"


def _plant(world: World, sinks: Sinks) -> None:
    """Positive control: leave a word in the clear in every kind of sink."""
    with transaction():
        session().execute(update(Organisation).where(Organisation.id == world.ki.id).values(short_name=PLANTED))
    with db.engines["keys"].begin() as connection:
        connection.execute(update(organisation_keys).values(wrapped=PLANTED.encode("utf-16-le")))
    logging.getLogger("canary").debug("opened %s", PLANTED)
    sinks.said.append(repr(PLANTED.encode().hex()))
    (sinks.config.files_folder / "planted").write_bytes(b"x" + PLANTED.encode())
    letter = EmailMessage()
    letter.set_content(f"{'Guten Tag, ' * 5}{PLANTED}", cte="base64")
    assert found_in(bytes(letter), CANARIES) == set(), "a line break in the word shows whether mail is decoded"
    (sinks.mail_folder / "planted.eml").write_bytes(bytes(letter))
    (sinks.temporary / "planted").write_bytes(base64.b64encode(b"#" + PLANTED.encode("utf-16-le")))
    sinks.prints.look([Loud(PLANTED)])
    with redis.Redis.from_url(sinks.doorbell.url) as connection:
        connection.set("planted", PLANTED)


@pytest.mark.parametrize("word", ["Zyxanthopulvar", "Дзвінкославичка", "كناريةالقطرب"])
def test_every_spelling_is_found_wherever_it_begins(word: str) -> None:
    for name, needle in spellings(word):
        for before in range(7):
            assert found_in(b"#" * before + needle + b"##", {"word": word}) == {"word"}, name
    for before in range(9):
        for after in range(3):
            wrapped = base64.b64encode(b"x" * before + word.encode() + b"y" * after)
            assert found_in(wrapped, {"word": word}) == {"word"}
    assert found_in(word[:-1].encode(), {"word": word}) == set()
