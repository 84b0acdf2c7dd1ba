"""Drafts of cases: what a family left on the open page, sealed like any case and known to nobody until it is taken.

A draft has no running number (a number that is never used would be a gap) and stands in no shard, so that neither
lists nor search nor the check for duplicates find it. `take_draft` makes it a case like any other.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from uuid import UUID

from app import clock
from app.data import records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import after_commit, transaction
from app.errors import NotFound, NotPermitted
from app.policies import Actor
from cases.keeping import keep_in_step, note, seal_child
from cases.models import Case
from cases.policies import CasePermission
from cases.queries import get_case
from cases.references import next_reference
from cases.retention.erasing import erase_case_rows
from cases.sheets import ChildSheet, FamilySheet
from cases.states import CaseState, check_case_step

_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def open_draft(organisation_id: UUID, *, family: FamilySheet) -> UUID:
    """Seal a family's request under a key of its own; answers the draft's id."""
    case = Case(
        id=new_id(),
        organisation_id=organisation_id,
        reference=f"Anfrage {''.join(secrets.choice(_SIGNS) for _ in range(8))}",
        state=CaseState.REQUESTED,
        opened_at=clock.now(),
    )
    ring = records.keyring()
    ring.create_key(case.id, organisation_id)
    try:
        with transaction() as current:
            current.add(case)
            current.flush()
            records.create(family, record_id=case.id, scope=case.scope)
            keep_in_step(case)
    except BaseException:
        ring.drop_keys(case.id)
        raise
    return case.id


def change_draft(
    actor: Actor, *, case_id: UUID, family: FamilySheet | None = None, children: Sequence[ChildSheet] | None = None
) -> None:
    """What the family itself says anew while its request is a draft; raises NotPermitted for anybody and anything else.

    Children are replaced as a whole.
    """
    with transaction() as current:
        case = get_case(actor, case_id, CasePermission.BOOK)
        if case.state is not CaseState.REQUESTED or actor.invited_to != case_id:
            raise NotPermitted("no draft of this family")
        if family is not None:
            records.put(family, record_id=case_id, scope=case.scope)
        if children is not None:
            for child in list(case.children):
                records.remove(ChildSheet, child.id)
                case.children.remove(child)
            current.flush()
            for sheet in children:
                seal_child(case, sheet)
        keep_in_step(case)


def take_draft(actor: Actor, *, case_id: UUID) -> Case:
    """Make a request a case of the house: with its number, in lists and search from now on."""
    case = get_case(actor, case_id, CasePermission.TAKE_REQUEST)
    with transaction():
        case = get_case(actor, case_id, CasePermission.TAKE_REQUEST)
        check_case_step(case.state, CaseState.REPORTED)
        facts = {"from": case.state.value, "to": CaseState.REPORTED.value}
        case.state = CaseState.REPORTED
        case.reference = next_reference(case.organisation_id, year=clock.local(case.opened_at).year)
        keep_in_step(case)
        note(actor, case, Action.CHANGED, "case.state", facts=facts)
    return case


def erase_draft(organisation_id: UUID, *, case_id: UUID) -> None:
    """Delete every row of a draft inside the open transaction, its key after it; a case that was taken stays."""
    with transaction() as current:
        case = current.get(Case, case_id, populate_existing=True, with_for_update=True)
        if case is None or case.organisation_id != organisation_id or case.state is not CaseState.REQUESTED:
            raise NotFound("draft")
        current.expunge(case)
        erase_case_rows(organisation_id, case_id, from_shards=False)
        after_commit(lambda: records.keyring().drop_keys(case_id))
