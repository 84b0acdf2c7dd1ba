"""A visitor with a real browser."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Response

OPEN_AROUND = """(item) => {
  for (let part = item.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
}"""
GENEROUS_MILLISECONDS = 60_000


class BrowserVisitor:
    """One browser context with its own cookies; `scripts=False` is a phone that runs no JavaScript."""

    def __init__(self, browser: Browser, url: str, *, width: int = 1280, scripts: bool = True) -> None:
        self.url = url
        self.context = browser.new_context(
            viewport={"width": width, "height": 844},
            java_script_enabled=scripts,
            locale="de-DE",
            timezone_id="Europe/Berlin",
        )
        self.context.set_default_timeout(GENEROUS_MILLISECONDS)
        self.tab = self.context.new_page()
        self.status = 0
        self.seen: list[tuple[str, int]] = []
        self.complaints: list[str] = []
        self.tab.on("response", self._note)
        self.tab.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))

    def close(self) -> None:
        """Close the browser context."""
        self.context.close()

    @property
    def path(self) -> str:
        """Where the visitor is: path and query."""
        parts = urlsplit(self.tab.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def html(self) -> str:
        """The page as it lies there."""
        return self.tab.content()

    @property
    def text(self) -> str:
        """What can be read in its main part, blanks folded."""
        part = self.tab.locator("main" if self.tab.locator("main").count() else "body")
        return " ".join((part.text_content() or "").split())

    def go(self, path: str) -> None:
        """Open an address of ours."""
        self.tab.goto(self.url + path)

    def fill(self, name: str, value: str, *, inside: str = "") -> None:
        """Write into the field of this name."""
        self._field(name, inside).fill(value)

    def tick(self, name: str, value: str = "", *, inside: str = "") -> None:
        """Tick the box or radio button of this name and value."""
        which = f"[value={_quoted(value)}]" if value else ""
        self._shown(self._scope(inside).locator(f"[name={_quoted(name)}]{which}").first).check(force=True)

    def choose(self, name: str, option: str, *, inside: str = "") -> None:
        """Choose the option that has this value, or contains these words."""
        field = self._field(name, inside)
        options = [
            (one.get_attribute("value") or "", one.text_content() or "") for one in field.locator("option").all()
        ]
        by_value = [value for value, _ in options if value == option]
        field.select_option((by_value or [value for value, words in options if option in words])[0])

    def attach(self, name: str, file: Path, *, inside: str = "") -> None:
        """Pick a file."""
        self._scope(inside).locator(f"input[name={_quoted(name)}]").first.set_input_files(file)

    def press(self, label: str = "", *, inside: str = "", beside: str = "") -> None:
        """Press a button; without a label, the last one of the page's last form."""
        row = f":is(tr, li):has(a[href={_quoted(beside)}]) " if beside else ""
        wanted = f":has-text({_quoted(label)})" if label else ""
        buttons = self._scope(inside).locator(f"{row}form button:not([aria-hidden]){wanted}")
        self._click(buttons.first if label else buttons.last)

    def follow(self, label: str, *, inside: str = "") -> None:
        """Click a link."""
        self._click(self._scope(inside).locator(f"a:has-text({_quoted(label)})").first)

    def ids(self, prefix: str) -> list[str]:
        """The ids on this page that begin so."""
        found = self.tab.locator(f"[id^={_quoted(prefix)}]")
        return [str(one.get_attribute("id")) for one in found.all()]

    def values(self, name: str) -> list[str]:
        """The values of every control of this name."""
        found = self._scope("").locator(f"[name={_quoted(name)}]")
        return [one.get_attribute("value") or "" for one in found.all()]

    def required(self) -> int:
        """How many fields of the main part must be filled."""
        found = self._scope("").locator("[required]")
        return len({one.get_attribute("name") for one in found.all()})

    def _scope(self, inside: str) -> Locator:
        return self.tab.locator(f"[id={_quoted(inside)}]") if inside else self.tab.locator("main")

    def _field(self, name: str, inside: str) -> Locator:
        return self._shown(self._scope(inside).locator(f"[name={_quoted(name)}]:not([type=hidden])").first)

    def _shown(self, item: Locator) -> Locator:
        """The item, with everything folded away around it opened."""
        item.evaluate(OPEN_AROUND)
        return item

    def _click(self, item: Locator) -> None:
        self._shown(item)
        with self.tab.expect_navigation():
            item.click()

    def _note(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self.tab.main_frame:
            self.status = response.status
            self.seen.append((urlsplit(response.url).path, response.status))


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
