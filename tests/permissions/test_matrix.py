"""The permission matrix: each permission, person and relation to a case answers as the table says."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from app import clock, home, policies
from app.accounts.models import User
from app.messages.models import Message
from app.policies import Actor, OrganisationKind, Permission, Role, permits
from cases.emergency.models import EmergencyAccess
from cases.filters.models import SavedFilter
from cases.handover.models import Desk, Handover
from cases.handover.states import HandoverState
from cases.kinds import AccessKind
from cases.models import Case, CaseAccess
from cases.states import CaseState
from tests.permissions.table import PEOPLE, RELATIONS, SUBJECTS, TABLE

HOME, OTHER_KI, OTHER_BODY = UUID(int=1), UUID(int=2), UUID(int=3)
ME, COLLEAGUE, STRANGER = UUID(int=11), UUID(int=12), UUID(int=13)
THIS_CASE, OTHER_CASE = UUID(int=21), UUID(int=22)
KIM = {"kim_case_manager", "kim_lead"}
OF_THE_OWN_KI = "odcelursy"
RESTRICTED = "rst"


@pytest.fixture(autouse=True)
def tables() -> None:
    """Every package's table, as the application registers them."""
    for table in home.TABLES:
        policies.register(table)


def _actor(who: str, relation: str) -> Actor | None:
    if who == "nobody":
        return None
    if who == "family":
        return Actor(HOME, OrganisationKind.KI, invited_to=THIS_CASE if relation == "o" else OTHER_CASE)
    if who == "system":
        return Actor(HOME, OrganisationKind.KI, is_system=True)
    kind = OrganisationKind.KIM if who in KIM else OrganisationKind.KI
    roles = frozenset() if who == "no_role" else frozenset({Role(who)})
    return Actor(HOME, kind, user_id=ME, roles=roles)


def _case(relation: str) -> Case:
    advisor = {
        "o": ME,
        "d": COLLEAGUE,
        "c": COLLEAGUE,
        "e": COLLEAGUE,
        "l": COLLEAGUE,
        "u": None,
        "r": ME,
        "s": COLLEAGUE,
        "y": None,
    }
    case = Case(
        id=THIS_CASE,
        organisation_id=HOME if relation in OF_THE_OWN_KI else OTHER_KI,
        advisor_id=advisor.get(relation, STRANGER),
        restricted_on=date(2026, 11, 20) if relation in RESTRICTED else None,
        state=CaseState.REQUESTED if relation == "y" else CaseState.REPORTED,
    )
    access = {
        "d": (HOME, ME, AccessKind.DEPUTY),
        "e": (HOME, ME, AccessKind.EMERGENCY),
        "l": (HOME, ME, AccessKind.EMERGENCY),
        "a": (HOME, ME, AccessKind.HANDOVER),
        "b": (HOME, COLLEAGUE, AccessKind.HANDOVER),
        "x": (OTHER_BODY, STRANGER, AccessKind.HANDOVER),
        "s": (HOME, ME, AccessKind.DEPUTY),
        "t": (HOME, ME, AccessKind.HANDOVER),
    }.get(relation)
    if access is not None:
        body, user, kind = access
        until = clock.now() + timedelta(hours=1 if relation == "e" else -1)
        case.access = [CaseAccess(organisation_id=body, user_id=user, kind=kind, until=until)]
    return case


def _handover(relation: str, case: Case) -> Handover:
    desk = Desk(organisation_id=HOME if relation in "fpqab" else OTHER_BODY)
    state = HandoverState.ACCEPTED if relation in "abx" else HandoverState.OFFERED
    to = {"p": ME, "q": COLLEAGUE}.get(relation)
    return Handover(case_id=case.id, organisation_id=case.organisation_id, state=state, desk=desk, offered_to_id=to)


