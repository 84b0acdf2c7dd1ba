"""Where messages and case files meet: the case behind a message, and the messages of a case."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy import func, select

from app import clock
from app.data.database import session
from app.messages import composers
from app.messages.composers import kind_of
from app.messages.kinds import Reason
from app.messages.models import Channel, Message, MessagePayload
from app.messages.queries import messages_of_case
from app.messages.references import CaseReference
from app.messages.services import cancel_channel
from app.policies import Actor, permits
from cases.consents.queries import may_write_by
from cases.kinds import ConsentPurpose
from cases.models import Case, Consent
from cases.panels import Panel
from cases.policies import CasePermission
from cases.queries import visible_to
from cases.rights.hooks import Recipient, Section, contributes, tells_recipients
from scheduling.booking import standing
from scheduling.codes import without_codes

MOST_SHOWN = 8
LINK = re.compile(r"(/t/[^/\s]+/)[^\s<>\"]+")
"""A family's own link as messages hold it, up to its end; the first part stays."""
MESSAGES = Section(
    key="messages",
    title="Nachrichten an die Familie",
    one="Nachricht",
    purpose="Einladung, Erinnerung und Bitte um Unterlagen",
    order=75,
    basis="Einwilligung, Art. 6 Abs. 1 lit. a DSGVO",
    source="bei der Bearbeitung entstanden",
    tables=(Message,),
    sheets=(MessagePayload,),
    labels={
        "subject_id": "Anlass",
        "due_at": "Geplant für",
        "next_try_at": "Nächster Versuch",
        "expires_at": "Wird danach nicht mehr gesendet",
        "attempts": "Versuche",
        "sent_at": "Gesendet",
        "address": "An",
        "subject": "Betreff",
        "calendar": "Kalenderdatei",
        "outcome": "Ergebnis",
        "dedupe_key": "Kennung",
        "token": "Versuch Nummer",
        "lease_until": "In Arbeit bis",
        "rung_at": "Angestoßen",
        "message_id": "Nachricht",
    },
    words={
        "kind": lambda value: kind_of(value).label,
        "reason": {reason.value: reason.label for reason in Reason},
    },
    quiet=frozenset({"dedupe_key", "token", "lease_until", "rung_at", "next_try_at", "organisation_id"}),
    withheld={
        "calendar": "(Die Kalenderdatei des Termins: In ihr steht der persönliche Link, der Ihre Seiten öffnet.)"
    },
    cleaned={"text": lambda text: without_keys(text), "subject": lambda text: without_keys(text)},
)
CARRIERS = {Channel.EMAIL: "Mailserver (Versand von E-Mails)", Channel.SMS: "Anbieter für SMS"}
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
    """Send nothing more on a channel whose consent the family has withdrawn, or on any when it took back all."""
    everything = consent.purpose is ConsentPurpose.COLLECTION
    for purpose, channel in CHANNELS.items():
        if everything or consent.purpose is purpose:
            cancel_channel(consent.case_id, channel)
            standing.forget_channel(consent.case_id, channel)


def is_wanted(case_id: UUID, channel: Channel) -> bool:
    """Whether the family of this case has not said No to this way of writing."""
    return all(may_write_by(case_id, purpose) for purpose, each in CHANNELS.items() if each is channel)


def without_keys(text: str) -> str:
    """A message without the family's own link and code: whoever holds one opens its pages or moves its talk."""
    return without_codes(LINK.sub(r"\1(weggelassen)", text))


def contribute() -> None:
    """Declare what the extract of Art. 15 GDPR says of messages, and who carried them."""
    contributes(MESSAGES)
    tells_recipients(carriers)
    composers.guard(is_wanted)


def carriers(case: Case) -> list[Recipient]:
    """Whose machines carried messages to the family: they saw address and text."""
    query = (
        select(Message.channel, func.count(), func.min(Message.sent_at), func.max(Message.sent_at))
        .where(Message.case_id == case.id, Message.sent_at.is_not(None))
        .group_by(Message.channel)
    )
    found = []
    for channel, count, first, last in session().execute(query):
        if first is None or last is None:
            continue
        days = clock.local(first).date(), clock.local(last).date()
        what = f"Adresse und Text von {count} Nachricht{'en' if count > 1 else ''}"
        found.append(Recipient(CARRIERS[channel], what, *days, must_be_told=False))
    return found


PANEL = Panel("messages", "Nachrichten", "messages/_panel.html", CasePermission.READ, latest_messages, 60)


def _url(actor: Actor, case: Case) -> str:
    return url_for("cases.show", case_id=case.id) if permits(actor, CasePermission.READ, case) else ""
