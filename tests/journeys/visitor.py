"""What a person does at a web page, whoever carries it out: a browser, or requests without one."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Visitor(Protocol):
    """Somebody with a browser; labels match when they contain the words given, the first in the page wins.

    `inside` narrows to the element of that id; without it the page's main part is meant.
    """

    status: int

    @property
    def path(self) -> str:
        """Where the visitor is: path and query."""

    @property
    def html(self) -> str:
        """The page as it lies there."""

    @property
    def text(self) -> str:
        """What can be read in its main part, blanks folded."""

    def go(self, path: str) -> None:
        """Open an address of ours."""

    def fill(self, name: str, value: str, *, inside: str = "") -> None:
        """Write into the field of this name."""

    def tick(self, name: str, value: str = "", *, inside: str = "") -> None:
        """Tick the box or radio button of this name and value."""

    def choose(self, name: str, option: str, *, inside: str = "") -> None:
        """Choose the option that contains these words, or has this value."""

    def attach(self, name: str, file: Path, *, inside: str = "") -> None:
        """Pick a file."""

    def press(self, label: str = "", *, inside: str = "", beside: str = "") -> None:
        """Press a button; without a label, the last one of the page's last form.

        `beside` names a link in the same row of a table or list.
        """

    def follow(self, label: str, *, inside: str = "") -> None:
        """Click a link."""

    def ids(self, prefix: str) -> list[str]:
        """The ids on this page that begin so, in document order."""

    def values(self, name: str) -> list[str]:
        """The values of every control of this name, in document order."""

    def required(self) -> int:
        """How many fields of the main part must be filled; radio buttons of one name count once."""