def _subject(permission: str, relation: str) -> Any:
    case = _case(relation)
    kind = SUBJECTS.get(permission, "case")
    if kind == "case":
        return case
    if kind == "person":
        return User(organisation_id=case.organisation_id)
    if kind == "emergency":
        # In some relations a colleague's access, in the others the actor's own: nobody reviews their own.
        return EmergencyAccess(organisation_id=case.organisation_id, user_id=ME if relation in "odlu" else COLLEAGUE)
    if kind == "filter":
        # One's own, a shared one of a colleague, a colleague's own; in the other relations that of another house.
        owner = ME if relation == "o" else COLLEAGUE
        return SavedFilter(organisation_id=case.organisation_id, owner_id=owner, is_shared=relation == "d")
    if kind == "message":
        return Message(organisation_id=case.organisation_id)
    handover = _handover(relation, case)
    return handover if kind == "handover" else handover.desk


def _expected(permission: str, who: str, relation: str) -> bool:
    cell = TABLE[permission].get(who, "")
    return cell == "*" or relation in cell


def test_every_registered_permission_stands_in_the_table() -> None:
    assert sorted(permission.value for permission in policies.registered()) == sorted(TABLE)


def test_the_table_names_nothing_that_does_not_exist() -> None:
    assert {who for row in TABLE.values() for who in row} <= set(PEOPLE)
    assert {role.value for role in Role} <= set(PEOPLE)
    assert {letter for row in TABLE.values() for cell in row.values() for letter in cell} <= {*RELATIONS, "*"}
    assert set(SUBJECTS) <= set(TABLE)


def test_every_cell_of_the_matrix() -> None:
    wrong, cells = [], 0
    for permission in policies.registered():
        for who in PEOPLE:
            for relation in RELATIONS:
                cells += 1
                subject = _subject(permission.value, relation)
                answer = permits(_actor(who, relation), permission, subject)
                if answer is not _expected(permission.value, who, relation):
                    wrong.append((permission.value, who, relation, answer))
    print(f"permission matrix: {cells} cells, {len(policies.registered())} permissions")
    assert cells == len(TABLE) * len(PEOPLE) * len(RELATIONS)
    assert wrong == []


def test_a_star_needs_no_subject_and_every_other_cell_does() -> None:
    for permission in policies.registered():
        for who in PEOPLE:
            if TABLE[permission.value].get(who) == "*":
                assert permits(_actor(who, "k"), permission, None), (permission, who)


def test_no_role_takes_away_what_another_gives_and_two_give_no_more_than_each() -> None:
    """Somebody who holds two roles may what either may, in every relation."""
    pairs = [(one, two) for one, two in combinations(Role, 2) if (one.value in KIM) is (two.value in KIM)]
    for permission in policies.registered():
        for one, two in pairs:
            kind = OrganisationKind.KIM if one.value in KIM else OrganisationKind.KI
            for relation in RELATIONS:
                actor = Actor(HOME, kind, user_id=ME, roles=frozenset({one, two}))
                expected = any(_expected(permission.value, role.value, relation) for role in (one, two))
                if permission.value == "case.open_in_emergency" and Role.LEAD in (one, two):
                    expected = False  # a lead opens every case of the house without an emergency
                assert permits(actor, permission, _subject(permission.value, relation)) is expected


def test_a_role_of_the_ki_opens_nothing_at_another_kind_of_body() -> None:
    """A role and the body it is held at belong together: reception, advisor and lead are roles of a KI."""
    for permission in policies.registered():
        if not permission.value.startswith("case."):
            continue
        for role in (Role.RECEPTION, Role.ADVISOR, Role.LEAD):
            for kind in (OrganisationKind.KIM, OrganisationKind.WELFARE, OrganisationKind.AUTHORITY):
                for relation in RELATIONS:
                    actor = Actor(HOME, kind, user_id=ME, roles=frozenset({role}))
                    assert not permits(actor, permission, _case(relation)), (permission, role, kind, relation)


def test_a_permission_that_no_table_holds_is_refused() -> None:
    class Unknown(Permission):
        ANYTHING = "unknown.anything"

    for who in PEOPLE:
        assert not permits(_actor(who, "o"), Unknown.ANYTHING, SimpleNamespace())


def test_two_predicates_for_one_permission_are_refused() -> None:
    permission = next(iter(policies.registered()))
    with pytest.raises(RuntimeError):
        policies.register({permission: lambda actor, subject: True})
