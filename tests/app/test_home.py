"""What the composition binds together: complete papers invite the family."""

from __future__ import annotations

from app.data.database import session
from cases.documents import queries, services
from cases.models import Case
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
