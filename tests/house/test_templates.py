"""How pages are made: they compile, escape everything, and need no exception in the security policy."""

from __future__ import annotations

import re

from flask import Flask
from jinja2 import Environment, nodes

from tests.house.source import templates

# What the policy `style-src 'self'; script-src 'self'` blocks in a browser.
INLINE = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "style element": re.compile(r"<style\b", re.I),
    "script without src": re.compile(r"<script\b(?![^>]*\bsrc\s*=)", re.I),
    "event handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.I),
    "script address": re.compile(r"javascript:", re.I),
}
COMMENT = re.compile(r"{#.*?#}", re.S)
EXPRESSION = re.compile(r"{{.*?}}|{%.*?%}", re.S)
ARITHMETIC = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow)


def test_every_template_compiles(app: Flask) -> None:
    for name in templates():
        app.jinja_env.get_template(name)


def test_no_template_turns_escaping_off() -> None:
    raw = re.compile(r"\|\s*safe\b|{%-?\s*autoescape\s+false")
    assert [name for name, text in templates().items() if raw.search(COMMENT.sub("", text))] == []


def test_no_template_holds_a_style_or_a_script() -> None:
    found = [
        f"{name}: {what}"
        for name, text in templates().items()
        for what, pattern in INLINE.items()
        if name.endswith((".html", ".svg")) and pattern.search(EXPRESSION.sub("", COMMENT.sub("", text)))
    ]
    assert found == []


def test_no_template_calculates(app: Flask) -> None:
    found = [f"{name}:{node.lineno}" for name, text in templates().items() for node in _sums(app.jinja_env, text)]
    assert found == []


def _sums(environment: Environment, text: str) -> list[nodes.Node]:
    tree = environment.parse(text)
    return [node for kind in ARITHMETIC for node in tree.find_all(kind)]
