"""Who may do what in a case file: by role, by organisation, and by relation to the case."""

from __future__ import annotations

from typing import Any

from app import clock
from app.policies import Actor, OrganisationKind, Permission, Predicate, Role
from cases.kinds import AccessKind
from cases.models import Case
from cases.states import CaseState


class CasePermission(Permission):
    """What can be done with case files; the subject is the Case, or nothing for lists and making."""

    LIST = "case.list"
    SEARCH = "case.search"
    OPEN = "case.open"
    FIND = "case.find"
    READ = "case.read"
    CHANGE = "case.change"
    ADVANCE = "case.advance"
    READ_HEALTH = "case.read_health"
    CHANGE_HEALTH = "case.change_health"
    READ_NOTES = "case.read_notes"
    WRITE_NOTES = "case.write_notes"
    MANAGE_DOCUMENTS = "case.manage_documents"
    READ_CONSENTS = "case.read_consents"
    MANAGE_CONSENTS = "case.manage_consents"
    MANAGE_TASKS = "case.manage_tasks"
    ASSIGN = "case.assign"
    INVITE = "case.invite"
    BOOK = "case.book"
    PLACE = "case.place"
    HAND_OVER = "case.hand_over"
    READ_TRACE = "case.read_trace"
    CLOSE = "case.close"
    OPEN_IN_EMERGENCY = "case.open_in_emergency"
    TAKE_REQUEST = "case.take_request"


def works_with_cases(actor: Actor, _: Any) -> bool:
    """Anybody whose work is with case files."""
    return is_ki_staff(actor, None) or is_kim_staff(actor, None)


def is_ki_staff(actor: Actor, _: Any) -> bool:
    """Reception, advisors and lead of a KI."""
    return actor.organisation_kind is OrganisationKind.KI and actor.has(Role.RECEPTION, Role.ADVISOR, Role.LEAD)


def is_kim_staff(actor: Actor, _: Any) -> bool:
    """Case managers and leads at the city or a welfare body."""
    return actor.has(Role.KIM_CASE_MANAGER, Role.KIM_LEAD)


def belongs_to_own_ki(actor: Actor, case: Case) -> bool:
    """The case is of the actor's own KI: enough to find it by name, not to open it; a request is nobody's yet."""
    return is_ki_staff(actor, None) and case.organisation_id == actor.organisation_id and not is_request(case)


def is_request(case: Case) -> bool:
    """What a family left on the open page and nobody has taken: it shows in the inbox of requests alone."""
    return case.state is CaseState.REQUESTED


def takes_requests(actor: Actor, case: Case) -> bool:
    """Reception, advisors and lead of the KI a request was left at."""
    return is_request(case) and is_ki_staff(actor, None) and case.organisation_id == actor.organisation_id


def is_restricted(case: Case) -> bool:
    """Kept and not used (Art. 18 GDPR): nobody changes, books, sends or hands over, and few may look."""
    return case.restricted_on is not None


def keeps_restricted(actor: Actor, case: Case) -> bool:
    """The lead and the advisor of a restricted case, who alone may still read it."""
    if not is_restricted(case) or not belongs_to_own_ki(actor, case):
        return False
    return actor.has(Role.LEAD) or (actor.has(Role.ADVISOR) and case.advisor_id == actor.user_id)


def may_find(actor: Actor, case: Case) -> bool:
    """Everybody of its KI and who manages it; a restricted case only those who keep it."""
    if is_restricted(case):
        return keeps_restricted(actor, case)
    return belongs_to_own_ki(actor, case) or manages(actor, case)


def counsels(actor: Actor, case: Case) -> bool:
    """The case's advisor or deputy, any advisor while it has none, and the lead of its KI; of no restricted case."""
    if is_restricted(case) or not belongs_to_own_ki(actor, case):
        return False
    if actor.has(Role.LEAD):
        return True
    return actor.has(Role.ADVISOR) and (case.advisor_id in (None, actor.user_id) or is_deputy(actor, case))


def is_deputy(actor: Actor, case: Case) -> bool:
    """Somebody the case was shared with inside the KI."""
    return any(
        row.kind is AccessKind.DEPUTY and row.user_id == actor.user_id and actor.user_id is not None
        for row in case.access
    )


def receives_family(actor: Actor, case: Case) -> bool:
    """Reception of the case's KI, who takes calls and papers, or those who counsel."""
    if is_restricted(case):
        return False
    return counsels(actor, case) or (actor.has(Role.RECEPTION) and belongs_to_own_ki(actor, case))


