"""The trace of a case: who saw and changed what, in German."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.errors import NotPermitted
from cases import services
from cases.intake import services as intake
from cases.kinds import CloseReason
from cases.trace import queries
from tests.plugins.application import World
from tests.plugins.families import OpenCase


def test_the_trace_names_who_did_what_with_labels_instead_of_columns(world: World, open_case: OpenCase) -> None:
    case, actor = open_case(), world.actor("advisor")
    child_id = case.children[0].id
    services.read_case(world.actor("reception"), case_id=case.id, part="overview")
    intake.change_child(actor, case_id=case.id, child_id=child_id, expected=1, changes={"born": "2013"})
    services.add_deputy(world.actor("lead"), case_id=case.id, user_id=world.users["colleague"])
    services.close_case(actor, case_id=case.id, reason=CloseReason.DUPLICATE)
    lines = queries.trace_of(actor, services.read_case(actor, case_id=case.id, part="trace"), number=1).items
    assert [(line.who, line.text) for line in lines] == [
        ("Anna Beraterin", "hat das Protokoll angesehen"),
        ("Anna Beraterin", "hat den Stand auf „abgeschlossen“ gesetzt (Grund: doppelt angelegt)"),
        ("Lena Leitung", "hat Karl Kollege als Vertretung eingetragen"),
        ("Anna Beraterin", "hat Kind Daryna geändert (Geburtsdatum)"),
        ("Rita Empfang", "hat den Überblick angesehen"),
        ("Anna Beraterin", "hat den Fall angelegt"),
    ]
    assert all(line.organisation == "KI" for line in lines)


def test_only_those_who_counsel_read_the_trace(
    world: World, open_case: OpenCase, sign_in: Callable[[str], FlaskClient]
) -> None:
    case = open_case(advisor="advisor")
    assert sign_in("reception").get(f"/faelle/{case.id}/verlauf").status_code == 404
    assert "hat das Protokoll angesehen" in sign_in("advisor").get(f"/faelle/{case.id}/verlauf").text
    with pytest.raises(NotPermitted):
        queries.trace_of(world.actor("reception"), case, number=1)
