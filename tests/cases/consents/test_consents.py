"""Consents: for one purpose and recipient, valid on a day, withdrawn with what rests on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.data.audit import Action, AuditEntry
from app.data.database import session
from app.errors import Invalid, NotFound
from app.policies import Actor
from cases.consents import hooks, queries, services
from cases.consents.rules import Span, allows, holds
from cases.kinds import ConsentPurpose, LegalBasis
from cases.models import Consent
from cases.sheets import ConsentDetail
from tests.plugins.application import World
from tests.plugins.families import OpenCase

DETAIL = ConsentDetail(given_by="Olena Kovalenko", explained_in="uk", form="written")


def _told(**more: Any) -> dict[str, Any]:
    told = {
        "purpose": ConsentPurpose.KIM_HANDOVER,
        "legal_basis": LegalBasis.CONSENT,
        "given_on": clock.today(),
        "detail": DETAIL,
    }
    return {**told, **more}


def test_a_consent_counts_from_its_day_to_its_last_and_not_on_the_day_it_is_withdrawn() -> None:
    day = date(2026, 11, 23)
    span = Span(day, day + timedelta(days=10), None)
    assert [holds(span, day + timedelta(days=n)) for n in (-1, 0, 10, 11)] == [False, True, True, False]
    assert not holds(Span(day, None, day), day)
    assert not allows(ConsentPurpose.KIM_HANDOVER, LegalBasis.PUBLIC_TASK)
    assert allows(ConsentPurpose.SCHOOL_AUTHORITY, LegalBasis.PUBLIC_TASK)


def test_a_consent_for_one_body_covers_no_other(world: World, open_case: OpenCase) -> None:
    actor, case_id = world.actor("reception"), open_case().id
    services.record_consent(actor, case_id=case_id, **_told(recipient_id=world.kim.id))
    purpose = ConsentPurpose.KIM_HANDOVER
    assert queries.valid_consent(case_id, purpose, world.kim.id) is not None
    assert queries.valid_consent(case_id, purpose, world.welfare.id) is None
    assert queries.valid_consent(case_id, ConsentPurpose.SCHOOL) is None
    assert queries.valid_consent(case_id, purpose, on=clock.today() - timedelta(days=1)) is None


def test_a_withdrawal_stops_what_rests_on_it_once(world: World, open_case: OpenCase) -> None:
    actor, case_id = world.actor("reception"), open_case().id
    consent_id = services.record_consent(actor, case_id=case_id, **_told(recipient_id=world.kim.id)).id
    stopped: list[Any] = []

    def listener(actor: Actor, consent: Consent) -> None:
        stopped.append(consent.id)

    hooks.on_withdrawn(listener)
    try:
        services.withdraw_consent(actor, consent_id=consent_id)
        services.withdraw_consent(actor, consent_id=consent_id)
    finally:
        hooks.forget(listener)
    assert stopped == [consent_id]
    assert queries.valid_consent(case_id, ConsentPurpose.KIM_HANDOVER) is None


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"legal_basis": LegalBasis.PUBLIC_TASK}, "needs_consent"),
        ({"recipient_id": None}, "required"),
        ({"given_on": date(2999, 1, 1)}, "future"),
        ({"valid_until": date(2020, 1, 1)}, "before_given"),
    ],
)
def test_what_cannot_be_is_refused(world: World, open_case: OpenCase, wrong: dict[str, Any], code: str) -> None:
    told = _told(**{"recipient_id": world.kim.id, **wrong})
    with pytest.raises(Invalid) as refused:
        services.record_consent(world.actor("reception"), case_id=open_case().id, **told)
    assert refused.value.code == code


def test_what_rests_on_the_law_is_not_withdrawn(world: World, open_case: OpenCase) -> None:
    actor = world.actor("reception")
    told = _told(purpose=ConsentPurpose.COLLECTION, legal_basis=LegalBasis.PUBLIC_TASK)
    consent_id = services.record_consent(actor, case_id=open_case().id, **told).id
    with pytest.raises(Invalid):
        services.withdraw_consent(actor, consent_id=consent_id)


def test_the_page_records_shows_and_withdraws(open_case: OpenCase, sign_in: Callable[[str], FlaskClient]) -> None:
    case_id, client = open_case().id, sign_in("reception")
    sent = {
        "purpose": "contact_email",
        "legal_basis": "consent",
        "recipient_id": "",
        "given_by": "Olena Kovalenko",
        "explained_in": "uk",
        "manner": "written",
        "given_on": clock.today().strftime("%d.%m.%Y"),
    }
    refused = client.post(f"/faelle/{case_id}/einwilligungen/neu", data={**sent, "purpose": "kim_handover"})
    assert refused.status_code == 422
    assert "Bitte wählen Sie die Stelle aus" in refused.get_data(as_text=True)
    assert client.post(f"/faelle/{case_id}/einwilligungen/neu", data=sent).status_code == 303
    page = client.get(f"/faelle/{case_id}/einwilligungen").get_data(as_text=True)
    assert "Nachrichten per E-Mail" in page
    assert "Ukrainisch" in page
    consent_id = session().query(Consent).one().id
    day = clock.today().strftime("%d.%m.%Y")
    answer = client.post(f"/faelle/{case_id}/einwilligungen/{consent_id}/widerruf", data={"withdrawn_on": day})
    assert answer.status_code == 303
    assert "widerrufen" in client.get(f"/faelle/{case_id}/einwilligungen").get_data(as_text=True)


def test_the_notice_is_readable_in_the_family_language_and_german(
    open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    page = sign_in("reception").get(f"/faelle/{open_case().id}/einwilligungen/hinweis/ar").get_data(as_text=True)
    assert '<html lang="ar" dir="rtl"' in page
    assert "Landesbeauftragten" in page


def test_strangers_see_and_record_nothing(world: World, open_case: OpenCase) -> None:
    case_id = open_case(advisor="advisor").id
    for who in ("colleague", "manager", "admin", "officer"):
        with pytest.raises(NotFound):
            services.record_consent(world.actor(who), case_id=case_id, **_told(recipient_id=world.kim.id))


def test_the_forms_of_a_consent_name_the_family_and_stand_in_the_trail(
    world: World, open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    case_id, client = open_case().id, sign_in("reception")
    actor, base = world.actor("reception"), f"/faelle/{case_id}/einwilligungen"
    consent_id = services.record_consent(actor, case_id=case_id, **_told(recipient_id=world.kim.id)).id
    reads = select(func.count()).where(AuditEntry.action == Action.READ, AuditEntry.case_id == case_id)
    before = session().scalar(reads) or 0
    assert "Olena Kovalenko" in client.get(f"{base}/neu").text
    assert client.post(f"{base}/neu", data={"purpose": ""}).status_code == 422
    assert client.get(f"{base}/{consent_id}/widerruf").status_code == 200
    session().rollback()
    assert session().scalar(reads) == before + 3
