"""Reading an organisation's shards: opened from the database at each call, remembered nowhere.

What the small shard holds overrides the full ones: only what is current comes back. The caller asks
`queries.visible_to(actor)` which of the cases an actor may know of before anything is counted or shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import numpy as np
from sqlalchemy import exists, select

from app.data.database import session
from app.errors import KeyMissing
from cases.models import Case
from cases.shards import keeping, store
from cases.shards.columns import Array, Columns, Mask, is_among
from cases.shards.errors import ShardBroken
from cases.shards.list_body import ListBody
from cases.shards.models import RECENT, BodyKind
from cases.shards.people_body import DuplicateBody, PeopleBody
from cases.shards.search_body import SearchBody

TRIES = 4
Opened = list[tuple[int, BodyKind, Columns]]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, repr=False)
class Searchable:
    """What the search reads of one shard; `current` says which cases count here (None: all)."""

    body: SearchBody
    current: Mask | None


@dataclass(frozen=True, slots=True, repr=False)
class People:
    """What the duplicate check reads of one shard: tokens, and the people their positions mean."""

    tokens: DuplicateBody
    people: PeopleBody


def search(organisation_id: UUID) -> list[Searchable]:
    """The search body of every shard; raises ShardBroken."""
    found = _read(organisation_id, [BodyKind.SEARCH])
    return [
        Searchable(body, current)
        for (_, _, body), current in zip(found, _currency(found), strict=True)
        if isinstance(body, SearchBody)
    ]


def people(organisation_id: UUID) -> list[People]:
    """Tokens and people of every shard, as far as they are current; raises ShardBroken."""
    found = _read(organisation_id, [BodyKind.DUPLICATES, BodyKind.PEOPLE])
    bodies: dict[tuple[int, BodyKind], Columns] = {(number, kind): body for number, kind, body in found}
    listed = []
    for (number, kind, body), current in zip(found, _currency(found), strict=True):
        people_body = bodies.get((number, BodyKind.PEOPLE))
        if kind is BodyKind.DUPLICATES and isinstance(body, DuplicateBody) and isinstance(people_body, PeopleBody):
            if current is not None:
                body, people_body = body.restricted(current), people_body.restricted(current)
            listed.append(People(body, people_body))
    return listed


def case_columns(organisation_id: UUID) -> ListBody:
    """The columns of every case of an organisation, one row a case, in no order; raises ShardBroken."""
    return _columns(_read(organisation_id, [BodyKind.LIST]))


def with_case_columns(
    organisation_id: UUID, helper: Executor, work: Callable[[ListBody], Result]
) -> Callable[[], Result]:
    """Fetch these columns, then let `helper` open them and do `work` while the caller asks the database for more.

    What `helper` does asks no database. The answer waits for it, reads again what got another key meanwhile, and
    raises ShardBroken.
    """
    try:
        fetched = store.fetch(organisation_id, [BodyKind.LIST])
    except KeyMissing:
        fetched = None
    if not fetched or not fetched.rows:
        return lambda: work(case_columns(organisation_id))
    begun = helper.submit(lambda: work(_columns(fetched.opened())))

    def answer() -> Result:
        try:
            return begun.result()
        except KeyMissing:
            return work(case_columns(organisation_id))

    return answer


def _read(organisation_id: UUID, kinds: Collection[BodyKind]) -> Opened:
    """Every body of these kinds; a change of keys while reading is read again, shards never built are built."""
    for _ in range(TRIES):
        try:
            found = store.fetch(organisation_id, kinds).opened()
        except KeyMissing:
            _look_again()
            continue
        if found or not session().scalar(select(exists().where(Case.organisation_id == organisation_id))):
            return found
        keeping.rebuild(organisation_id)
    raise ShardBroken("no key")


def _columns(found: Opened) -> ListBody:
    """All bodies as one, the small shard's rows in place of those that it overrides."""
    bodies = [body for number, _, body in found if number == RECENT and isinstance(body, ListBody)]
    fresh = len(bodies[0].case_ids) if bodies else 0
    bodies += [body for number, _, body in found if number != RECENT and isinstance(body, ListBody)]
    whole = ListBody.all_of(bodies)
    keep = np.ones(len(whole.case_ids), bool)
    keep[fresh:] = ~is_among(whole.case_ids[fresh:], whole.case_ids[:fresh])
    return whole.restricted(keep)


def _look_again() -> None:
    """Leave the snapshot of the data a read transaction holds, so that the next look sees what was kept since."""
    if not session().info.get("open"):
        session().rollback()


def _currency(found: Opened) -> list[Mask | None]:
    """Which cases of each body are not overridden by the small shard; None for all."""
    fresh: Array = np.zeros((0, 2), "<u8")
    for number, _, body in found:
        if number == RECENT:
            fresh = body.case_ids
    masks: list[Mask | None] = []
    for number, _, body in found:
        hidden = is_among(body.case_ids, fresh) if number != RECENT else None
        masks.append(~hidden if hidden is not None and hidden.any() else None)
    return masks
