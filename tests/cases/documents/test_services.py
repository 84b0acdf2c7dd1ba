"""The checklist moves the case, files lie sealed, and the family reads what is missing in its language."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from app.data import records
from app.data.audit import Action
from app.data.database import session
from app.errors import Invalid, NotFound, StorageFull
from app.messages.models import Message, MessagePayload
from app.policies import Actor
from cases.consents import services as consents
from cases.documents import following, hooks, queries, services
from cases.kinds import ConsentPurpose, DocumentKind, LegalBasis, TaskKind
from cases.models import Attachment, Case, Document, Task
from cases.sheets import ConsentDetail
from cases.states import CaseState, DocumentState, TaskState
from tests.plugins.acceptance import HandOver
from tests.plugins.application import World
from tests.plugins.families import OpenCase, child_sheet, family_sheet
from tests.plugins.trail import entries

CANARY = b"KANARIENVOGEL-4711-Zeugnis"
PDF = b"%PDF-1.7\n" + CANARY * 50_000


@pytest.fixture
def called() -> Iterator[list[UUID]]:
    """The cases whose papers became complete during the test."""
    calls: list[UUID] = []

    def listener(actor: Actor, *, case_id: UUID) -> None:
        calls.append(case_id)

    hooks.on_complete(listener)
    hooks.on_complete(listener)
    yield calls
    hooks.forget(listener)


def _check_all(actor: Actor, case: Case) -> None:
    case_id = case.id
    for document_id in [document.id for document in queries.documents_of(case_id) if document.is_required]:
        services.set_state(actor, document_id=document_id, state=DocumentState.CHECKED)


def test_a_file_that_comes_late_does_not_undo_a_check(
    world: World, open_case: OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, advisor = open_case(), world.actor("advisor")
    paper = services.ask_for(advisor, case_id=case.id, kind=DocumentKind.OTHER)
    lock = following.lock_case

    def late(case_id: UUID) -> None:
        """By the time the lock is ours, a colleague has checked the paper."""
        change = update(Document).where(Document.id == paper.id).values(state=DocumentState.CHECKED)
        session().execute(change.execution_options(synchronize_session=False))
        lock(case_id)

    monkeypatch.setattr(following, "lock_case", late)
    services.attach(advisor, document_id=paper.id, name="Zeugnis.pdf", source=BytesIO(PDF))
    session().refresh(paper)
    assert paper.state is DocumentState.CHECKED


def _state(case_id: UUID) -> CaseState:
    session().expire_all()
    case = session().get(Case, case_id)
    assert case is not None
    return case.state


def test_the_last_check_completes_the_case_and_calls_the_hook_once(
    world: World, open_case: OpenCase, called: list[UUID]
) -> None:
    actor = world.actor("reception")
    case_id = open_case().id
    documents = services.start_checklist(actor, case_id=case_id)
    assert services.start_checklist(actor, case_id=case_id) == []
    first = documents[0].id
    services.set_state(actor, document_id=first, state=DocumentState.RECEIVED)
    assert _state(case_id) is CaseState.DOCUMENTS_INCOMPLETE
    _check_all(actor, session().get(Case, case_id))  # type: ignore[arg-type]
    assert called == [case_id]
    assert _state(case_id) in (CaseState.DOCUMENTS_COMPLETE, CaseState.INVITED)
    assert queries.papers_complete(case_id)
    services.set_state(actor, document_id=first, state=DocumentState.MISSING)
    assert not queries.papers_complete(case_id)


def test_a_file_lies_sealed_and_opens_for_those_who_read_the_case(
    app: Flask, world: World, open_case: OpenCase, hand_over: HandOver
) -> None:
    actor = world.actor("advisor")
    case_id = open_case(advisor="advisor").id
    document_id = services.start_checklist(actor, case_id=case_id)[0].id
    kept = services.attach(actor, document_id=document_id, name="C:\\Scans\\Zeugnis Дарина.pdf", source=BytesIO(PDF))
    attachment_id = kept.id
    stored = (app.extensions["config"].files_folder / attachment_id.hex).read_bytes()
    assert CANARY not in stored
    assert len(stored) > len(PDF)
    assert queries.get_document(actor, document_id).state is DocumentState.RECEIVED
    case = session().get(Case, case_id)
    assert case is not None
    hand_over(case, "manager")
    for who in ("advisor", "manager"):
        _, name, chunks = services.open_attachment(world.actor(who), attachment_id=attachment_id)
        assert (name, b"".join(chunks)) == ("Zeugnis Дарина.pdf", PDF)
    with pytest.raises(NotFound):
        services.open_attachment(world.actor("welfare_manager"), attachment_id=attachment_id)
    read = entries(subject=attachment_id, action=Action.EXPORTED)
    assert {entry.actor_id for entry in read} == {world.users["advisor"], world.users["manager"]}
    services.remove_attachment(actor, attachment_id=attachment_id)
    assert not (app.extensions["config"].files_folder / attachment_id.hex).exists()
    assert queries.get_document(actor, document_id).state is DocumentState.REQUESTED


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"MZ\x90 program", "wrong_type"), (b"", "empty"), (b"%PDF-" + bytes(25 * 1024 * 1024), "too_large")],
)
def test_what_we_do_not_take_leaves_nothing_behind(
    app: Flask, world: World, open_case: OpenCase, content: bytes, code: str
) -> None:
    actor = world.actor("reception")
    document_id = services.start_checklist(actor, case_id=open_case().id)[0].id
    with pytest.raises(Invalid) as refused:
        services.attach(actor, document_id=document_id, name="zeugnis.pdf", source=BytesIO(content))
    assert refused.value.code == code
    assert session().query(Attachment).count() == 0
    assert list(app.extensions["config"].files_folder.glob("*")) == []


def test_a_full_disk_keeps_everything_as_it_was(
    app: Flask, world: World, open_case: OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = world.actor("reception")
    document_id = services.start_checklist(actor, case_id=open_case().id)[0].id

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.data.files.os.fsync", full)
    with pytest.raises(StorageFull):
        services.attach(actor, document_id=document_id, name="zeugnis.pdf", source=BytesIO(PDF))
    assert list(app.extensions["config"].files_folder.glob("*")) == []
    assert queries.get_document(actor, document_id).state is DocumentState.REQUESTED


def test_a_new_child_of_a_complete_case_brings_its_papers(world: World, open_case: OpenCase) -> None:
    actor = world.actor("reception")
    case_id = open_case(children=[child_sheet()]).id
    services.start_checklist(actor, case_id=case_id)
    services.ask_for(actor, case_id=case_id, kind=DocumentKind.RESIDENCE_PAPER, is_required=True)
    with pytest.raises(Invalid):
        services.ask_for(actor, case_id=case_id, kind=DocumentKind.RESIDENCE_PAPER)
    assert queries.progress(queries.documents_of(case_id)).required == 6


def test_the_message_goes_out_once_a_day_and_only_with_consent(world: World, open_case: OpenCase) -> None:
    actor = world.actor("reception")
    case_id = open_case(family=family_sheet(language="de")).id
    services.start_checklist(actor, case_id=case_id)
    with pytest.raises(Invalid) as refused:
        services.request_missing(actor, case_id=case_id)
    assert refused.value.code == "no_consent"
    consent_id = consents.record_consent(
        actor,
        case_id=case_id,
        purpose=ConsentPurpose.CONTACT_EMAIL,
        legal_basis=LegalBasis.CONSENT,
        given_on=case_day(case_id),
        detail=ConsentDetail(given_by="Olena", explained_in="uk"),
    ).id
    message = services.request_missing(actor, case_id=case_id)
    assert message is not None
    payload = records.get(MessagePayload, message.id, reader=world.ki.id).sheet
    assert payload.address == "familie@einstieg.example"
    assert "Meldebescheinigung" in payload.text
    assert "Daryna" not in payload.text, "e-mail travels in the clear: it names nobody"
    assert "Daryna" not in payload.subject
    assert services.request_missing(actor, case_id=case_id) is None
    assert session().query(Message).filter_by(case_id=case_id, kind=services.MESSAGE_KIND).count() == 1
    (task,) = session().query(Task).filter_by(case_id=case_id, kind=TaskKind.CHECK_DOCUMENTS).all()
    task_id = task.id
    _check_all(actor, session().get(Case, case_id))  # type: ignore[arg-type]
    assert session().get(Task, task_id).state is TaskState.DROPPED  # type: ignore[union-attr]
    consents.withdraw_consent(actor, consent_id=consent_id)
    assert not queries.may_write_email(case_id)


def case_day(case_id: UUID) -> object:
    """The day a case was opened on."""
    case = session().get(Case, case_id)
    assert case is not None
    return case.opened_at.date()


def test_strangers_see_and_change_no_papers(world: World, open_case: OpenCase) -> None:
    case_id = open_case(advisor="advisor").id
    document_id = services.start_checklist(world.actor("reception"), case_id=case_id)[0].id
    for who in ("colleague", "manager", "admin", "officer"):
        with pytest.raises(NotFound):
            services.set_state(world.actor(who), document_id=document_id, state=DocumentState.CHECKED)
