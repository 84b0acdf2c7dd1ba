"""A family without an invitation asks for a talk: step by step into a draft case that ends by itself.

The draft is made with the first answer that is somebody's (the name), and not only with the time: every later answer
then lies sealed with it, behind a link of the family's own, and none in a cookie, an address or a hidden field
(docs/decisions/0018).
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from app import clock
from app.accounts.queries import organisations
from app.data import records
from app.data.audit import Action
from app.data.base import new_id
from app.data.database import session, transaction
from app.errors import NotFound, NotPermitted
from app.policies import Actor, OrganisationKind
from cases import drafts
from cases.keeping import note
from cases.models import Case
from cases.policies import CasePermission, is_request
from cases.queries import get_case
from cases.sheets import ChildSheet, FamilySheet
from scheduling import queries, services
from scheduling.booking import links
from scheduling.booking.visits import family_actor
from scheduling.models import AppointmentSheet
from scheduling.requests import codes
from scheduling.requests.following import request_of
from scheduling.requests.models import BookingRequest
from scheduling.requests.queries import takes_requests
from scheduling.requests.states import RequestStage
from scheduling.states import AppointmentKind

GERMAN = "de"


def open_house() -> UUID | None:
    """The KI that offers first talks on the open page, the oldest of several; None when none does."""
    houses = [house.id for house in organisations(OrganisationKind.KI)]
    return min((house for house in houses if takes_requests(house)), default=None)


def begin(*, organisation_id: UUID, language: str, spoken: str, family_name: str, proof: str | None = None) -> str:
    """Make the draft; answers the token of the family's link. `proof` is good for one request only.

    Raises NotPermitted when the house takes no requests.
    """
    if open_house() != organisation_id:
        raise NotPermitted("the open page is closed")
    family = FamilySheet(
        family_name=family_name,
        language=spoken,
        letter_language=language,
        interpreter=spoken != GERMAN,
        interpreter_language=spoken if spoken != GERMAN else "",
    )
    with transaction() as current:
        case_id = drafts.open_draft(organisation_id, family=family)
        case = current.get_one(Case, case_id)
        request = BookingRequest(
            id=new_id(),
            organisation_id=organisation_id,
            case_id=case_id,
            state=RequestStage.TYPING,
            created_at=clock.now(),
            proof=proof,
        )
        current.add(request)
        actor = family_actor(organisation_id, case_id)
        _, token = links.issue(actor, case, AppointmentKind.FIRST_TALK)
        note(actor, case, Action.CREATED, "request", subject_id=request.id, facts={"by": "family"})
    return token


def say_children(actor: Actor, *, case_id: UUID, born: Sequence[str]) -> None:
    """Which children it is about, each by the year of its birth; their names are asked in the talk."""
    _typing(actor, case_id)
    children = [ChildSheet(given_names=f"Kind {number}", born=year) for number, year in enumerate(born, 1)]
    drafts.change_draft(actor, case_id=case_id, children=children)


def say_contact(actor: Actor, *, case_id: UUID, channel: str, email: str, phone: str) -> None:
    """How the family can be reached; a contact that was proven before is to be proven again when it changes."""
    case, request = _typing(actor, case_id)
    family = queries.family_of(case)
    changed = msgspec.structs.replace(family, channel=channel, email=email, phone=phone)
    with transaction():
        if changed != family:
            fresh = session().get_one(BookingRequest, request.id, populate_existing=True)
            fresh.verified_at = fresh.code_token = None
        drafts.change_draft(actor, case_id=case_id, family=changed)
        if queries.draft_of(case_id) is not None:
            services.keep_answers(actor, case_id=case_id, answers=answers_of(case))


def keep_with_time(actor: Actor, *, case_id: UUID) -> None:
    """Put what the family said beside the time it holds now."""
    case, _ = _typing(actor, case_id)
    services.keep_answers(actor, case_id=case_id, answers=answers_of(case))


def send_code(actor: Actor, *, case_id: UUID) -> None:
    """Send the six digits and hold the time for another ten minutes; raises NoMoreCodes, and SlotTaken."""
    _typing(actor, case_id)
    draft = queries.draft_of(case_id)
    if draft is None:
        raise NotFound("draft")
    services.hold(actor, case_id=case_id, kind=draft.kind, starts=draft.starts_at)
    with transaction():
        case, request = _typing(actor, case_id)
        queries.lock_case(case_id)
        codes.send(case, request, answers_of(case))


def prove(actor: Actor, *, case_id: UUID, typed: str) -> bool:
    """Whether these are the digits that were sent; each try counts, kept before anything is answered."""
    with transaction():
        queries.lock_case(case_id)
        case, request = _typing(actor, case_id)
        if not codes.fits(request, typed, answers_of(case)):
            return False
        request.verified_at = clock.now()
        request.code_token = None
    return True


def answers_of(case: Case) -> AppointmentSheet:
    """What the family said, as an appointment keeps it."""
    family = queries.family_of(case)
    return AppointmentSheet(
        language=family.letter_language or GERMAN,
        interpreter_language=family.interpreter_language,
        coming=["child", "guardian"],
        coming_count=1 + len(case.children),
        children=[str(child.id) for child in case.children],
        channel=family.channel,
        email=family.email,
        phone=family.phone,
    )


def born_in(case: Case) -> list[str]:
    """The years of birth of the children of a request, in the order the family named them."""
    sheets = records.of_case(ChildSheet, case.id, reader=case.organisation_id)
    return [sheets[child.id].sheet.born for child in case.children if child.id in sheets]


def is_proven(case: Case) -> bool:
    """Whether the contact of a request was shown to be the family's own."""
    request = request_of(case)
    return request is not None and request.verified_at is not None


def _typing(actor: Actor, case_id: UUID) -> tuple[Case, BookingRequest]:
    """The draft this family still writes; raises NotPermitted once it is sent: nothing personal changes after that."""
    case = get_case(actor, case_id, CasePermission.BOOK)
    request = request_of(case) if is_request(case) else None
    if request is None or request.state is not RequestStage.TYPING or actor.invited_to != case_id:
        raise NotPermitted("no request to change")
    return case, request
