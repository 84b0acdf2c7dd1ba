"""What the composition binds together: complete papers invite, a withdrawn consent silences."""

from __future__ import annotations

from datetime import timedelta

from app import clock
from app.data.database import session, transaction
from app.messages.models import Channel, MessagePayload, MessageState
from app.messages.services import plan
from cases.consents.services import record_consent, withdraw_consent
from cases.documents import queries, services
from cases.kinds import ConsentPurpose, LegalBasis
from cases.models import Case
from cases.sheets import ConsentDetail
from cases.states import CaseState, DocumentState
from scheduling.models import Invitation
from tests.plugins.application import World
from tests.plugins.families import OpenCase


def test_a_family_whose_papers_are_complete_is_invited_once(world: World, open_case: OpenCase) -> None:
    actor = world.actor("reception")
    case_id = open_case().id
    services.start_checklist(actor, case_id=case_id)
    papers = [document.id for document in queries.documents_of(case_id) if document.is_required]
    for document_id in papers:
        assert session().query(Invitation).filter_by(case_id=case_id).count() == 0
        services.set_state(actor, document_id=document_id, state=DocumentState.CHECKED)
    for state in (DocumentState.RECEIVED, DocumentState.CHECKED):
        services.set_state(actor, document_id=papers[0], state=state)
    assert session().query(Invitation).filter_by(case_id=case_id).count() == 1
    case = session().get(Case, case_id)
    assert case is not None
    assert case.state is CaseState.INVITED


def test_nothing_more_is_mailed_once_a_family_withdraws_that_consent(world: World, open_case: OpenCase) -> None:
    actor, case = world.actor("reception"), open_case()
    consent = record_consent(
        actor,
        case_id=case.id,
        purpose=ConsentPurpose.CONTACT_EMAIL,
        legal_basis=LegalBasis.CONSENT,
        given_on=clock.today(),
        detail=ConsentDetail(given_by="Mutter", explained_in="uk"),
    )
    with transaction():
        message = plan(
            scope=case.scope,
            case_id=case.id,
            subject_id=None,
            kind="test",
            channel=Channel.EMAIL,
            due_at=clock.now() + timedelta(days=2),
            dedupe_key="withdrawn",
            payload=MessagePayload(address="familie@einstieg.example", language="uk", subject="Termin", text="…"),
        )
    assert message is not None
    withdraw_consent(actor, consent_id=consent.id)
    assert message.state is MessageState.CANCELLED
