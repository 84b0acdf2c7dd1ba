"""A note saves itself, and no text is lost to a lost connection, a colleague or the end of a session."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def note(page: Page, site: str) -> Page:
    """The note, opened."""
    page.goto(site + "/staff/note")
    return page


def write(note: Page, text: str) -> None:
    """Type a text over what stands there."""
    note.get_by_label("Gesprächsnotiz").fill(text)


def version(note: Page) -> str:
    """The version the next save starts from."""
    return note.locator("[name=version]").input_value()


def test_a_pause_saves_and_the_next_save_starts_from_the_new_version(note: Page) -> None:
    write(note, "Die Familie wünscht eine Schule in der Nähe.")
    expect(note.locator("[data-save-state]")).to_have_text(re.compile("Gespeichert um 09:30 Uhr"))
    assert version(note) == "2"
    write(note, "Und einen Platz für die Schwester.")
    expect(note.locator("[name=version]")).to_have_value("3")


def test_the_keys_ctrl_and_s_save_at_once(note: Page) -> None:
    note.get_by_label("Gesprächsnotiz").focus()
    with note.expect_response("**/staff/note") as caught:
        note.keyboard.type("x")
        note.keyboard.press("Control+s")
    assert caught.value.status == 200


def test_typing_sends_one_request_and_not_one_a_letter(note: Page) -> None:
    sent: list[str] = []
    note.on("request", lambda request: sent.append(request.method))
    note.get_by_label("Gesprächsnotiz").press_sequentially("zwölf Zeichen", delay=20)
    expect(note.locator("[name=version]")).to_have_value("2")
    assert sent == ["POST"]


def test_without_a_connection_the_text_stays_and_is_saved_later(note: Page) -> None:
    note.context.set_offline(True)
    write(note, "Im Keller geschrieben.")
    expect(note.locator("[data-save-state]")).to_contain_text("Keine Verbindung – Text bleibt hier")
    expect(note.get_by_label("Gesprächsnotiz")).to_have_value("Im Keller geschrieben.")
    note.context.set_offline(False)
    expect(note.locator("[data-save-state]")).to_contain_text("Gespeichert")
    assert version(note) == "2"


def test_an_error_of_the_server_is_tried_again(note: Page) -> None:
    answers = iter([503, 503])

    def fail_twice(route: Route) -> None:
        status = next(answers, None)
        if status is None:
            route.continue_()
        else:
            route.fulfill(status=status, body="")

    note.route("**/staff/note", fail_twice)
    write(note, "Dreimal versucht.")
    expect(note.locator("[data-save-state]")).to_contain_text("Gespeichert", timeout=15_000)


def test_a_colleagues_text_is_not_overwritten_and_both_are_shown(note: Page) -> None:
    write(note, "conflict: meine Fassung")
    expect(note.locator("[data-save-state]")).to_contain_text("jemand anderes")
    region = note.locator("[data-conflict]")
    expect(region).to_contain_text("Ihr Text")
    expect(region).to_contain_text("meine Fassung")
    expect(region).to_be_focused()
    expect(note.get_by_label("Gesprächsnotiz")).to_have_value("conflict: meine Fassung")
    write(note, "conflict: noch mehr")
    note.wait_for_timeout(1200)
    assert version(note) == "1"


def test_after_the_end_of_a_session_the_text_stays_and_is_saved_with_a_new_token(note: Page) -> None:
    write(note, "expired: vor der Anmeldung")
    expect(note.locator("[data-save-state]")).to_contain_text("Anmeldung ist abgelaufen")
    expect(note.get_by_label("Gesprächsnotiz")).to_have_value("expired: vor der Anmeldung")
    note.context.clear_cookies()
    write(note, "nach der neuen Anmeldung")
    expect(note.locator("[data-save-state]")).to_contain_text("Gespeichert")
    assert version(note) == "2"


def test_an_answer_that_is_a_sign_in_page_counts_as_the_end_of_a_session(note: Page) -> None:
    note.route("**/staff/note", lambda route: route.fulfill(status=401, body=json.dumps({})))
    write(note, "Text")
    expect(note.locator("[data-save-state]")).to_contain_text("Anmeldung ist abgelaufen")


def test_leaving_with_an_unsaved_text_asks_first_and_with_a_saved_one_does_not(note: Page, site: str) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss() if len(asked) == 1 else dialog.accept()

    note.on("dialog", stay)
    note.context.set_offline(True)
    note.get_by_label("Gesprächsnotiz").press_sequentially("x")
    note.get_by_role("link", name="Fälle").first.click()
    note.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    note.context.set_offline(False)
    expect(note.locator("[data-save-state]")).to_contain_text("Gespeichert")
    note.get_by_role("link", name="Fälle").first.click()
    expect(note).to_have_title(re.compile("Fälle"))
    assert asked == ["beforeunload"]


def test_nothing_is_written_into_the_browsers_storage(note: Page) -> None:
    write(note, "Olena K.")
    expect(note.locator("[data-save-state]")).to_contain_text("Gespeichert")
    assert note.evaluate("() => [localStorage.length, sessionStorage.length]") == [0, 0]
    assert note.evaluate("async () => (await indexedDB.databases()).length") == 0
