"""What people must still do when a consent is taken back: tell those who have the data, and decide on erasing it.

What the program itself does stops elsewhere at once: messages in app/case_messages.py, handovers in cases/handover,
placements in cases/placement, interpreters and links in scheduling, health sheets in cases/consents/queries.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from app import clock
from app.data.database import transaction
from app.policies import Actor
from cases.consents.queries import has_withdrawn
from cases.kinds import ConsentPurpose, TaskKind
from cases.models import Consent
from cases.policies import CasePermission
from cases.queries import get_case
from cases.tasks.services import add_task

TASKS: Mapping[ConsentPurpose, str] = {
    ConsentPurpose.COLLECTION: (
        "Einwilligung zur Erhebung widerrufen: Löschung prüfen (Art. 17 DSGVO), bis dahin einschränken (Art. 18 DSGVO)."
    ),
    ConsentPurpose.HEALTH: (
        "Einwilligung zu Gesundheitsangaben widerrufen: Die Angaben sind geschlossen. Bitte löschen oder begründen, "
        "warum sie bleiben müssen (Art. 9, 17 DSGVO)."
    ),
    ConsentPurpose.HEALTH_OFFICE: "Einwilligung widerrufen: dem Gesundheitsamt mitteilen, was es löschen soll.",
    ConsentPurpose.SCHOOL: "Einwilligung widerrufen: der Schule mitteilen, was sie löschen soll.",
}
"""What is written on the task; a purpose that is not here leaves nothing for people to do."""


def heed_withdrawal(actor: Actor, consent: Consent) -> None:
    """Give whoever counsels the case the task that follows, unless another consent or a law still covers it."""
    case = get_case(actor, consent.case_id, CasePermission.MANAGE_CONSENTS)
    with transaction() as current:
        current.flush()
        if has_withdrawn(case.id, consent.purpose):
            add_task(actor, case_id=case.id, kind=TaskKind.GENERAL, due_on=clock.today(), text=TASKS[consent.purpose])
