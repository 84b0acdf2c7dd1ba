"""The facts of cases read anew from their sealed sheets: for building shards from nothing, and mending one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.data import records
from app.data.database import session
from cases.latin import latin_reading
from cases.models import Case
from cases.shards.facts import CaseFacts, facts_of
from cases.sheets import ChildSheet, FamilySheet, GuardianSheet
from cases.states import CaseState

AT_ONCE = 400


def all_of(organisation_id: UUID) -> Iterator[CaseFacts]:
    """The facts of every case of an organisation, oldest first."""
    ids = session().scalars(select(Case.id).where(Case.organisation_id == organisation_id).order_by(Case.id)).all()
    yield from of(organisation_id, ids)


def of(organisation_id: UUID, case_ids: Collection[UUID]) -> Iterator[CaseFacts]:
    """The facts of these cases; one whose sheets are gone is passed over."""
    wanted = sorted(case_ids)
    for start in range(0, len(wanted), AT_ONCE):
        yield from _some(organisation_id, wanted[start : start + AT_ONCE])


def _some(organisation_id: UUID, case_ids: Collection[UUID]) -> Iterator[CaseFacts]:
    living = (
        Case.organisation_id == organisation_id,
        Case.merged_into_id.is_(None),
        Case.state != CaseState.REQUESTED,
    )
    query = select(Case).where(Case.id.in_(case_ids), *living).order_by(Case.id)
    cases = session().scalars(query.options(selectinload(Case.children), selectinload(Case.guardians))).all()
    families = records.find_many(FamilySheet, case_ids, reader=organisation_id)
    child_ids = [child.id for case in cases for child in case.children]
    guardian_ids = [guardian.id for case in cases for guardian in case.guardians]
    children = records.find_many(ChildSheet, child_ids, reader=organisation_id)
    guardians = records.find_many(GuardianSheet, guardian_ids, reader=organisation_id)
    for case in cases:
        if case.id not in families:
            continue
        family = families[case.id].sheet
        own = {child.id: children[child.id].sheet for child in case.children if child.id in children}
        adults = {one.id: guardians[one.id].sheet for one in case.guardians if one.id in guardians}
        spellings = [sheet.passport_name for sheet in own.values()] + [sheet.name for sheet in adults.values()]
        yield facts_of(case, family, own, adults, latin=latin_reading(family.family_name, spellings))
