"""Pages of a long list: which rows are on one, and which pages to offer beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import Request, url_for

Item = TypeVar("Item")
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, repr=False)
class Page(Generic[Item]):
    """One page: `items` of a list of `total` rows, the page's `number` counted from 1."""

    items: Sequence[Item]
    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def count(self) -> int:
        """How many pages there are; one even for an empty list."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """The number of this page's first row, 0 in an empty list."""
        return min(self.total, (self.number - 1) * self.size + 1)

    @property
    def last(self) -> int:
        """The number of this page's last row."""
        return min(self.total, self.number * self.size)

    @property
    def previous(self) -> int | None:
        """The page before, if there is one."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The page after, if there is one."""
        return self.number + 1 if self.number < self.count else None

    @property
    def window(self) -> list[int | None]:
        """The pages to offer: first, last and the neighbours; None stands for a gap."""
        near = {1, self.count, *range(self.number - 1, self.number + 2)}
        shown: list[int | None] = []
        for number in sorted(n for n in near if 1 <= n <= self.count):
            if shown and shown[-1] is not None and number > shown[-1] + 1:
                shown.append(None)
            shown.append(number)
        return shown


def page_number(request: Request) -> int:
    """Answer the page that `?seite=` asks for; anything but a positive number is the first."""
    text = request.args.get("seite", "1")
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def page_urls(request: Request) -> Callable[[int], str]:
    """Answer a function from page number to this view's URL with its filters kept."""
    values = {**(request.view_args or {}), **request.args.to_dict(flat=False)}
    return lambda number: url_for(request.endpoint or "", **{**values, "seite": number})
