"""What somebody with the database can do to the trail, and that each of it shows; a trail left alone holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import islice
from typing import Any

import pytest
from sqlalchemy import text

from app import clock
from app.data import audit, audit_verify, records
from app.data.audit import Action, AuditEntry
from app.data.audit_verify import BreakKind, Findings, verify
from app.data.base import new_id
from app.data.chaining import SEPARATOR, Act, details_of, rest_of
from app.data.database import db, session, transaction
from app.data.signed_notes import Checkpoint, Signer, checkpoint_text, new_signer, read_checkpoint
from cases.sheets import FamilySheet
from tests.plugins.application import World

SIGNER = new_signer("einstieg.example/protokoll")


@pytest.fixture
def trail(world: World) -> int:
    """A trail with a sealed record in three versions and some reads; answers the number of its last entry."""
    scope, record_id = records.Scope(world.ki.id), new_id()
    for version in range(3):
        with transaction():
            records.put(FamilySheet(family_name=f"N{version}"), record_id=record_id, scope=scope)
            audit.record(Action.CHANGED, organisation_id=world.ki.id, actor_id=None, subject_kind="test")
        with transaction():
            audit.record(Action.READ, organisation_id=world.ki.id, actor_id=None, subject_kind="test")
    return _last()


def _last() -> int:
    return int(session().execute(text("SELECT max(seq) FROM audit_entry")).scalar_one())


def _sql(query: str, **values: Any) -> Any:
    """As somebody with the database would, past the application."""
    with db.engine.begin() as connection:
        return connection.execute(text(query), values)


def _previous_of(seq: int) -> bytes:
    return bytes(_sql("SELECT previous FROM audit_entry WHERE seq = :seq", seq=seq).scalar_one())


def _kinds(found: Findings) -> set[BreakKind]:
    return {one.kind for one in found.breaks}


def _note(size: int | None = None, signer: Signer = SIGNER) -> Checkpoint:
    """A checkpoint of the trail as it is now, or as it was at an entry."""
    query = "SELECT seq, hash FROM audit_entry WHERE seq = :seq"
    with db.engine.connect() as connection:
        row = connection.execute(text(query), {"seq": size or _last()}).one()
    note = checkpoint_text(origin=signer.name, size=row[0], root=bytes(row[1]), at=clock.now())
    return read_checkpoint(signer.sign(note))


def _check(*notes: Checkpoint) -> Findings:
    session().rollback()
    return verify(db.engine, checkpoints=notes, verifier=SIGNER.verifier)


@contextmanager
def _undone() -> Iterator[None]:
    """Everything as it was afterwards, so that one world does for many attacks."""
    tables = ("audit_entry", "audit_head", "sealed_record")
    session().rollback()
    for table in tables:
        _sql(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")  # noqa: S608
    yield
    for table in tables:
        _sql(f"DELETE FROM {table}")  # noqa: S608
        _sql(f"INSERT INTO {table} SELECT * FROM kept_{table}")  # noqa: S608
        _sql(f"DROP TABLE kept_{table}")


def _act_of(entry: AuditEntry) -> Act:
    act = Act(**{name: getattr(entry, name) for name in Act.__slots__ if name != "cases"})
    act.action = Action(act.action).value
    return act


def _rewrite(first: int, **changes: str) -> None:
    """Change an entry and hash everything behind it anew, as somebody would who knows how the chain is made."""
    with db.engine.begin() as connection:
        row = connection.execute(text("SELECT previous FROM audit_entry WHERE seq = :seq"), {"seq": first}).one()
        last = bytes(row[0])
    with transaction() as current:
        for entry in current.query(AuditEntry).filter(AuditEntry.seq >= first).order_by(AuditEntry.seq):
            act = _act_of(entry)
            if entry.seq == first:
                for name, value in changes.items():
                    setattr(act, name, value)
            entry.details, entry.previous = details_of(act), last
            last = entry.hash = sha256(last + f"{entry.seq}{rest_of(act)}".encode()).digest()
        end = entry.seq
    _sql("UPDATE audit_head SET seq = :seq, hash = :hash", seq=end, hash=last)


def test_a_trail_left_alone_holds_and_its_checkpoints_fit(trail: int) -> None:
    found = _check(_note(2), _note())
    assert (found.breaks, found.entries, found.checkpoints, found.anchored) == ([], trail, 2, trail)


EDITS: list[tuple[str, BreakKind, int | None]] = [
    ("UPDATE audit_entry SET details = replace(details, 'test', 'other') WHERE seq = :mid", BreakKind.ALTERED, 0),
    ("UPDATE audit_entry SET details = '' WHERE seq = :mid", BreakKind.ALTERED, 0),
    ("UPDATE audit_entry SET actor_id = organisation_id WHERE seq = :mid", BreakKind.ALTERED, 0),
    ("UPDATE audit_entry SET at = at + 1 WHERE seq = :mid", BreakKind.ALTERED, 0),
    (
        "UPDATE audit_entry SET details = (SELECT details FROM audit_entry WHERE seq = :mid) WHERE seq = :mid - 1",
        BreakKind.ALTERED,
        -1,
    ),
    ("UPDATE audit_entry SET details = details || char(0) || 'x' WHERE seq = :mid", BreakKind.ALTERED, 0),
    ("UPDATE audit_entry SET action = action || char(0) || 'x' WHERE seq = :mid", BreakKind.ALTERED, 0),
    (
        "UPDATE audit_entry SET actor_id = coalesce(actor_id, '') || char(0) || 'x' WHERE seq = :mid",
        BreakKind.ALTERED,
        0,
    ),
    ("UPDATE audit_entry SET at = at || char(0) || 'x' WHERE seq = :mid", BreakKind.ALTERED, 0),
    (
        "UPDATE audit_entry SET details = details || char(0) || 'x', hash = :of_previous WHERE seq = :mid",
        BreakKind.ALTERED,
        0,
    ),
    (
        "UPDATE audit_entry SET hash = substr(hash, 1, 31), previous = substr(hash, 32) || previous WHERE seq = :mid",
        BreakKind.UNLINKED,
        0,
    ),
    ("UPDATE audit_entry SET previous = hash WHERE seq = :mid", BreakKind.UNLINKED, 0),
    ("UPDATE audit_entry SET previous = 'none' WHERE seq = :mid", BreakKind.UNLINKED, 0),
    ("UPDATE audit_entry SET hash = 'none' WHERE seq = :mid", BreakKind.ALTERED, 0),
    ("UPDATE audit_entry SET hash = 'none' WHERE seq = :mid + 2", BreakKind.ALTERED, 2),
    ("DELETE FROM audit_entry WHERE seq = :mid", BreakKind.MISSING, 0),
    ("DELETE FROM audit_entry WHERE seq >= :mid", BreakKind.CUT, 0),
    ("UPDATE audit_entry SET hash = CAST(hash AS TEXT) WHERE seq = :mid", BreakKind.ALTERED, 0),
    ("UPDATE audit_head SET seq = seq - 1", BreakKind.CUT, None),
    ("UPDATE audit_head SET seq = 'none'", BreakKind.CUT, None),
]


def _is_possible(attack: str) -> bool:
    """PostgreSQL holds no NUL in a text, and no text among bytes or numbers."""
    is_odd = any(one in attack for one in ("char(0)", "AS TEXT", "'none'"))
    return not is_odd or db.engine.dialect.name != "postgresql"


def test_an_edit_a_deletion_and_a_cut_tail_show_without_any_checkpoint(trail: int) -> None:
    middle = trail - 2
    for attack, kind, where in EDITS:
        if not _is_possible(attack):
            continue
        values = {"mid": middle, "of_previous": sha256(_previous_of(middle)).digest()}
        with _undone():
            _sql(attack, **{name: value for name, value in values.items() if f":{name}" in attack})
            found = _check()
            assert kind in _kinds(found), attack
            if where is not None:
                assert next(one.seq for one in found.breaks if one.kind is kind) == middle + where, attack
    assert _check().breaks == []


SHIFTS = [(1, 1, 1, 3, 1, 3), (2, 1, 1, 1, 1, 4), (1, 1, 1, 1, 2, 4), (1, 1, 1, 2, 2, 3), (1, 5, 1, 1, 1, 1)]
"""How many of the ten parts each column is to hold, from the time to the details."""
UNTYPED = SHIFTS[1:]
"""Those for which PostgreSQL would have to take something else for a number or an id."""


def test_parts_moved_to_another_column_show_though_all_hashes_fit(trail: int) -> None:
    middle = trail - 2
    whole = rest_of(_act_of(session().get_one(AuditEntry, middle))).split(SEPARATOR)[1:]
    names = ("at", "organisation_id", "actor_id", "action", "case_id", "details")
    for sizes in SHIFTS:
        if sizes in UNTYPED and db.engine.dialect.name == "postgresql":
            continue
        parts = iter(whole)
        changes = {name: SEPARATOR.join(islice(parts, size)) for name, size in zip(names, sizes, strict=True)}
        assert next(parts, None) is None
        with _undone():
            ids = {name: changes[name] or None for name in names if name.endswith("_id")}
            held = ", ".join(f"{name} = :{name}" for name in names)
            _sql(f"UPDATE audit_entry SET {held} WHERE seq = :mid", **changes | ids, mid=middle)  # noqa: S608
            assert [(one.seq, one.kind) for one in _check().breaks] == [(middle, BreakKind.ALTERED)], sizes
    assert _check().breaks == []


def _without_constraints(columns: str = "") -> None:
    """The trail as somebody leaves it who makes the table anew."""
    session().rollback()
    _sql("ALTER TABLE audit_entry RENAME TO audit_entry_before")
    if columns:
        _sql(f"CREATE TABLE audit_entry ({columns})")
        _sql("INSERT INTO audit_entry SELECT * FROM audit_entry_before")
    else:
        _sql("CREATE TABLE audit_entry AS SELECT * FROM audit_entry_before")
    assert _check().breaks == []


@pytest.mark.parametrize("column", ["at", "action", "details"])
def test_nothing_in_a_column_that_must_hold_something_shows(trail: int, column: str) -> None:
    _without_constraints()
    of_nothing = sha256(_previous_of(trail - 2)).digest()
    for also in ("", ", hash = :of_nothing"):
        values = {"mid": trail - 2} | ({"of_nothing": of_nothing} if also else {})
        _sql(f"UPDATE audit_entry SET {column} = NULL{also} WHERE seq = :mid", **values)  # noqa: S608
        assert [(one.seq, one.kind) for one in _check().breaks][:1] == [(trail - 2, BreakKind.ALTERED)]


def test_an_entry_that_somebody_put_between_others_shows(trail: int) -> None:
    _without_constraints()
    put = (
        "INSERT INTO audit_entry (seq, at, action, details, previous, hash) "
        "SELECT seq, at, 'read' || :more, details, previous, hash FROM audit_entry AS other WHERE seq = :mid"
    )
    for more in ("", SEPARATOR):
        with _undone():
            _sql(put, mid=trail - 2, more=more)
            assert BreakKind.FORKED in _kinds(_check()), more
    if db.engine.dialect.name != "postgresql":
        _sql("INSERT INTO audit_entry (seq, at, action, details, previous, hash) VALUES ('none', 1, '', '', x'', x'')")
        assert _check().breaks


def test_the_same_letters_in_another_type_show_as_no_page_would_find_the_entry(trail: int) -> None:
    if db.engine.dialect.name == "postgresql":
        return  # a column holds its own type alone
    act: dict[str, Any] = {"actor_id": new_id(), "case_id": new_id(), "subject_kind": "test"}
    with transaction():
        audit.record(Action.READ, organisation_id=new_id(), **act)
    last = _last()
    columns = ("at", "organisation_id", "actor_id", "action", "case_id", "details")
    _without_constraints(f"seq INTEGER PRIMARY KEY, {', '.join(columns)}, previous, hash")
    for column, kind in [("at", "TEXT"), *((column, "BLOB") for column in columns)]:
        with _undone():
            _sql(f"UPDATE audit_entry SET {column} = CAST({column} AS {kind}) WHERE seq = :last", last=last)  # noqa: S608
            assert [(one.seq, one.kind) for one in _check().breaks] == [(last, BreakKind.ALTERED)], column
    _sql("UPDATE audit_entry SET actor_id = '' WHERE seq = :mid AND actor_id IS NULL", mid=trail - 2)
    assert [(one.seq, one.kind) for one in _check().breaks] == [(trail - 2, BreakKind.ALTERED)]


def test_two_writers_that_forked_the_chain_show(trail: int) -> None:
    """A second writer links behind the same entry, as two copies of the database would that ran side by side."""
    _sql(
        "UPDATE audit_entry SET previous = (SELECT previous FROM audit_entry AS other WHERE other.seq = :mid - 1), "
        "hash = :other WHERE seq = :mid",
        mid=trail - 1,
        other=bytes(range(32)),
    )
    assert BreakKind.FORKED in _kinds(_check())


def test_a_tail_cut_with_its_head_shows_against_a_checkpoint_alone(trail: int) -> None:
    note = _note()
    _sql("DELETE FROM audit_entry WHERE seq = :last", last=trail)  # a read: no record depends on it
    _sql("UPDATE audit_head SET seq = seq - 1, hash = (SELECT hash FROM audit_entry ORDER BY seq DESC LIMIT 1)")
    assert _check().breaks == []
    found = _check(note)
    assert [(one.kind, one.seq, one.last) for one in found.breaks] == [(BreakKind.SHORTER, trail, trail - 1)]


def test_a_full_rewrite_shows_against_checkpoints_alone_and_they_say_from_where(trail: int) -> None:
    notes = (_note(2), _note(trail - 2), _note())
    _rewrite(trail - 1, subject_kind="innocent")
    assert _check().breaks == []
    found = _check(*notes)
    assert [(one.kind, one.seq, one.last) for one in found.breaks] == [(BreakKind.REWRITTEN, trail, trail - 2)]


@pytest.mark.parametrize("words", ["nonsense", "one two", "one two three four", "a ; b", " ", ";"])
def test_a_rewritten_trail_that_no_longer_names_records_as_we_do_is_told_not_stumbled_over(
    trail: int, words: str
) -> None:
    note = _note()
    _rewrite(trail - 1, written=words)
    assert _kinds(_check()) == {BreakKind.REPLACED}
    assert BreakKind.REWRITTEN in _kinds(_check(note))


def test_checkpoints_that_contradict_each_other_show_two_versions_of_the_trail(trail: int) -> None:
    before = _note()
    _rewrite(trail, subject_kind="innocent")
    assert BreakKind.CONTRADICTING in _kinds(_check(before, _note()))


def test_a_checkpoint_signed_by_somebody_else_proves_nothing(trail: int) -> None:
    forged = _note(signer=new_signer(SIGNER.name))
    found = _check(forged)
    assert (_kinds(found), found.checkpoints) == ({BreakKind.UNSIGNED}, 0)


ROWS: list[tuple[str, BreakKind]] = [
    ("UPDATE sealed_record SET version = 2, body = :old WHERE id = :id", BreakKind.ROLLED_BACK),
    ("UPDATE sealed_record SET body = :old WHERE id = :id", BreakKind.REPLACED),
    ("UPDATE sealed_record SET body = CAST(body AS TEXT) WHERE id = :id", BreakKind.REPLACED),
    ("UPDATE sealed_record SET version = 'none' WHERE id = :id", BreakKind.ROLLED_BACK),
    ("DELETE FROM sealed_record WHERE id = :id", BreakKind.REMOVED),
    ("UPDATE sealed_record SET record_id = organisation_id WHERE id = :id", BreakKind.FOREIGN),
]


def test_a_rolled_back_a_removed_and_a_foreign_row_show_with_the_entry_that_wrote_it(trail: int) -> None:
    with db.engine.connect() as connection:
        row = connection.execute(text("SELECT id, body FROM sealed_record ORDER BY id DESC LIMIT 1")).one()
    values = {"id": row[0], "old": bytes(row[1])[:-1] + bytes((row[1][-1] ^ 1,))}
    for attack, kind in ROWS:
        if not _is_possible(attack):
            continue
        with _undone():
            _sql(attack, **{name: value for name, value in values.items() if f":{name}" in attack})
            found = _check()
            assert kind in _kinds(found), attack
            if kind is not BreakKind.FOREIGN:
                assert found.breaks[0].seq == trail - 1
                assert found.breaks[0].about.startswith(FamilySheet.KIND)
    assert _check().breaks == []


def test_a_million_letters_of_json_hash_alike_in_python_and_in_the_database(world: World) -> None:
    """What COPY, JSON and hex do to odd letters must not look like an attack."""
    odd = ['ä"\\ \n\t', "عربى", "\\x41", "\u2028", "%s"]
    with transaction():
        facts: audit.Facts = {"odd": odd, "n": 7}
        audit.record(Action.READ, organisation_id=None, actor_id=new_id(), subject_kind="test", facts=facts)
    assert _check().breaks == []


def test_the_chain_is_walked_in_parts_with_the_same_result(trail: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.data.audit_verify.FEW", 2)
    session().close()
    assert verify(db.engine, processes=3).breaks == []
    _sql("UPDATE audit_entry SET details = 'x' WHERE seq = :mid", mid=trail - 2)
    assert [(one.seq, one.kind) for one in verify(db.engine, processes=3).breaks] == [(trail - 2, BreakKind.ALTERED)]


def _sees_a_break(task: audit_verify.Task) -> audit_verify.Walked:
    return [audit_verify.Break(task[1], BreakKind.MISSING)], {}


def test_what_a_part_sees_alone_is_looked_at_once_more_on_one_state(
    trail: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_verify, "FEW", 2)
    monkeypatch.setattr(audit_verify, "_walk_apart", _sees_a_break)
    session().close()
    found = verify(db.engine, processes=3)
    assert (found.breaks, found.entries) == ([], trail)


def test_a_beginning_that_no_checkpoint_confirms_shows(trail: int) -> None:
    confirmed, later = _note(2), _note()
    _sql("INSERT INTO audit_beginning (id, seq, hash) SELECT 1, seq, hash FROM audit_entry WHERE seq = 2")
    _sql("DELETE FROM audit_entry WHERE seq <= 2")
    assert BreakKind.BEGINNING in _kinds(_check(later))
    assert BreakKind.BEGINNING not in _kinds(_check(confirmed, later))
