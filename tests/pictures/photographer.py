"""Opening pages in a real browser and keeping pictures of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

from tests.pictures.plan import FAMILY_LANGUAGES, STAFF, WIDTHS, Shot
from tests.servers.stack import PASSWORD, Stack

HEIGHTS = {390: 844, 1280: 900}
CASE = re.compile(r"/faelle/([0-9a-f-]{36})$")
CHILD = re.compile(r"/kinder/([0-9a-f-]{36})/")


class Photographer:
    """Takes every picture of the plan from one running demo."""

    def __init__(self, browser: Browser, stack: Stack, folder: Path) -> None:
        self.browser = browser
        self.stack = stack
        self.folder = folder
        self.found: dict[str, str] = {}
        self.wide: list[str] = []

    def take_all(self) -> int:
        """Take all pictures; answers how many. Pages that need scrolling sideways are noted in `wide`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._find()
        for who, shots in STAFF.items():
            with self._somebody(who) as page:
                for shot in shots:
                    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHTS[WIDTHS[0]]})
                    page.goto(self.stack.url + shot.path.format(**self.found))
                    _act(page, shot)
                    self._keep(page, shot.name)
        for language in FAMILY_LANGUAGES:
            self._book(language)
        return len(list(self.folder.glob("*.png")))

    @contextmanager
    def _somebody(self, who: str) -> Iterator[Page]:
        """A page on which that person is signed in; nobody for an empty name."""
        context = self.browser.new_context(locale="de-DE", timezone_id="Europe/Berlin")
        context.set_default_timeout(60_000)
        page = context.new_page()
        if who:
            page.goto(f"{self.stack.url}/anmelden")
            page.fill("#email", f"{who}@einstieg.example")
            page.fill("#password", PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_url(f"{self.stack.url}/")
        yield page
        context.close()

    def _keep(self, page: Page, name: str) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            if page.evaluate("() => document.documentElement.scrollWidth") > width:
                self.wide.append(f"{name}-{width}")
            page.screenshot(path=self.folder / f"{name}-{width}.png", full_page=True)

    def _find(self) -> None:
        """Look up cases worth showing, as a person would."""
        with self._somebody("beratung") as page:
            self.found["counselled"] = self._case(page, "with_authority", "school_proposed", "on_distribution_list")
            page.goto(f"{self.stack.url}/faelle/{self.found['counselled']}/schulplatz")
            only = CHILD.search(page.url)
            self.found["child"] = only[1] if only else _first(page.locator("main tbody a"), CHILD)
            page.goto(f"{self.stack.url}/faelle/{self.found['counselled']}/gespraeche")
            page.get_by_role("button", name="Gespräch beginnen").click()
            page.wait_for_url(re.compile("/gespraeche/"))
            self.found["session"] = page.url.removeprefix(self.stack.url)
            self.found["longest"] = self._case(page)
            self.found["papers"] = self._case(page, state="documents_incomplete")
        with self._somebody("kim") as page:
            page.goto(f"{self.stack.url}/uebergaben")
            offers = page.locator("main a[href^='/uebergaben/']")
            self.found["offer"] = str(offers.first.get_attribute("href"))
        self.found["letter"] = self._invite(self.found["papers"])

    def _case(self, page: Page, *child_states: str, state: str = "") -> str:
        for child_state in child_states or ("",):
            page.goto(f"{self.stack.url}/faelle?ansicht=own&stand={state}&kind={child_state}")
            links = page.locator("main tbody a")
            if links.count():
                return _first(links, CASE)
        raise LookupError(f"no case of {child_states} {state}")

    def _invite(self, case: str) -> str:
        """Invite a family; answers the path of the printed letter."""
        with self._somebody("beratung") as page:
            page.goto(f"{self.stack.url}/faelle/{case}/termine")
            if page.locator("#without_papers").count():
                page.select_option("#without_papers", index=1)
            page.get_by_role("button", name="Einladen").click()
            link = page.get_by_role("link", name="Brief drucken").first
            return str(link.get_attribute("href"))

    def _token(self) -> str:
        letter = self._invite(self.found["papers"])
        with self._somebody("beratung") as page:
            page.goto(self.stack.url + letter)
            return str(page.locator("figcaption bdi").text_content()).rstrip("/").rpartition("/")[2]

    def _book(self, language: str) -> None:
        """Walk a family's pages, from the invitation to calling the talk off."""
        with self._somebody("") as page:
            page.goto(f"{self.stack.url}/t/{language}/")
            self._keep(page, f"family-{language}-0-start")
            base = f"{self.stack.url}/t/{language}/{self._token()}"
            page.goto(f"{base}/")
            self._keep(page, f"family-{language}-1-invitation")
            page.goto(f"{base}/zeiten")
            self._keep(page, f"family-{language}-2-times")
            page.locator("[name=starts]").first.check()
            _send(page)
            page.locator("[name=coming]").nth(1).check()
            page.fill("[name=count]", "3")
            self._keep(page, f"family-{language}-3-coming")
            _send(page)
            _send(page)
            self._keep(page, f"family-{language}-4-contact-error")
            page.locator("[name=channel]").last.check()
            _send(page)
            self._keep(page, f"family-{language}-5-check")
            _send(page)
            self._keep(page, f"family-{language}-6-done")
            self._afterwards(page, base, language)

    def _afterwards(self, page: Page, base: str, language: str) -> None:
        """Slip, moving, calling off, and what the link shows then."""
        for number, name in enumerate(("zettel", "verschieben", "absagen"), start=7):
            page.goto(f"{base}/{name}")
            self._keep(page, f"family-{language}-{number}-{name}")
        _send(page)
        page.goto(f"{base}/termin")
        self._keep(page, f"family-{language}-10-link-over")


def _send(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form button[type=submit]").last.click()


def _first(links: Locator, pattern: re.Pattern[str]) -> str:
    for link in links.all():
        found = pattern.search(link.get_attribute("href") or "")
        if found:
            return found[1]
    raise LookupError(f"no link like {pattern.pattern}")


def _act(page: Page, shot: Shot) -> None:
    """Do what leads to the page worth showing: search for somebody, press a button."""
    if shot.searched:
        page.fill("#q", shot.searched)
        page.get_by_role("button", name="Suchen").click()
        page.wait_for_load_state()
    if shot.press:
        page.get_by_role("button", name=shot.press).click()
        page.wait_for_load_state()
