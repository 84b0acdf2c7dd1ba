"""KERN's stylesheet made ready: logical properties for right-to-left pages, and only the blocks in use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import tinycss2
from tinycss2.ast import AtRule, Declaration, LiteralToken, Node, QualifiedRule

_RENAMED = {
    "left": "inset-inline-start",
    "right": "inset-inline-end",
    "border-top-left-radius": "border-start-start-radius",
    "border-top-right-radius": "border-start-end-radius",
    "border-bottom-left-radius": "border-end-start-radius",
    "border-bottom-right-radius": "border-end-end-radius",
    **{f"{name}-left": f"{name}-inline-start" for name in ("margin", "padding", "border")},
    **{f"{name}-right": f"{name}-inline-end" for name in ("margin", "padding", "border")},
    **{f"scroll-{name}-left": f"scroll-{name}-inline-start" for name in ("margin", "padding")},
    **{f"scroll-{name}-right": f"scroll-{name}-inline-end" for name in ("margin", "padding")},
    **{f"border-left-{part}": f"border-inline-start-{part}" for part in ("width", "style", "color")},
    **{f"border-right-{part}": f"border-inline-end-{part}" for part in ("width", "style", "color")},
}
_SIDES = {
    "text-align": {"left": "start", "right": "end"},
    "float": {"left": "inline-start", "right": "inline-end"},
    "clear": {"left": "inline-start", "right": "inline-end"},
}
_FOUR_SIDED = {
    "margin": ("margin-block", "margin-inline"),
    "padding": ("padding-block", "padding-inline"),
    "inset": ("inset-block", "inset-inline"),
    "border-width": ("border-block-width", "border-inline-width"),
    "border-style": ("border-block-style", "border-inline-style"),
    "border-color": ("border-block-color", "border-inline-color"),
}
_CORNERS = (
    "border-start-start-radius",
    "border-start-end-radius",
    "border-end-end-radius",
    "border-end-start-radius",
)
_CLASS = re.compile(r"\.(kern-[a-z0-9_-]+)")
_VARIABLE = re.compile(r"var\(\s*(--[a-z0-9-]+)")


def logical(css: str) -> str:
    """Answer `css` with left and right replaced by inline start and end, and without comments."""
    return _walk(css, lambda selector: True)


def only_blocks(css: str, *, blocks: Iterable[str], icons: Iterable[str]) -> str:
    """Answer the rules of `css` whose KERN classes all belong to `blocks` or are one of `icons`.

    A block is a class name up to its first `__` or `--`; rules without a KERN class stay. The answer is
    logical as well (see `logical`).
    """
    wanted_blocks, wanted_icons = frozenset(blocks), frozenset(icons)

    def is_wanted(selector: str) -> bool:
        return all(
            name.removeprefix("kern-icon--") in wanted_icons
            if name.startswith("kern-icon--")
            else re.split("__|--", name)[0] in wanted_blocks
            for name in _CLASS.findall(selector)
        )

    return _walk(css, is_wanted)


def without_unused_variables(css: str) -> str:
    """Answer `css` without the variables of KERN that no declaration reads, directly or through another."""
    definition = re.compile(r"(--kern-[a-z0-9-]+):([^;{}]*);")
    while True:
        unread = frozenset(name for name, _ in definition.findall(css)) - frozenset(_VARIABLE.findall(css))
        if not unread:
            return css
        css = re.sub("(?:" + "|".join(sorted(unread, reverse=True)) + r"):[^;{}]*;", "", css)


def classes_of(css: str) -> frozenset[str]:
    """Answer every class name that a selector of `css` speaks of."""
    return frozenset(re.findall(r"\.(-?[_a-zA-Z][\w-]*)", re.sub(r'url\([^)]*\)|"[^"]*"', "", css)))


def _walk(css: str, is_wanted: Callable[[str], bool]) -> str:
    return _rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), is_wanted)


def _rules(rules: Sequence[Node], is_wanted: Callable[[str], bool]) -> str:
    out: list[str] = []
    for rule in rules:
        if isinstance(rule, QualifiedRule):
            selectors = [text for text in _selectors(rule.prelude) if is_wanted(text)]
            if selectors:
                out.append(f"{','.join(selectors)}{{{_declarations(rule.content)}}}\n")
        elif isinstance(rule, AtRule) and rule.content is not None:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            body = _rules(inner, is_wanted)
            if body:
                out.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{\n{body}}}\n")
    return "".join(out)


def _selectors(prelude: Sequence[Node]) -> list[str]:
    """Split a selector list at its outer commas; those within `:has(...)` stay inside their token."""
    parts: list[list[Node]] = [[]]
    for token in prelude:
        if isinstance(token, LiteralToken) and token.value == ",":
            parts.append([])
        elif token.type != "comment":
            parts[-1].append(token)
    return [re.sub(r"\s+", " ", tinycss2.serialize(part).strip()) for part in parts]


def _declarations(content: Sequence[Node]) -> str:
    nodes = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    return "".join(_declaration(node) for node in nodes if isinstance(node, Declaration))


def _declaration(node: Declaration) -> str:
    name = node.name if node.name.startswith("--") else node.lower_name
    values = [tinycss2.serialize([token]) for token in node.value if token.type not in ("whitespace", "comment")]
    text = re.sub(r"\s+", " ", tinycss2.serialize(node.value).strip())
    end = "!important;" if node.important else ";"
    if name in _RENAMED:
        return f"{_RENAMED[name]}:{text}{end}"
    if name in _SIDES:
        return f"{name}:{_SIDES[name].get(text, text)}{end}"
    if name in _FOUR_SIDED and len(values) == 4 and values[1] != values[3]:
        block, inline = _FOUR_SIDED[name]
        return f"{block}:{values[0]} {values[2]}{end}{inline}:{values[3]} {values[1]}{end}"
    if name == "border-radius" and len(values) == 4 and "/" not in values:
        return "".join(f"{corner}:{value}{end}" for corner, value in zip(_CORNERS, values, strict=True))
    return f"{name}:{text}{end}"
