"""Every page of a case: it opens for those whose case it is, and for nobody else, and says nothing to them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.data.base import new_id
from app.data.database import session
from app.data.records import SealedRecord
from cases.handover.models import Desk, Handover
from cases.models import CaseAccess, Consent, CounsellingSession, Task
from cases.placement import directory, services
from cases.placement.models import Placement, School
from scheduling.models import Appointment
from tests.canary.journey import CANARIES, Journey
from tests.plugins.application import World
from tests.scheduling.conftest import Office

Enter = Callable[[str], FlaskClient]
FILE = Path(directory.__file__).parent / "data" / "schulen_duesseldorf.csv"
# Nobody of them has anything to do with the case: a colleague of the same KI may find its name, not open it.
# A colleague of the same KI may ask for an emergency access: that page names the case's number and no person.
ASKED_FOR_A_REASON = ("colleague", "/notfall")
STRANGERS = (
    "admin",
    "officer",
    "colleague",
    "other_lead",
    "other_advisor",
    "manager",
    "kim_lead",
    "welfare_manager",
    "welfare_lead",
)
# What a colleague and an offered desk are shown of a case, and nothing beyond it.
SHOWN_TO = {
    "colleague": {"family name", "child", "sibling", "phone"},
    "manager": {"handover"},
    "kim_lead": {"handover"},
}
# Pages that need a step this case has not reached: for its own people they lead elsewhere or refuse.
NOT_YET = {302, 303, 404, 409, 422}


@pytest.fixture
def journey(wider: World, office: Office, desks: dict[str, Desk], client: FlaskClient) -> Journey:
    """A case with everything a case can hold, offered to KIM and accepted by nobody."""
    services.import_directory(FILE.read_text(encoding="utf-8").splitlines())
    school = session().scalars(select(School).where(School.number == "188232")).one()
    made = Journey.begin(wider)
    made.take_in()
    made.book(client)
    made.talk()
    made.place(school)
    made.offer(desks["kim"])
    made.ask_for_rights()
    return made


def _rules(app: Flask, method: str, argument: str) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if argument in rule.arguments and method in (rule.methods or set()) and not rule.rule.startswith("/t/")
    ]


def _addresses(app: Flask, rule: Rule, ids: dict[str, object]) -> list[str]:
    """The page's address with this case's own ids; a page of several blocks has one for each."""
    blocks: tuple[object, ...] = (None,)
    converter = rule._converters.get("block_key")
    if converter is not None:
        blocks = tuple(converter.regex.removeprefix("(?:").removesuffix(")").split("|"))
    found = []
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for block in blocks:
            values = {name: block if name == "block_key" else ids[name] for name in rule.arguments}
            found.append(adapter.build(rule.endpoint, values, method=None))
    return found


def _said(body: bytes, who: str) -> set[str]:
    text = body.decode("utf-8", errors="replace")
    close = re.sub(r"\s|&nbsp;|/|-", "", text)
    found = {label for label, canary in CANARIES.items() if canary in text}
    found |= {label for label, canary in CANARIES.items() if "phone" in label and canary[-7:] in close}
    return found - SHOWN_TO.get(who, set())


def test_every_page_of_a_case_opens_for_its_advisor(app: Flask, journey: Journey, enter: Enter) -> None:
    advisor = enter("advisor")
    ids = {**journey.ids, "user_id": journey.world.users["colleague"]}
    answers = {
        address: advisor.get(address)
        for rule in _rules(app, "GET", "case_id")
        for address in _addresses(app, rule, ids)
    }
    unopened = {address: answer.status_code for address, answer in answers.items() if answer.status_code != 200}
    assert {status for status in unopened.values() if status not in NOT_YET} == set()
    assert len(unopened) <= 6, unopened
    heard = set().union(*(_said(answer.data, "advisor") for answer in answers.values()))
    assert set(CANARIES) - heard == {"answer"}, "what no page shows is not swept either"


def test_no_page_of_a_case_opens_for_a_stranger(app: Flask, journey: Journey, enter: Enter) -> None:
    ids = {**journey.ids, "user_id": journey.world.users["colleague"]}
    wrong, asked = [], 0
    addresses = [a for rule in _rules(app, "GET", "case_id") for a in _addresses(app, rule, ids)]
    assert len(addresses) > 40
    for who in STRANGERS:
        browser = enter(who)
        for address in addresses:
            asked += 1
            answer = browser.get(address)
            refused = answer.status_code in (403, 404) or (who, address[-8:]) == ASKED_FOR_A_REASON
            if not refused or _said(answer.data, ""):
                wrong.append((who, address, answer.status_code, _said(answer.data, "")))
    print(f"route sweep: {asked} refused pages")
    assert wrong == []


def test_a_case_that_is_not_theirs_looks_like_one_that_is_not_there(journey: Journey, enter: Enter) -> None:
    for who in ("admin", "other_lead", "manager", "colleague"):
        browser = enter(who)
        there, nowhere = (browser.get(f"/faelle/{case_id}") for case_id in (journey.case.id, new_id()))
        assert there.status_code == nowhere.status_code
        assert len(there.data) == len(nowhere.data), who


@pytest.mark.parametrize("argument", ["case_id", "task_id", "appointment_id", "handover_id"])
def test_no_stranger_changes_anything(app: Flask, journey: Journey, enter: Enter, argument: str) -> None:
    ids = {**journey.ids, "user_id": journey.world.users["colleague"]}
    strangers = [who for who in STRANGERS if argument != "handover_id" or who not in ("manager", "kim_lead")]
    if argument == "appointment_id":
        strangers.remove("colleague")  # keeps the day of the whole KI, as reception does
    before = _state(journey)
    wrong = []
    for who in strangers:
        browser = enter(who)
        for rule in _rules(app, "POST", argument):
            for address in _addresses(app, rule, ids):
                answer = browser.post(address, data={})
                if (who, address[-8:], answer.status_code) == (*ASKED_FOR_A_REASON, 422):
                    continue
                if answer.status_code not in (403, 404) and not _leads_nowhere(browser, answer):
                    wrong.append((who, address, answer.status_code))
    assert wrong == []
    assert _state(journey) == before


def test_ids_of_another_case_are_not_to_be_had_through_ones_own(
    app: Flask, journey: Journey, enter: Enter, wider: World
) -> None:
    """Each id in an address is bound to its case: a stranger's own case opens nothing of this one."""
    own = Journey.begin(wider, advisor="colleague")
    browser = enter("colleague")
    mixed = {**journey.ids, "case_id": own.case.id, "user_id": wider.users["advisor"]}
    inner = [
        address
        for rule in _rules(app, "GET", "case_id")
        if rule.arguments - {"case_id", "block_key", "language_code", "number"}
        for address in _addresses(app, rule, mixed)
    ]
    assert len(inner) > 15
    assert [(a, s) for a in inner if (s := browser.get(a).status_code) not in (403, 404)] == []


