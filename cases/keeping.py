"""What every change of a case keeps right: rows and sheets together, the summary, the waiting days, the trail."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.data import audit, records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session
from app.errors import Conflict
from app.policies import Actor
from cases import schooling
from cases.latin import latin_reading
from cases.models import Case, Child, Guardian
from cases.shards import keeping as shards
from cases.shards.facts import facts_of
from cases.sheets import CaseSummary, ChildLine, ChildSheet, FamilySheet, GuardianSheet
from cases.states import CaseState


def hold(case_id: UUID) -> None:
    """Queue at the case's row until the open transaction ends; raises Conflict where the case has become a shell.

    A merge that was decided meanwhile took all content with it: what is written now would lie where nobody looks.
    """
    query = select(Case.merged_into_id).where(Case.id == case_id).with_for_update(key_share=True)
    if session().scalar(query) is not None:
        raise Conflict("merged into another case meanwhile")


def keep_in_step(case: Case) -> None:
    """Write summary, shards and waiting days anew from the sheets; inside the transaction that changed one of them."""
    owner = case.organisation_id
    # Locked: of two who change the same family at once, the second has to see what the first wrote.
    hold(case.id)
    session().flush()
    session().expire(case, ["children", "guardians"])
    family = records.get(FamilySheet, case.id, reader=owner).sheet
    children = {key: stored.sheet for key, stored in records.of_case(ChildSheet, case.id, reader=owner).items()}
    guardians = {key: stored.sheet for key, stored in records.of_case(GuardianSheet, case.id, reader=owner).items()}
    summary = summary_of(case, family, children, list(guardians.values()))
    records.put(summary, record_id=case.id, scope=case.scope)
    if case.state is not CaseState.REQUESTED:
        shards.keep(case, facts_of(case, family, children, guardians, latin=summary.latin))
    reported_on = clock.local(case.opened_at).date()
    for child in case.children:
        child.waiting_since = schooling.waiting_since(family, children[child.id], reported_on=reported_on)


def child_name(sheet: ChildSheet) -> str:
    """The given names, with the family name where it is not the family's."""
    return f"{sheet.given_names} {sheet.family_name}".strip()


def seal_child(case: Case, sheet: ChildSheet) -> Child:
    """Add a child's row and sheet to a case inside the open transaction."""
    position = max((child.position for child in case.children), default=0) + 1
    child = Child(id=new_id(), position=position)
    case.children.append(child)
    records.create(sheet, record_id=child.id, scope=case.scope)
    return child


def seal_guardian(case: Case, sheet: GuardianSheet) -> Guardian:
    """Add a guardian's row and sheet to a case inside the open transaction."""
    position = max((guardian.position for guardian in case.guardians), default=0) + 1
    guardian = Guardian(id=new_id(), position=position)
    case.guardians.append(guardian)
    records.create(sheet, record_id=guardian.id, scope=case.scope)
    return guardian


def note(
    actor: Actor,
    case: Case,
    action: Action,
    kind: str,
    *,
    subject_id: UUID | None = None,
    digest: str = "",
    facts: Mapping[str, str | int | list[str]] | None = None,
) -> None:
    """Write an audit entry about a case; `facts` hold names of fields and states, never their content."""
    audit.record(
        action,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        subject_kind=kind,
        subject_id=subject_id or case.id,
        case_id=case.id,
        digest=digest,
        facts=dict(facts) if facts else None,
    )


def summary_of(
    case: Case, family: FamilySheet, children: dict[UUID, ChildSheet], guardians: list[GuardianSheet]
) -> CaseSummary:
    """What lists and search need of these sheets; `children` by their rows' ids."""
    others = [sheet.passport_name for sheet in children.values()] + [guardian.name for guardian in guardians]
    phones = list(dict.fromkeys(phone for phone in (family.phone, *(g.phone for g in guardians)) if phone))
    return CaseSummary(
        family_name=family.family_name,
        latin=latin_reading(family.family_name, others),
        children=[_child_line(child.id, children[child.id]) for child in case.children],
        other_names=list(dict.fromkeys(name for name in others if name)),
        language=family.language,
        district=family.district,
        phone=phones[0] if phones else "",
        other_phones=phones[1:],
        interpreter=family.interpreter,
    )


def _child_line(child_id: UUID, sheet: ChildSheet) -> ChildLine:
    name = child_name(sheet)
    latin = latin_reading(name, [sheet.passport_name])
    return ChildLine(child_id=str(child_id), name=name, born=sheet.born, latin=latin)
