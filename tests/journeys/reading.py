"""An HTML page as a tree, as far as a visitor without eyes needs it: links, forms, text."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

EMPTY = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
SILENT = frozenset(("script", "style", "head"))


class Element:
    """One element; `children` holds elements and pieces of text in their order."""

    def __init__(self, tag: str, attributes: dict[str, str], parent: Element | None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children: list[Element | str] = []

    def __iter__(self) -> Iterator[Element]:
        """Every element below this one, in document order."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child

    @property
    def text(self) -> str:
        """What can be read in it, blanks folded."""
        return " ".join("".join(self._pieces()).split())

    def _pieces(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in SILENT:
                yield from child._pieces()
                yield "" if child.tag in ("a", "b", "bdi", "span", "strong") else " "

    def all(self, *tags: str) -> list[Element]:
        """Every element of these tags below this one."""
        return [element for element in self if element.tag in tags]

    def above(self, tag: str) -> Element | None:
        """The nearest element of this tag around this one."""
        element = self.parent
        while element is not None and element.tag != tag:
            element = element.parent
        return element

    def by_id(self, identity: str) -> Element | None:
        """The element of this id."""
        return next((element for element in self if element.attributes.get("id") == identity), None)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.here = Element("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(element)
        if tag not in EMPTY:
            self.here = element

    def handle_endtag(self, tag: str) -> None:
        element: Element | None = self.here
        while element is not None and element.tag != tag:
            element = element.parent
        if element is not None and element.parent is not None:
            self.here = element.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def read(html: str) -> Element:
    """The page's tree."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root
