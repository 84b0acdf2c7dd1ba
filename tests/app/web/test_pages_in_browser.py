"""What only a browser shows: contrast, focus, small screens, targets, the policy, and keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

STAFF = ["/staff/?flash=1", "/staff/case", "/staff/form", "/staff/tasks", "/staff/note", "/staff/signin"]
FAMILY = ["/termin/de/", "/termin/ar/", "/termin/de/form", "/termin/ar/answers"]
TARGETS = """(least) => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
  .filter((item) => item.getClientRects().length && !item.matches(".skip-link, [type=hidden]"))
  .map((item) => item.matches("[type=checkbox], [type=radio]") ? item.closest(".kern-form-check") : item)
  .filter((item) => !(getComputedStyle(item).display === "inline" && item.closest("p, li, td, th, dd")))
  .map((item) => [item.outerHTML.slice(0, 90), item.getBoundingClientRect()])
  .filter(([name, box]) => box.width < least || box.height < least)
  .map(([name, box]) => `${name} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
FOCUS = """() => {
  const item = document.activeElement, style = getComputedStyle(item), box = item.getBoundingClientRect();
  const after = getComputedStyle(item, "::after");
  const ring = (one) => one.outlineStyle !== "none" && parseFloat(one.outlineWidth) >= 2;
  return {name: item.outerHTML.slice(0, 90), isBody: item === document.body, hasRing: ring(style) || ring(after),
          isSeen: box.width > 0 && box.height > 0};
}"""


@pytest.fixture
def watched(browser: Browser) -> Iterator[Page]:
    """A page of 1280 pixels that fails its test when the browser complains about anything."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="de-DE")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert [text for text in complaints if "Failed to load resource" not in text] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", STAFF + FAMILY)
def test_axe_finds_nothing(watched: Page, site: str, path: str, scheme: str) -> None:
    watched.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    watched.goto(site + path)
    found = Axe().run(watched).response["violations"]
    assert [(rule["id"], node["html"][:200], node["failureSummary"]) for rule in found for node in rule["nodes"]] == []


@pytest.mark.parametrize("path", ["/staff/form", "/termin/ar/form"])
def test_axe_finds_nothing_on_a_page_with_errors(watched: Page, site: str, path: str) -> None:
    watched.goto(site + path)
    watched.locator("main form button").last.click()
    found = Axe().run(watched).response["violations"]
    assert [(rule["id"], node["html"][:200]) for rule in found for node in rule["nodes"]] == []


@pytest.mark.parametrize("path", STAFF + FAMILY)
def test_nothing_needs_scrolling_sideways_at_320_pixels(watched: Page, site: str, path: str) -> None:
    watched.set_viewport_size({"width": 320, "height": 640})
    watched.goto(site + path)
    assert watched.evaluate("() => document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(("paths", "least"), [(STAFF, 24), (FAMILY, 44)])
@pytest.mark.parametrize("width", [390, 1280])
def test_targets_are_large_enough(watched: Page, site: str, paths: list[str], least: int, width: int) -> None:
    watched.set_viewport_size({"width": width, "height": 900})
    small = {}
    for path in paths:
        watched.goto(site + path)
        small[path] = watched.evaluate(TARGETS, least)
    assert {path: items for path, items in small.items() if items} == {}


@pytest.mark.parametrize("path", ["/staff/?flash=1", "/staff/case", "/staff/form", "/termin/de/form", "/termin/ar/"])
def test_the_focus_is_seen_at_every_stop_and_leaves_again(watched: Page, site: str, path: str) -> None:
    watched.goto(site + path)
    stops = []
    for _ in range(120):
        watched.keyboard.press("Tab")
        stop = watched.evaluate(FOCUS)
        if stop["isBody"]:
            break
        stops.append(stop)
    assert 5 < len(stops) < 119
    assert [stop["name"] for stop in stops if not (stop["hasRing"] and stop["isSeen"])] == []


def test_the_way_past_the_navigation_works(watched: Page, site: str) -> None:
    watched.goto(site + "/staff/")
    watched.keyboard.press("Tab")
    watched.keyboard.press("Enter")
    assert watched.evaluate("() => document.activeElement.id") == "inhalt"


@pytest.mark.parametrize("path", ["/staff/form", "/termin/de/form"])
def test_the_error_summary_takes_the_focus_and_leads_to_the_fields(watched: Page, site: str, path: str) -> None:
    watched.goto(site + path)
    watched.locator("main form button").last.click()
    expect(watched.locator("[data-error-summary]")).to_be_focused()
    watched.get_by_role("link", name="Wo möchten Sie sprechen?").click()
    expect(watched.get_by_label("Im Büro")).to_be_focused()


def test_a_row_of_a_table_is_36_pixels_high(watched: Page, site: str) -> None:
    watched.goto(site + "/staff/")
    heights = watched.evaluate("() => [...document.querySelectorAll('tbody tr')].map((row) => row.offsetHeight)")
    assert max(heights) <= 37


def test_the_slash_leads_to_the_search_unless_somebody_is_typing(watched: Page, site: str) -> None:
    watched.goto(site + "/staff/")
    watched.keyboard.press("/")
    search = watched.get_by_role("searchbox")
    expect(search).to_be_focused()
    watched.keyboard.press("/")
    expect(search).to_have_value("/")


def test_a_menu_opens_and_closes_by_keyboard(watched: Page, site: str) -> None:
    watched.goto(site + "/staff/")
    menu = watched.locator("details[data-menu]").last
    menu.locator("summary").focus()
    watched.keyboard.press("Enter")
    expect(watched.get_by_role("button", name="Abmelden")).to_be_visible()
    watched.keyboard.press("Escape")
    expect(watched.get_by_role("button", name="Abmelden")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


def test_the_navigation_works_on_a_phone_without_a_script(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(site + "/staff/")
    page.get_by_text("Menü").click()
    page.get_by_role("link", name="Wiedervorlagen", exact=True).click()
    assert page.url.endswith("/staff/tasks")
    context.close()


def test_a_family_goes_through_a_page_without_a_script(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(site + "/termin/de/")
    page.get_by_role("button", name="Weiter").click()
    expect(page).to_have_title(re.compile("^Fehler: "))
    context.close()


def test_forced_colours_keep_icons_and_borders(watched: Page, site: str) -> None:
    watched.emulate_media(forced_colors="active", color_scheme="light")
    watched.goto(site + "/staff/form")
    colours = watched.evaluate(
        """() => [...document.querySelectorAll(".topbar .kern-icon")].filter((item) => item.getClientRects().length)
          .map((item) => getComputedStyle(item).backgroundColor)"""
    )
    assert colours
    assert "rgb(255, 255, 255)" not in colours


def test_nothing_is_loaded_from_elsewhere_and_nothing_breaks_the_policy(watched: Page, site: str) -> None:
    asked: list[str] = []
    watched.on("request", lambda request: asked.append(request.url))
    for path in STAFF + FAMILY:
        watched.goto(site + path)
    assert [url for url in asked if not url.startswith((site, "data:"))] == []
