"""What things print of themselves: a log line, a debugger or an error report shows no more than this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import msgspec

from tests.canary.grep import found_in
from tests.canary.journey import CANARIES

OURS = frozenset({"app", "cases", "scheduling", "workers", "config", "tests"})
DEEPEST = 8


class Prints:
    """Looks at everything that is handed to a page, and keeps which types print a canary."""

    def __init__(self) -> None:
        self.found: dict[str, set[str]] = {}
        self.looked_at = 0
        self._known: set[int] = set()
        self._alive: list[object] = []

    def rendered(self, _sender: object, context: Mapping[str, Any], **_: object) -> None:
        """A page was rendered with this."""
        for value in list(context.values()):
            self.look(value)

    def look(self, value: object, depth: int = 0) -> None:
        """Look at a thing and at what it holds."""
        if depth > DEEPEST or id(value) in self._known:
            return
        if isinstance(value, list | tuple | set | frozenset):
            for each in value:
                self.look(each, depth + 1)
        elif isinstance(value, dict):
            for each in value.values():
                self.look(each, depth + 1)
        elif type(value).__module__.partition(".")[0] in OURS:
            self._look_at_ours(value, depth)

    def _look_at_ours(self, value: object, depth: int) -> None:
        self._known.add(id(value))
        self._alive.append(value)  # an id is taken again once its object is gone
        self.looked_at += 1
        labels = found_in(f"{value!r} {value!s}".encode(), CANARIES)
        if labels:
            self.found.setdefault(f"{type(value).__module__}.{type(value).__qualname__}", set()).update(labels)
        if is_dataclass(value):
            names = [field.name for field in fields(value)]
        else:
            names = list(value.__struct_fields__) if isinstance(value, msgspec.Struct) else []
        for name in names:
            self.look(getattr(value, name, None), depth + 1)
