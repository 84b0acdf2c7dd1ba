"""Some invented families are handed over to KIM, one for each way that can go; through the services themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts import queries as account_queries
from app.accounts.models import Organisation, User
from app.data.database import session
from app.demo.inventing import texts
from app.policies import Actor, OrganisationKind, system_of
from cases.consents.services import record_consent
from cases.handover.models import Desk, Handover
from cases.handover.rules import Need, Urgency
from cases.handover.services.answering import accept, decline
from cases.handover.services.passing import return_case
from cases.handover.services.requesting import choose_desk, request_handover, withdraw
from cases.handover.services.routing import route
from cases.handover.states import HandoverState
from cases.kinds import ConsentPurpose, LegalBasis
from cases.models import Case
from cases.sheets import ConsentDetail
from cases.states import CaseState

_S = HandoverState
WAYS = (_S.OFFERED, _S.ACCEPTED, _S.UNROUTED, _S.RETURNED, _S.DECLINED, _S.OFFERED, _S.ACCEPTED, _S.WITHDRAWN)
MANAGERS = {"kim": "kim", "bruecke": "traeger", "hafen": "traeger2"}
MOST = 60


def hand_over_some(
    cases: Sequence[Case], bodies: Mapping[str, Organisation], users: Mapping[str, User], *, seed: int
) -> int:
    """Hand every other counselled family over (at most sixty), with each outcome in turn; answers how many.

    Consent is given for one body; a body without a desk leaves the handover without a fitting place.
    """
    random = Random(f"{seed}/handovers")  # noqa: S311
    counselled = [case for case in cases if case.state is CaseState.COUNSELLED and case.advisor_id][::2][:MOST]
    receivers = ("kim", "bruecke", "kim", "hafen")
    for number, case in enumerate(counselled):
        way = WAYS[number % len(WAYS)]
        body = "schulamt" if way is HandoverState.UNROUTED else receivers[number % len(receivers)]
        handover = _request(case, bodies[body], random)
        if way is not HandoverState.UNROUTED and handover.state is not HandoverState.OFFERED:
            _offer_to(case, handover, bodies[body])
        manager = account_queries.actor_of(users[MANAGERS.get(body, "kim")])
        _go_on(handover, way, manager, _advisor(case))
    return len(counselled)


def _request(case: Case, body: Organisation, random: Random) -> Handover:
    actor = _advisor(case)
    consent = record_consent(
        actor,
        case_id=case.id,
        purpose=ConsentPurpose.KIM_HANDOVER,
        legal_basis=LegalBasis.CONSENT,
        given_on=clock.today(),
        detail=ConsentDetail(given_by="Mutter", explained_in="de", form="written", recipient=body.name),
        recipient_id=body.id,
    )
    handover = request_handover(
        actor,
        case_id=case.id,
        consent_id=consent.id,
        needs=random.sample(list(Need), k=random.randint(2, 4)),
        reason=random.choice(texts()["handover_reasons"]),
        urgency=random.choice(list(Urgency)),
    )
    return route(system_of(case.organisation_id, OrganisationKind.KI), handover_id=handover.id)


def _offer_to(case: Case, handover: Handover, body: Organisation) -> None:
    """The advisor chooses a desk where routing found none."""
    desk_id = session().scalar(select(Desk.id).where(Desk.organisation_id == body.id).order_by(Desk.id).limit(1))
    if desk_id is not None:
        choose_desk(_advisor(case), handover_id=handover.id, desk_id=desk_id)


def _go_on(handover: Handover, way: HandoverState, manager: Actor, sender: Actor) -> None:
    handover_id: UUID = handover.id
    if way in (HandoverState.ACCEPTED, HandoverState.RETURNED):
        accept(manager, handover_id=handover_id, text="Wir melden uns in dieser Woche.")
    if way is HandoverState.RETURNED:
        return_case(manager, handover_id=handover_id, reason="Die Fragen sind geklärt, Begleitung nicht mehr nötig.")
    if way is HandoverState.DECLINED:
        decline(manager, handover_id=handover_id, reason="Zurzeit sind alle Plätze belegt.")
    if way is HandoverState.WITHDRAWN:
        withdraw(sender, handover_id=handover_id, reason="Die Familie hat selbst Hilfe gefunden.")


def _advisor(case: Case) -> Actor:
    return account_queries.actor_of(session().get_one(User, case.advisor_id))
