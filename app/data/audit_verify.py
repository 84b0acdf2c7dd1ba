"""Checking the trail from the raw rows: the chain itself, the sealed records it speaks of, and checkpoints.

Needs the data store alone: no key of any organisation, no root key. What is hashed is put together by the database
(`app.data.trail_rows` says in SQL what `app.data.chaining` says), so that a million entries take seconds.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from itertools import islice

from sqlalchemy import Engine, create_engine

from app.data import audit, trail_rows
from app.data.signed_notes import Checkpoint, Verifier

MOST_BREAKS = 20
FEW = 50_000
"""So many entries are walked faster by one process than another one starts."""
TURNS = 4
"""The parts each process walks: whichever is done takes the next, as one may get less of the machine."""

REMOVED = b"%d" % audit.REMOVED
State = tuple[bytes, bytes]
"""Of a record: class, id, version and digest as last written, and the number of that entry."""
States = dict[bytes, State]
Task = tuple[str, int, int, bytes]


class BreakKind(StrEnum):
    """How the trail, a record or a checkpoint does not hold."""

    MISSING = "missing"
    UNLINKED = "unlinked"
    ALTERED = "altered"
    FORKED = "forked"
    CUT = "cut"
    ROLLED_BACK = "rolled_back"
    REPLACED = "replaced"
    REMOVED = "removed"
    FOREIGN = "foreign"
    SHORTER = "shorter"
    REWRITTEN = "rewritten"
    CONTRADICTING = "contradicting"
    UNSIGNED = "unsigned"
    BEGINNING = "beginning"


@dataclass(frozen=True, slots=True)
class Break:
    """Where it does not hold: the number of an entry, up to `last` when there are several; `about` names a record."""

    seq: int
    kind: BreakKind
    last: int = 0
    about: str = ""


Walked = tuple[list[Break], States]


@dataclass(slots=True)
class Findings:
    """What a check found: how far it looked, every break (at most about 20), and what it could not look at."""

    entries: int = 0
    begins_after: int = 0
    records: int = 0
    checkpoints: int = 0
    anchored: int = 0
    breaks: list[Break] = field(default_factory=list)
    has_checkpoints: bool = False
    has_key: bool = False

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong with what was checked."""
        return not self.breaks


def verify(
    engine: Engine, *, checkpoints: Sequence[Checkpoint] = (), verifier: Verifier | None = None, processes: int = 1
) -> Findings:
    """Check everything that this data store and these checkpoints allow, on one state of the store.

    With several `processes` the chain is walked in parts side by side; they are forked, so a server asks for one.
    """
    found = Findings(has_checkpoints=bool(checkpoints), has_key=verifier is not None)
    with trail_rows.snapshot(engine) as rows:
        first, last = rows.span()
        found.begins_after, anchor = rows.beginning()
        states = _chain(engine, rows, found, (found.begins_after + 1, last), anchor, processes)
        head_seq, head_hash = rows.head()
        end = rows.hash_at(last) if last else anchor
        if (head_seq, head_hash) != (max(last, found.begins_after), end):
            found.breaks.append(Break(last + 1, BreakKind.CUT, last=head_seq))
        found.entries = max(0, last - found.begins_after)
        if first and first <= found.begins_after:
            found.breaks.append(Break(first, BreakKind.FORKED))
        _check_records(rows, states, found)
        _check_checkpoints(rows, checkpoints, verifier, max(last, found.begins_after), found)
    return found


def _chain(
    engine: Engine,
    rows: trail_rows.Rows,
    found: Findings,
    span: tuple[int, int],
    anchor: bytes,
    processes: int,
) -> States:
    """Walk the chain; answers the last state of every record that it speaks of."""
    first, last = span
    parts = _parts(first, last, processes)
    if len(parts) == 1:
        results = [_walk(rows, first, last, anchor)]
    else:
        url = engine.url.render_as_string(hide_password=False)
        tasks = [(url, begin, end, anchor if begin == first else rows.hash_at(begin - 1)) for begin, end in parts]
        fork = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(processes, mp_context=fork) as pool:
            results = list(pool.map(_walk_apart, tasks))
        if any(breaks for breaks, _ in results):  # each part saw a state of its own: what one sees alone counts
            results = [_walk(rows, first, last, anchor)]
    states: States = {}
    for breaks, written in results:
        found.breaks += breaks
        states.update(written)
    del found.breaks[MOST_BREAKS:]
    return states