def test_no_page_without_a_case_in_its_address_tells_of_a_case_that_is_not_theirs(
    app: Flask, journey: Journey, enter: Enter
) -> None:
    """Lists, search, counters, today, messages, exports: leaks were found there more often than on the page itself."""
    pages = sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or set()) and not rule.arguments and not rule.rule.startswith(("/t/", "/demo"))
    )
    searched = [canary for label, canary in CANARIES.items() if label in SHOWN_TO["colleague"]]
    wrong = []
    for who in STRANGERS:
        browser = enter(who)
        for page in [*pages, *searched]:
            answer = browser.post("/suche", data={"q": page}) if page in searched else browser.get(page)
            typed = {label for label, canary in CANARIES.items() if page == canary}
            said = _said(answer.data, who) - typed
            if said or (who not in ("colleague",) and str(journey.case.id) in answer.text):
                wrong.append((who, page, answer.status_code, said))
    assert len(pages) > 15
    assert wrong == []


def _leads_nowhere(browser: FlaskClient, answer: TestResponse) -> bool:
    """A redirect that answers the same whatever the id, to a page that refuses or tells nothing of the case."""
    if answer.status_code != 303:
        return False
    page = browser.get(answer.headers["Location"])
    return page.status_code in (403, 404) or (page.status_code == 200 and not _said(page.data, ""))


def _state(journey: Journey) -> tuple[object, ...]:
    """What a stranger might have changed: the case, who works in it, its talks, tasks, appointments and handover."""
    session().rollback()
    session().expire_all()
    case_id: UUID = journey.case.id
    found: list[object] = [journey.case.version, journey.case.state, journey.case.advisor_id]
    for model in (CaseAccess, CounsellingSession, Task, Appointment, Handover, SealedRecord, Placement, Consent):
        rows = session().scalars(select(model).where(model.case_id == case_id).order_by(model.id)).all()
        found += [(row.id, getattr(row, "state", None), getattr(row, "version", None)) for row in rows]
    return tuple(found)
