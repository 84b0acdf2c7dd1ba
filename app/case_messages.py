"""Where messages and case files meet: the case behind a message, and the messages of a case."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy import select

from app.data.database import session
from app.messages.composers import kind_of
from app.messages.models import Channel
from app.messages.queries import messages_of_case
from app.messages.references import CaseReference
from app.messages.services import cancel_channel
from app.policies import Actor, permits
from cases.kinds import ConsentPurpose
from cases.models import Case, Consent
from cases.panels import Panel
from cases.policies import CasePermission
from cases.queries import visible_to
from scheduling.booking import standing

MOST_SHOWN = 8
CHANNELS = {ConsentPurpose.CONTACT_EMAIL: Channel.EMAIL, ConsentPurpose.CONTACT_SMS: Channel.SMS}


def case_references(actor: Actor, case_ids: Collection[UUID]) -> Mapping[UUID, CaseReference]:
    """The reference numbers of these cases, as links where this actor may open the case."""
    cases = session().scalars(select(Case).where(Case.id.in_(case_ids), visible_to(actor)))
    return {case.id: CaseReference(case.reference, _url(actor, case)) for case in cases}


def latest_messages(_: Actor, case: Case) -> Mapping[str, Any] | None:
    """What was or will be sent in this case, newest first, without its content; None when there is nothing."""
    found = messages_of_case(case.id)[:MOST_SHOWN]
    return {"messages": found, "label_of": lambda message: kind_of(message.kind).label} if found else None


def heed_withdrawal(actor: Actor, consent: Consent) -> None:
    """Send nothing more on a channel whose consent the family has withdrawn."""
    channel = CHANNELS.get(consent.purpose)
    if channel is not None:
        cancel_channel(consent.case_id, channel)
        standing.forget_channel(consent.case_id, channel)


PANEL = Panel("messages", "Nachrichten", "messages/_panel.html", CasePermission.READ, latest_messages, 60)


def _url(actor: Actor, case: Case) -> str:
    return url_for("cases.show", case_id=case.id) if permits(actor, CasePermission.READ, case) else ""
