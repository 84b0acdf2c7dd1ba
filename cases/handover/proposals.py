"""Which desks fit one handover now: its facts brought to the routing rules."""

from __future__ import annotations

from sqlalchemy import select

from app import clock
from app.data import records
from app.data.database import session
from cases.handover import queries, rules, steps
from cases.handover.models import Handover, HandoverSheet, HandoverStep
from cases.handover.rules import Routing, RoutingRequest
from cases.handover.states import HandoverState
from cases.models import Case
from cases.sheets import FamilySheet


def for_handover(case: Case, handover: Handover) -> Routing:
    """The desks that fit this handover now, with reasons."""
    owner = case.organisation_id
    sheet = records.get(HandoverSheet, handover.id, reader=owner).sheet
    family = records.get(FamilySheet, case.id, reader=owner).sheet
    holding = steps.holding_desk(handover) if handover.manager_id is not None else None
    declined = select(HandoverStep.desk_id).where(
        HandoverStep.handover_id == handover.id, HandoverStep.state == HandoverState.DECLINED
    )
    request = RoutingRequest(
        needs=frozenset(sheet.needs),
        district=family.district,
        language=family.language,
        declined=frozenset(desk_id for desk_id in session().scalars(declined) if desk_id is not None),
        handing_on=holding.id if holding else None,
        recipients=queries.recipients(queries.consents_for(case.id, today=clock.today())),
    )
    return rules.route(request, queries.desk_facts())
