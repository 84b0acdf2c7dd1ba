"""Keeping the shards right: whoever writes holds the lock of the organisation's small shard until the end.

A change goes into the small shard, which overrides what a full one says of the same case; when it is full itself, its
cases move to theirs. A shard that does not open is made anew from the sealed sheets of its cases.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

import msgspec
import numpy as np
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.data import cipher, records
from app.data.database import after_commit, session, transaction
from app.errors import KeyMissing
from cases.models import Case
from cases.shards import sources, store
from cases.shards.columns import Mask, ids_array, is_among, uuids
from cases.shards.errors import ShardBroken
from cases.shards.facts import CaseFacts
from cases.shards.models import RECENT, Shard, ShardPlace
from cases.shards.settling import settle
from cases.shards.store import Bodies

log = logging.getLogger(__name__)

MOST_RECENT = 48
"""Above so many cases the small shard moves them to the full ones."""
MOST_PEOPLE = 4096
_DIGEST_BYTES = 16


def keep(case: Case, facts: CaseFacts) -> None:
    """Bring the shards into step with a case, inside the transaction that changed it."""
    keep_all(case.organisation_id, [facts])


def keep_all(organisation_id: UUID, cases: Collection[CaseFacts]) -> None:
    """The same for many cases of one organisation at once; what did not change writes nothing."""
    digests = _digests(organisation_id, cases)
    if _known_digests(digests) == digests:
        return
    recent = _locked(organisation_id)
    known = _known_digests(digests)
    changed = [facts for facts in cases if known.get(facts.case_id) != digests[facts.case_id]]
    if not changed:
        return
    bodies = _open(recent)
    others = ~is_among(bodies.list.case_ids, ids_array([facts.case_id for facts in changed]))
    bodies = bodies.restricted(others).joined(store.build(changed))
    _note_recent(organisation_id, {facts.case_id: digests[facts.case_id] for facts in changed}, known)
    if len(bodies.list.case_ids) > MOST_RECENT:
        bodies = _fold(organisation_id, bodies)
    store.save(recent, bodies)


def drop(organisation_id: UUID, case_id: UUID) -> None:
    """Take a case out of the shards, inside the transaction that erases it; `renew` then makes older copies useless."""
    recent = _locked(organisation_id)
    place = session().get(ShardPlace, case_id, populate_existing=True)
    if place is None:
        return
    holding = [shard for shard in store.full_shards(organisation_id) if shard.number == place.number]
    for shard in [recent, *holding]:
        bodies = _open(shard)
        store.save(shard, bodies.restricted(~is_among(bodies.list.case_ids, ids_array([case_id]))))
    session().execute(delete(ShardPlace).where(ShardPlace.case_id == case_id))


def renew(organisation_id: UUID) -> int:
    """Seal every shard of an organisation under a new key and drop the older ones once kept; answers how many.

    Until then both keys are there, so that a crash in between leaves shards that open.
    """
    with transaction():
        recent = _locked(organisation_id)
        store.save(recent, _fold(organisation_id, _open(recent)))
        shards = [recent, *store.full_shards(organisation_id)]
        for shard in shards:
            bodies = _open(shard)
            key = records.keyring().next_generation(shard.id, owner=organisation_id, recipients=())
            store.save(shard, bodies, key)
        after_commit(lambda: settle(organisation_id))
    return len(shards)


def rebuild(organisation_id: UUID) -> int:
    """Make all shards of an organisation anew from its sealed records, under new keys; answers how many cases."""
    with transaction():
        recent = store.lock_recent(organisation_id)
        if recent is None:
            return _begin(organisation_id)[1]
        outdated = store.full_shards(organisation_id)
        gone = [shard.id for shard in outdated]
        store.remove(outdated)
        session().execute(delete(ShardPlace).where(ShardPlace.organisation_id == organisation_id))
        _ensure_key(recent)
        key = records.keyring().next_generation(recent.id, owner=organisation_id, recipients=())
        store.save(recent, store.build([]), key)
        count = _build_all(organisation_id)
        after_commit(lambda: _forget(gone))
        after_commit(lambda: settle(organisation_id))
    return count


def _locked(organisation_id: UUID) -> Shard:
    return store.lock_recent(organisation_id) or _begin(organisation_id)[0]


def _begin(organisation_id: UUID) -> tuple[Shard, int]:
    """The first shards of an organisation, with the cases it has already; another process may begin at once."""
    try:
        with session().begin_nested():
            recent = store.create(organisation_id, RECENT, store.build([]))
    except IntegrityError:
        made = store.lock_recent(organisation_id)
        if made is None:
            raise
        return made, 0
    return recent, _build_all(organisation_id)


def _build_all(organisation_id: UUID) -> int:
    count = 0
    for number, group in enumerate(_groups(sources.all_of(organisation_id)), start=1):
        count += len(group)
        store.create(organisation_id, number, store.build(group))
        digests = _digests(organisation_id, group)
        rows = [_place(organisation_id, case_id, digest, number) for case_id, digest in digests.items()]
        session().execute(insert(ShardPlace), rows)
    return count


def _groups(cases: Iterable[CaseFacts]) -> Iterable[list[CaseFacts]]:
    """Cases in groups that fit into a shard each."""
    group: list[CaseFacts] = []
    people = 0
    for facts in cases:
        if group and people + len(facts.people) > MOST_PEOPLE:
            yield group
            group, people = [], 0
        group.append(facts)
        people += len(facts.people)
    if group:
        yield group


def _fold(organisation_id: UUID, recent: Bodies) -> Bodies:
    """Move what the small shard holds to the full ones; answers what stays: nothing."""
    ids = uuids(recent.list.case_ids)
    query = select(ShardPlace.case_id, ShardPlace.number).where(
        ShardPlace.organisation_id == organisation_id, ShardPlace.is_recent
    )
    numbers = {row[0]: row[1] for row in session().execute(query)}
    shards = {shard.number: shard for shard in store.full_shards(organisation_id)}
    moving: dict[int | None, list[int]] = defaultdict(list)
    for position, case_id in enumerate(ids):
        number = numbers.get(case_id)
        moving[number if number in shards else None].append(position)
    newcomers = moving.pop(None, [])
    for number, positions in moving.items():
        if number is not None:
            _move(shards[number], recent, positions)
    _house(organisation_id, recent, newcomers, shards)
    done = update(ShardPlace).where(ShardPlace.organisation_id == organisation_id, ShardPlace.is_recent)
    session().execute(done.values(is_recent=False).execution_options(synchronize_session=False))
    return store.build([])


def _move(shard: Shard, recent: Bodies, positions: Sequence[int]) -> None:
    moved = recent.restricted(_mask(recent, positions))
    present = _open(shard)
    rest = present.restricted(~is_among(present.list.case_ids, moved.list.case_ids))
    store.save(shard, rest.joined(moved))


def _house(organisation_id: UUID, recent: Bodies, newcomers: list[int], shards: dict[int, Shard]) -> None:
    """Give cases that are in no full shard yet a place: in the last one while it has room, then in new ones."""
    sizes = np.bincount(recent.people.person_cases, minlength=len(recent.list.case_ids))
    number = max(shards, default=RECENT)
    room = MOST_PEOPLE - len(_open(shards[number]).people.kinds) if shards and newcomers else 0
    first, *others = _in_rooms(newcomers, sizes.tolist(), room)
    if first:
        _move(shards[number], recent, first)
        _note_number(recent, first, number)
    for group in others:
        number += 1
        store.create(organisation_id, number, recent.restricted(_mask(recent, group)))
        _note_number(recent, group, number)


def _in_rooms(positions: Sequence[int], sizes: Sequence[int], room: int) -> list[list[int]]:
    """The first group fits into `room` people, each further one into a shard of its own."""
    groups: list[list[int]] = [[]]
    for position in positions:
        if sizes[position] > room:
            groups.append([])
            room = MOST_PEOPLE
        groups[-1].append(position)
        room -= sizes[position]
    return groups


def _open(shard: Shard) -> Bodies:
    """A shard's bodies; those that do not open are made anew from the records, and the log says so."""
    try:
        return store.load(shard)
    except (ShardBroken, KeyMissing):
        log.error("search shard %d is made anew", shard.number)
    _ensure_key(shard)
    query = select(ShardPlace.case_id).where(ShardPlace.organisation_id == shard.organisation_id)
    if shard.number == RECENT:
        query = query.where(ShardPlace.is_recent)
    else:
        query = query.where(ShardPlace.number == shard.number)
    case_ids = session().scalars(query).all()
    return store.build(list(sources.of(shard.organisation_id, case_ids)))


