"""Left and right become start and end, and only what is used remains."""

from __future__ import annotations

import re

import pytest

from app.web.assets import built_assets
from app.web.stylesheets import logical, only_blocks, without_unused_variables

PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border)-(?:left|right)|left|right|border-(?:top|bottom)-(?:left|right)-radius)"
    r"\s*:|(?:text-align|float|clear):(?:left|right)"
)


@pytest.mark.parametrize(
    ("physical", "expected"),
    [
        ("margin-left:1px", "margin-inline-start:1px"),
        ("padding-right:0", "padding-inline-end:0"),
        ("border-left:2px solid red", "border-inline-start:2px solid red"),
        ("border-right-color:red", "border-inline-end-color:red"),
        ("left:0", "inset-inline-start:0"),
        ("right:calc(1px * -1)", "inset-inline-end:calc(1px * -1)"),
        ("text-align:left", "text-align:start"),
        ("text-align:center", "text-align:center"),
        ("float:right!important", "float:inline-end!important"),
        ("clear:left", "clear:inline-start"),
        ("border-top-left-radius:4px", "border-start-start-radius:4px"),
        ("padding:1px 2px 3px 4px", "padding-block:1px 3px;padding-inline:4px 2px"),
        ("padding:1px 2px 3px 2px", "padding:1px 2px 3px 2px"),
        ("margin:1px 2px", "margin:1px 2px"),
        ("--my-left:1px", "--my-left:1px"),
    ],
)
def test_a_declaration_becomes_logical(physical: str, expected: str) -> None:
    assert logical(f"a{{{physical}}}") == f"a{{{expected};}}\n"


def test_rules_within_media_queries_become_logical() -> None:
    assert "inset-inline-start" in logical("@media (min-width:1px){a{left:0}}")


def test_corners_of_a_short_radius_are_named() -> None:
    css = logical("a{border-radius:1px 2px 3px 4px}")
    assert "border-start-end-radius:2px" in css
    assert "border-end-start-radius:4px" in css


@pytest.mark.parametrize("name", ["family.css", "staff.css"])
def test_no_physical_side_is_left_in_what_we_serve(name: str) -> None:
    assert PHYSICAL.findall(built_assets(None)[name].body.decode()) == []


def test_a_selector_of_an_unwanted_block_goes_and_the_others_stay() -> None:
    css = ".kern-btn,.kern-card .kern-btn{top:0}.kern-card{top:1px}p{top:2px}"
    assert only_blocks(css, blocks=["kern-btn"], icons=[]) == ".kern-btn{top:0;}\np{top:2px;}\n"


def test_a_comma_within_a_function_does_not_split_a_selector() -> None:
    css = ".kern-btn:has(i,b){top:0}"
    assert only_blocks(css, blocks=["kern-btn"], icons=[]) == ".kern-btn:has(i,b){top:0;}\n"


def test_elements_and_modifiers_belong_to_their_block() -> None:
    css = ".kern-btn--primary .kern-btn__x{top:0}"
    assert "top" in only_blocks(css, blocks=["kern-btn"], icons=[])


def test_icons_are_chosen_one_by_one() -> None:
    css = ".kern-icon--add{top:0}.kern-icon--home{top:1px}"
    assert only_blocks(css, blocks=["kern-icon"], icons=["add"]) == ".kern-icon--add{top:0;}\n"


def test_a_media_query_without_rules_goes() -> None:
    assert only_blocks("@media print{.kern-card{top:0}}", blocks=[], icons=[]) == ""


def test_a_variable_that_only_an_unread_one_reads_goes_as_well() -> None:
    css = ":root{--kern-a:1px;--kern-b:var(--kern-a);--kern-c:2px;}p{top:var(--kern-c, 3px);}"
    assert without_unused_variables(css) == ":root{--kern-c:2px;}p{top:var(--kern-c, 3px);}"


@pytest.mark.parametrize("name", ["family.css", "staff.css"])
def test_every_variable_of_kern_that_our_own_rules_read_is_defined(name: str) -> None:
    css = built_assets(None)[name].body.decode()
    read = set(re.findall(r"var\((--[a-z0-9-]+)\)", css))
    defined = set(re.findall(r"(--[a-z0-9-]+)\s*:", css))
    assert {variable for variable in read - defined if variable not in MISSING_IN_KERN} == set()


# KERN reads these and defines them nowhere; the rules fall back to what the browser does by itself.
MISSING_IN_KERN: set[str] = set()
