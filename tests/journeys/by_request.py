"""A visitor made of plain requests: reads forms, keeps what stands in them, sends them as a browser would."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.journeys.reading import Element, read

MOST_REDIRECTS = 8
TICKED = ("checkbox", "radio")


class RequestVisitor:
    """Acts on the last page it was given; every form goes out with its token and hidden fields."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.status = 0
        self.path = ""
        self.html = ""
        self.seen: list[tuple[str, int]] = []
        self.page = read("")

    @property
    def text(self) -> str:
        """What can be read in its main part."""
        return self._scope("").text

    def go(self, path: str) -> None:
        """Open an address of ours."""
        self._arrive(self.client.get(path), path)

    def fill(self, name: str, value: str, *, inside: str = "") -> None:
        """Write into the field of this name."""
        field = self._control(name, inside)
        if field.tag == "textarea":
            field.children = [value]
        else:
            field.attributes["value"] = value

    def tick(self, name: str, value: str = "", *, inside: str = "") -> None:
        """Tick the box or radio button of this name and value."""
        boxes = [one for one in self._controls(name, inside) if one.attributes.get("type") in TICKED]
        chosen = next(one for one in boxes if not value or one.attributes.get("value") == value)
        for one in boxes:
            if one.attributes["type"] == "radio":
                one.attributes.pop("checked", None)
        chosen.attributes["checked"] = ""

    def choose(self, name: str, option: str, *, inside: str = "") -> None:
        """Choose the option that has this value, or contains these words."""
        options = self._control(name, inside).all("option")
        by_value = [one for one in options if one.attributes.get("value", one.text) == option]
        chosen = (by_value or [one for one in options if option in one.text])[0]
        for one in options:
            one.attributes.pop("selected", None)
        chosen.attributes["selected"] = ""

    def attach(self, name: str, file: Path, *, inside: str = "") -> None:
        """Pick a file."""
        self._control(name, inside).attributes["data-file"] = str(file)

    def press(self, label: str = "", *, inside: str = "", beside: str = "") -> None:
        """Press a button; without a label, the last one of the page's last form."""
        found = self._scope(inside).all("button")
        buttons = [one for one in found if one.above("form") is not None and "aria-hidden" not in one.attributes]
        if beside:
            buttons = [one for one in buttons if _stands_beside(one, beside)]
        pressed = _with_label(buttons, label)[0] if label else buttons[-1]
        form = pressed.above("form")
        assert form is not None
        self._send(form, pressed)

    def follow(self, label: str, *, inside: str = "") -> None:
        """Click a link."""
        links = [one for one in self._scope(inside).all("a") if "href" in one.attributes]
        self.go(urljoin(self.path, _with_label(links, label)[0].attributes["href"]))

    def ids(self, prefix: str) -> list[str]:
        """The ids on this page that begin so."""
        return [name for one in self.page if (name := one.attributes.get("id", "")).startswith(prefix)]

    def values(self, name: str) -> list[str]:
        """The values of every control of this name."""
        return [one.attributes.get("value", "") for one in self._controls(name, "")]

    def required(self) -> int:
        """How many fields of the main part must be filled."""
        fields = [one for one in self._scope("") if "required" in one.attributes]
        return len({one.attributes.get("name") for one in fields})

    def _scope(self, inside: str) -> Element:
        found = self.page.by_id(inside) if inside else next(iter(self.page.all("main")), self.page)
        assert found is not None, f"nothing has the id {inside} on {self.path}"
        return found

    def _controls(self, name: str, inside: str) -> list[Element]:
        controls = self._scope(inside).all("input", "select", "textarea")
        return [one for one in controls if one.attributes.get("name") == name]

    def _control(self, name: str, inside: str) -> Element:
        found = [one for one in self._controls(name, inside) if one.attributes.get("type") != "hidden"]
        assert found, f"no field {name} on {self.path} ({self.status}): {self.text[:400]}"
        return found[0]

    def _send(self, form: Element, button: Element) -> None:
        action = button.attributes.get("formaction") or form.attributes.get("action") or self.path
        target = urljoin(self.path, action)
        data = _content(form, button)
        if form.attributes.get("method", "get").lower() == "get":
            self.go(f"{urlsplit(target).path}?{urlencode(list(data.items(multi=True)))}")
            return
        self._arrive(self.client.post(target, data=data, headers={"Referer": f"http://localhost{self.path}"}), target)

    def _arrive(self, response: TestResponse, path: str) -> None:
        for _ in range(MOST_REDIRECTS):
            if response.status_code not in (301, 302, 303):
                break
            path = urljoin(path, response.headers["Location"])
            parts = urlsplit(path)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            response = self.client.get(path)
        self.path, self.status = path, response.status_code
        self.html = response.get_data(as_text=True) if response.mimetype.startswith("text/") else ""
        self.page = read(self.html)
        self.seen.append((path, self.status))


def _stands_beside(button: Element, path: str) -> bool:
    row = button.above("tr") or button.above("li")
    return row is not None and any(link.attributes.get("href") == path for link in row.all("a"))


def _with_label(elements: list[Element], label: str) -> list[Element]:
    found = [one for one in elements if label.casefold() in one.text.casefold()]
    assert found, f"nothing is called {label}; there is: {[one.text for one in elements]}"
    return found


def _content(form: Element, button: Element) -> MultiDict[str, Any]:
    """What a browser would send for this form when that button is pressed."""
    data: MultiDict[str, Any] = MultiDict()
    for one in form.all("input", "select", "textarea"):
        name, kind = one.attributes.get("name", ""), one.attributes.get("type", "text")
        if not name or "disabled" in one.attributes or (kind in TICKED and "checked" not in one.attributes):
            continue
        if kind == "file":
            if file := one.attributes.get("data-file"):
                data.add(name, (Path(file).open("rb"), Path(file).name))  # noqa: SIM115
        elif one.tag == "select":
            options = one.all("option")
            chosen = [option for option in options if "selected" in option.attributes] or options[:1]
            for option in chosen:
                data.add(name, option.attributes.get("value", option.text))
        else:
            default = "on" if kind in TICKED else ""
            data.add(name, one.text if one.tag == "textarea" else one.attributes.get("value", default))
    if button.attributes.get("name"):
        data.add(button.attributes["name"], button.attributes.get("value", ""))
    return data
