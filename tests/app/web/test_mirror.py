"""A right-to-left page is the mirror image of the left-to-right one, box by box."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from app.web.assets import kern_stylesheet

PAGES = [
    "/staff/?flash=1",
    "/staff/case",
    "/staff/form",
    "/staff/signin",
    "/termin/de/",
    "/termin/de/form",
    "/termin/de/answers",
]
BOXES = """(direction) => {
  document.documentElement.dir = direction;
  const width = document.documentElement.clientWidth;
  return [...document.body.querySelectorAll("*")]
    .filter((item) => !item.closest("svg, select") || item.tagName === "SELECT")
    .filter((item) => item.getClientRects().length && getComputedStyle(item).display !== "inline")
    .map((item) => [item, item.getBoundingClientRect()])
    .map(([item, box]) => ({
      name: item.tagName + "." + item.className,
      start: direction === "rtl" ? width - box.right : box.left,
      width: box.width,
      top: box.top,
    }));
}"""


def crooked(page: Page) -> list[str]:
    """The boxes of a loaded page that are not where a mirror would show them, to 1.5 pixels."""
    before, after = page.evaluate(BOXES, "ltr"), page.evaluate(BOXES, "rtl")
    assert len(before) > 20
    if len(before) != len(after):
        return ["a box appears or goes"]
    return [
        left["name"]
        for left, right in zip(before, after, strict=True)
        if any(abs(left[key] - right[key]) > 1.5 for key in ("start", "width", "top"))
    ]


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_turned_round_is_its_mirror_image(browser: Browser, site: str, path: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(site + path)
    wrong = crooked(page)
    page.close()
    assert wrong == []


@pytest.mark.browser
def test_the_mirror_notices_the_stylesheet_as_it_is_shipped(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 900})
    shipped = kern_stylesheet(None).read_text()
    page.route("**/family.css", lambda route: route.fulfill(body=shipped, content_type="text/css"))
    page.goto(site + "/termin/de/form")
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("button", name="Weiter").click()
    wrong = crooked(page)
    page.close()
    assert wrong