def _parts(first: int, last: int, processes: int) -> list[tuple[int, int]]:
    count = last - first + 1
    if processes < 2 or count < FEW:
        return [(first, last)]
    size = max(FEW // TURNS, -(-count // (processes * TURNS)))
    return [(begin, min(last, begin + size - 1)) for begin in range(first, last + 1, size)]


def _walk_apart(task: Task) -> Walked:
    """One part of the chain, in a process and with a connection of its own."""
    url, first, last, before = task
    engine = create_engine(url)
    try:
        with trail_rows.snapshot(engine) as rows:
            return _walk(rows, first, last, before)
    finally:
        engine.dispose()


def _walk(rows: trail_rows.Rows, first: int, last: int, before: bytes) -> Walked:
    """Hash every entry behind the one before; only when one differs, look closer at this part."""
    states: States = {}
    previous, count = before, 0
    for batch in rows.contents(first, last):
        for content, stored, before_it in batch:
            if before_it != previous or not content or sha256(previous + content).digest() != stored:
                return _look_closer(rows, first, last, before)
            previous = stored
            if content[-1] != trail_rows.LAST:
                _take_over(content, states)
        count += len(batch)
    return ([], states) if count == last - first + 1 else _look_closer(rows, first, last, before)


def _take_over(content: bytes, states: States) -> None:
    """Note the records an entry wrote, by `class id`."""
    seq = content[: content.index(trail_rows.SEPARATOR)]
    for one in content[content.rindex(trail_rows.SEPARATOR) + 1 :].split(b";"):
        states[one.rsplit(b" ", 2)[0]] = (one, seq)


def _look_closer(rows: trail_rows.Rows, first: int, last: int, before: bytes) -> Walked:
    """Say of each entry what is wrong with it."""
    breaks: list[Break] = []
    states: States = {}
    expected, previous, earlier = first, before, b""
    for seq, content, is_in_place, stored_previous, stored in rows.entries(first, last):
        if seq > expected:
            breaks.append(Break(expected, BreakKind.MISSING, last=seq - 1))
        elif seq < expected or (stored_previous != previous and stored_previous == earlier):
            breaks.append(Break(seq, BreakKind.FORKED))
        elif stored_previous != previous:
            breaks.append(Break(seq, BreakKind.UNLINKED))
        if not content or not is_in_place or stored != sha256(stored_previous + content).digest():
            breaks.append(Break(seq, BreakKind.ALTERED))
        if content and content[-1] != trail_rows.LAST:
            _take_over(content, states)
        expected, previous, earlier = seq + 1, stored, stored_previous
    if expected <= last:
        breaks.append(Break(expected, BreakKind.MISSING, last=last))
    return breaks[:MOST_BREAKS], states


def _check_records(rows: trail_rows.Rows, states: States, found: Findings) -> None:
    """Hold every sealed record against its last write in the trail."""
    breaks: list[Break] = []
    for name, version, body in rows.sealed():
        found.records += 1
        written, seq = states.pop(name, (b"", b"0"))
        if written == b"%b %d %b" % (name, version, sha256(body).hexdigest().encode()):
            continue
        if len(breaks) < MOST_BREAKS:
            breaks.append(Break(int(seq), _difference(version, written), about=name.decode(errors="replace")))
    gone = ((name, seq) for name, (written, seq) in states.items() if _version(written) != REMOVED)
    for name, seq in islice(gone, MOST_BREAKS - len(breaks)):
        breaks.append(Break(int(seq), BreakKind.REMOVED, about=name.decode(errors="replace")))
    found.breaks += breaks


def _difference(version: int, written: bytes) -> BreakKind:
    if not written or _version(written) == REMOVED:
        return BreakKind.FOREIGN
    return BreakKind.ROLLED_BACK if version < int(_version(written)) else BreakKind.REPLACED


def _version(written: bytes) -> bytes:
    """The version an entry names; what is not written as we write it names none."""
    parts = written.rsplit(b" ", 2)
    return parts[1] if len(parts) == 3 and parts[1].isdigit() else REMOVED


def _check_checkpoints(
    rows: trail_rows.Rows, notes: Sequence[Checkpoint], verifier: Verifier | None, last: int, found: Findings
) -> None:
    """Hold the trail against what was said of it outside; only signed notes count when there is a key to check."""
    good: list[Checkpoint] = []
    seen: dict[int, bytes] = {}
    for note in sorted(notes, key=lambda one: one.size):
        if verifier is not None and not verifier.has_signed(note):
            found.breaks.append(Break(note.size, BreakKind.UNSIGNED))
            continue
        if seen.setdefault(note.size, note.root) != note.root:
            found.breaks.append(Break(note.size, BreakKind.CONTRADICTING))
        good.append(note)
    found.checkpoints = len(good)
    begin = (found.begins_after, rows.beginning()[1])
    if good and found.begins_after and begin not in {(note.size, note.root) for note in good}:
        found.breaks.append(Break(found.begins_after, BreakKind.BEGINNING))
    for note in good:
        if note.size > last:
            found.breaks.append(Break(note.size, BreakKind.SHORTER, last=last))
        elif note.size >= found.begins_after and note.size > 0:
            kept = rows.beginning()[1] if note.size == found.begins_after else rows.hash_at(note.size)
            if kept == note.root:
                found.anchored = max(found.anchored, note.size)
            else:
                found.breaks.append(Break(note.size, BreakKind.REWRITTEN, last=found.anchored))