def _ensure_key(shard: Shard) -> None:
    ring = records.keyring()
    if not ring.open_keys([shard.id], shard.organisation_id):
        ring.create_key(shard.id, shard.organisation_id)


def _forget(shard_ids: Iterable[UUID]) -> None:
    for shard_id in shard_ids:
        records.keyring().drop_keys(shard_id)


def _digests(organisation_id: UUID, cases: Iterable[CaseFacts]) -> dict[UUID, bytes]:
    """A keyed token of each case's facts; the case's id is part of them, so that no two cases look alike."""
    secret = records.keyring().subkey(organisation_id, "shards")
    return {facts.case_id: cipher.token(secret, msgspec.json.encode(facts).decode())[:_DIGEST_BYTES] for facts in cases}


def _known_digests(case_ids: Collection[UUID]) -> dict[UUID, bytes]:
    found: dict[UUID, bytes] = {}
    wanted = list(case_ids)
    for start in range(0, len(wanted), sources.AT_ONCE):
        part = wanted[start : start + sources.AT_ONCE]
        query = select(ShardPlace.case_id, ShardPlace.digest).where(ShardPlace.case_id.in_(part))
        found |= {row[0]: row[1] for row in session().execute(query)}
    return found


def _note_recent(organisation_id: UUID, digests: dict[UUID, bytes], known: Collection[UUID]) -> None:
    for case_id in digests.keys() & set(known):
        noted = update(ShardPlace).where(ShardPlace.case_id == case_id)
        session().execute(noted.values(is_recent=True, digest=digests[case_id]))
    rows = [_place(organisation_id, case_id, digests[case_id], None) for case_id in digests.keys() - set(known)]
    if rows:
        session().execute(insert(ShardPlace), rows)


def _note_number(bodies: Bodies, positions: Sequence[int], number: int) -> None:
    ids = uuids(bodies.list.case_ids[list(positions)])
    for start in range(0, len(ids), sources.AT_ONCE):
        noted = update(ShardPlace).where(ShardPlace.case_id.in_(ids[start : start + sources.AT_ONCE]))
        session().execute(noted.values(number=number).execution_options(synchronize_session=False))


def _place(organisation_id: UUID, case_id: UUID, digest: bytes, number: int | None) -> dict[str, object]:
    return {
        "case_id": case_id,
        "organisation_id": organisation_id,
        "number": number,
        "is_recent": number is None,
        "digest": digest,
    }


def _mask(bodies: Bodies, positions: Sequence[int]) -> Mask:
    mask = np.zeros(len(bodies.list.case_ids), bool)
    mask[list(positions)] = True
    return mask
