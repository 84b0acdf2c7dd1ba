"""The alarm of an emergency access: a message to every lead of the KI at once, which names nobody."""

from __future__ import annotations

from flask import current_app

from app import clock
from app.accounts import queries as people
from app.data.records import Scope
from app.messages import composers
from app.messages.models import Channel, MessagePayload
from app.messages.services import plan
from app.policies import Role
from cases.emergency.models import EmergencyAccess

MESSAGE_KIND = "emergency.alarm"
SUBJECT = "Einstieg: Notfallzugriff, bitte prüfen"
TEXT = """Guten Tag,

in Ihrem Haus hat eben jemand einen Fall im Notfallzugriff geöffnet.
Bitte melden Sie sich an und prüfen Sie, ob das nötig war:

{url}

Diese Nachricht nennt niemanden beim Namen.
"""


def declare() -> None:
    """Make the kind known: it answers something just done, so it knows no quiet hours."""
    composers.register(MESSAGE_KIND, label="Notfallzugriff", is_immediate=True)


def alarm(access: EmergencyAccess) -> None:
    """Write to the leads, or where there is none to the data-protection officers; in the open transaction."""
    house = access.organisation_id
    told = people.people(house, Role.LEAD) or people.people(house, Role.DATA_PROTECTION_OFFICER)
    profiles = people.profiles([user.id for user in told])
    url = f"{current_app.extensions['config'].base_url}/notfall/{access.id}"
    for user in told:
        plan(
            scope=Scope(house),
            case_id=None,
            subject_id=access.id,
            kind=MESSAGE_KIND,
            channel=Channel.EMAIL,
            due_at=clock.now(),
            dedupe_key=f"emergency:{access.id}:{user.id}",
            payload=MessagePayload(
                address=profiles[user.id].email, language="de", subject=SUBJECT, text=TEXT.format(url=url)
            ),
        )
