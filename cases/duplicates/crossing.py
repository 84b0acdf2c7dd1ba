"""Whether another KI of this installation may know a child: off unless a legal basis is named, exact, and wordless.

Each house keeps tokens of its children (name as it sounds and full birth date) under a key of the installation. An
answer is the name of the other house and nothing else. Switched off, no token is made, kept or looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask import current_app
from sqlalchemy import delete, exists, insert, select

from app.accounts import queries as accounts
from app.data import audit, cipher, records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.data.keyring import INSTALLATION
from app.policies import Actor, OrganisationKind, authorise
from cases.duplicates import sameness
from cases.duplicates.models import CrossToken
from cases.models import Case
from cases.name_words import words_of
from cases.partial_dates import PartialDate, PartialDateError
from cases.policies import CasePermission

PURPOSE = "cross check"


def is_on() -> bool:
    """Whether houses may compare: the switch and its legal basis stand in the settings."""
    return bool(current_app.extensions["config"].cross_check)


def basis() -> str:
    """The legal basis in words, as the page names it."""
    return str(current_app.extensions["config"].cross_check_basis)


def other_houses(actor: Actor, *, people: Iterable[tuple[str, str]]) -> list[str]:
    """The names of other KIs that may know one of these (name, ISO birth date); none while the switch is off.

    Both sides' trails keep it: that the actor asked, and at each house found that it was named.
    """
    authorise(actor, CasePermission.OPEN)
    if not is_on():
        return []
    tokens = {token for name, born in people for token in _tokens([name], born)}
    query = select(CrossToken.organisation_id).where(
        CrossToken.token.in_(tokens), CrossToken.organisation_id != actor.organisation_id
    )
    found = set(session().scalars(query.distinct()))
    houses = [house for house in accounts.organisations(OrganisationKind.KI) if house.id in found]
    with transaction():
        for organisation_id in [actor.organisation_id, *(house.id for house in houses)]:
            is_own = organisation_id == actor.organisation_id
            audit.record(
                Action.SEARCHED,
                organisation_id=organisation_id,
                actor_id=actor.user_id if is_own else None,
                subject_kind="cross_check",
                subject_id=None if is_own else actor.organisation_id,
                facts={"houses": len(houses)},
            )
    return sorted(house.name for house in houses)


def keep_tokens() -> int:
    """Make the tokens of every KI anew, or drop all when the switch is off; answers how many there are."""
    if not is_on():
        if session().scalar(select(exists().select_from(CrossToken))):
            with transaction() as current:
                current.execute(delete(CrossToken))
        return 0
    return sum(_keep_house(house.id) for house in accounts.organisations(OrganisationKind.KI))


def _keep_house(organisation_id: UUID) -> int:
    house = sameness.house_of(organisation_id)
    rows = [
        {"id": new_id(), "organisation_id": organisation_id, "case_id": case_id, "token": token}
        for case_id in house.rows_of_case
        for child in house.family(case_id).children
        for token in _tokens(child.names, child.born)
    ]
    with transaction() as current:
        current.execute(delete(CrossToken).where(CrossToken.organisation_id == organisation_id))
        living = set(
            current.scalars(
                select(Case.id).where(Case.organisation_id == organisation_id, Case.restricted_on.is_(None))
            )
        )
        kept = [row for row in rows if row["case_id"] in living]
        if kept:
            current.execute(insert(CrossToken), kept)
    return len(kept)


def _tokens(names: Iterable[str], born: str) -> set[bytes]:
    """Exact tokens; without a full birth date a name says nothing about who somebody is."""
    try:
        if not PartialDate.parse(born).is_exact:
            return set()
    except PartialDateError:
        return set()
    key = records.keyring().subkey(INSTALLATION, PURPOSE)
    sounds = {" ".join(sorted({word.fold for word in words_of(name)})) for name in names}
    return {cipher.token(key, f"{sound}|{born}") for sound in sounds if sound}
