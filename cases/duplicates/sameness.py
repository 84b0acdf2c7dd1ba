"""What was looked at and is not the same: remembered per pair of cases, until what was compared has changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import or_, select

from app import clock
from app.data import cipher, records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.errors import NotFound
from app.policies import Actor, authorise
from cases.duplicates.candidates import House, Pair
from cases.duplicates.families import Family
from cases.duplicates.models import NotSame
from cases.keeping import note
from cases.name_words import words_of
from cases.policies import CasePermission
from cases.queries import get_case
from cases.shards import reading

PURPOSE = "not the same"


def house_of(organisation_id: UUID) -> House:
    """Everybody an organisation knows, out of its shards; who asks has authorised."""
    return House(reading.people(organisation_id))


def remember(actor: Actor, *, case_id: UUID, other_ids: Collection[UUID]) -> int:
    """Keep that a case is none of these others, each of which the actor may find; answers how many were new."""
    authorise(actor, CasePermission.SEARCH)
    new = 0
    with transaction() as current:
        case = get_case(actor, case_id, CasePermission.FIND)
        house = house_of(case.organisation_id)
        for other_id in other_ids:
            other = get_case(actor, other_id, CasePermission.FIND)
            first, second = sorted((case.id, other.id))
            token = token_of(case.organisation_id, house, (first, second))
            row = current.scalar(select(NotSame).where(NotSame.first_id == first, NotSame.second_id == second))
            if row is None:
                row = NotSame(id=new_id(), organisation_id=case.organisation_id, first_id=first, second_id=second)
                current.add(row)
                new += 1
            row.token, row.decided_by, row.decided_at = token, actor.user_id, clock.now()
            note(actor, case, Action.CHANGED, "not_same", facts={"other": str(other.id)})
            note(actor, other, Action.CHANGED, "not_same", facts={"other": str(case.id)})
    return new


def take_back(actor: Actor, *, first_id: UUID, second_id: UUID) -> None:
    """Let a pair be proposed again; raises NotFound for one that nobody set apart."""
    authorise(actor, CasePermission.SEARCH)
    first_id, second_id = sorted((first_id, second_id))
    with transaction() as current:
        cases = [get_case(actor, one, CasePermission.FIND) for one in (first_id, second_id)]
        row = current.scalar(select(NotSame).where(NotSame.first_id == first_id, NotSame.second_id == second_id))
        if row is None:
            raise NotFound("pair")
        current.delete(row)
        for case in cases:
            note(actor, case, Action.DELETED, "not_same")


def set_apart(organisation_id: UUID, house: House, pairs: Iterable[Pair]) -> set[Pair]:
    """Those of these pairs that were set apart and have not changed since."""
    known = {
        (row.first_id, row.second_id): row.token
        for row in session().scalars(select(NotSame).where(NotSame.organisation_id == organisation_id))
    }
    return {pair for pair in pairs if pair in known and known[pair] == token_of(organisation_id, house, pair)}


def pairs_of(case_id: UUID) -> list[NotSame]:
    """Every pair a case is part of."""
    return list(
        session().scalars(select(NotSame).where(or_(NotSame.first_id == case_id, NotSame.second_id == case_id)))
    )


def token_of(organisation_id: UUID, house: House, pair: Pair) -> bytes:
    """A keyed token of what was compared: names as they sound, birth dates, phones; not how a name is spelled."""
    key = records.keyring().subkey(organisation_id, PURPOSE)
    return cipher.token(key, "|".join(_material(house.family(case_id)) for case_id in sorted(pair)))


def _material(family: Family) -> str:
    people = sorted(
        " ".join(sorted({word.fold for name in person.names for word in words_of(name)})) + person.born
        for person in (*family.children, *family.guardians)
    )
    return ";".join([*people, *sorted(family.phones)])