def manages(actor: Actor, case: Case) -> bool:
    """The KIM case manager who accepted the case, or the lead of that body; of no restricted case."""
    if is_restricted(case):
        return False
    for row in case.access:
        if row.kind is not AccessKind.HANDOVER or row.organisation_id != actor.organisation_id:
            continue
        if actor.has(Role.KIM_LEAD) or (actor.has(Role.KIM_CASE_MANAGER) and row.user_id == actor.user_id):
            return True
    return False


def has_opened_in_emergency(actor: Actor, case: Case) -> bool:
    """An advisor of the case's KI who opened it without being asked in, until that runs out."""
    if is_restricted(case) or not (belongs_to_own_ki(actor, case) and actor.has(Role.ADVISOR)):
        return False
    now = clock.now()
    return any(
        row.kind is AccessKind.EMERGENCY and row.user_id == actor.user_id and row.until is not None and row.until > now
        for row in case.access
    )


def may_open_in_emergency(actor: Actor, case: Case) -> bool:
    """An advisor who finds the case of a colleague by its name and may not open it."""
    is_advisor = belongs_to_own_ki(actor, case) and actor.has(Role.ADVISOR) and not is_restricted(case)
    return is_advisor and not counsels(actor, case) and not has_opened_in_emergency(actor, case)


def may_read(actor: Actor, case: Case) -> bool:
    """Those who receive, counsel, manage or came in an emergency; the system for its own organisation's cases."""
    if receives_family(actor, case) or manages(actor, case) or acts_for_owner(actor, case):
        return True
    return has_opened_in_emergency(actor, case) or keeps_restricted(actor, case)


def counsels_or_manages(actor: Actor, case: Case) -> bool:
    """Those who work with the content of a case."""
    return counsels(actor, case) or manages(actor, case)


def reads_content(actor: Actor, case: Case) -> bool:
    """Those who work with the content of a case, and who came in an emergency, who only reads it."""
    if counsels_or_manages(actor, case) or has_opened_in_emergency(actor, case):
        return True
    return keeps_restricted(actor, case)


def acts_for_owner(actor: Actor, case: Case) -> bool:
    """The system, on behalf of the organisation the case belongs to."""
    return actor.is_system and actor.organisation_id == case.organisation_id and not is_restricted(case)


def books(actor: Actor, case: Case) -> bool:
    """Staff of the case, or the family itself with its link; nobody while it is restricted."""
    if is_restricted(case):
        return False
    return receives_family(actor, case) or manages(actor, case) or actor.invited_to == case.id


def leads_ki(actor: Actor, case: Case) -> bool:
    """The lead of the case's KI, or the advisor who takes an unassigned case."""
    if is_restricted(case) or not belongs_to_own_ki(actor, case):
        return False
    return actor.has(Role.LEAD) or (actor.has(Role.ADVISOR) and case.advisor_id in (None, actor.user_id))


TABLE: dict[Permission, Predicate] = {
    CasePermission.LIST: works_with_cases,
    CasePermission.SEARCH: works_with_cases,
    CasePermission.OPEN: is_ki_staff,
    CasePermission.FIND: may_find,
    CasePermission.READ: may_read,
    CasePermission.CHANGE: lambda actor, case: receives_family(actor, case) or acts_for_owner(actor, case),
    CasePermission.ADVANCE: lambda actor, case: books(actor, case) or acts_for_owner(actor, case),
    CasePermission.READ_HEALTH: reads_content,
    CasePermission.CHANGE_HEALTH: counsels,
    CasePermission.READ_NOTES: reads_content,
    CasePermission.WRITE_NOTES: counsels_or_manages,
    CasePermission.MANAGE_DOCUMENTS: lambda actor, case: receives_family(actor, case) or acts_for_owner(actor, case),
    CasePermission.READ_CONSENTS: may_read,
    CasePermission.MANAGE_CONSENTS: lambda actor, case: receives_family(actor, case) or manages(actor, case),
    CasePermission.MANAGE_TASKS: lambda actor, case: may_read(actor, case) and not is_restricted(case),
    CasePermission.ASSIGN: leads_ki,
    CasePermission.INVITE: receives_family,
    CasePermission.BOOK: books,
    CasePermission.PLACE: counsels,
    CasePermission.HAND_OVER: counsels,
    CasePermission.READ_TRACE: lambda actor, case: counsels_or_manages(actor, case) or keeps_restricted(actor, case),
    CasePermission.CLOSE: counsels,
    CasePermission.OPEN_IN_EMERGENCY: may_open_in_emergency,
    CasePermission.TAKE_REQUEST: takes_requests,
}
