"""A long list is cut into pages, and its filters survive turning them."""

from __future__ import annotations

import pytest
from flask import Flask, request

from app.web.pagination import Page, page_number, page_urls


@pytest.mark.parametrize(
    ("number", "total", "first", "last", "count"),
    [(1, 0, 0, 0, 1), (1, 50, 1, 50, 1), (2, 51, 51, 51, 2), (3, 613, 101, 150, 13)],
)
def test_a_page_knows_its_rows(number: int, total: int, first: int, last: int, count: int) -> None:
    page: Page[int] = Page([], number, total)
    assert (page.first, page.last, page.count) == (first, last, count)


@pytest.mark.parametrize(
    ("number", "window"),
    [
        (1, [1, 2, None, 13]),
        (3, [1, 2, 3, 4, None, 13]),
        (7, [1, None, 6, 7, 8, None, 13]),
        (13, [1, None, 12, 13]),
    ],
)
def test_the_neighbours_and_both_ends_are_offered(number: int, window: list[int | None]) -> None:
    assert Page([], number, 613).window == window


def test_the_ends_lead_nowhere_further() -> None:
    assert Page([], 1, 100).previous is None
    assert Page([], 2, 100).next is None


@pytest.mark.parametrize(
    ("text", "number"), [("3", 3), ("0", 1), ("-1", 1), ("x", 1), ("²", 1), ("9" * 30, 1), ("", 1)]
)
def test_the_page_asked_for_is_a_positive_number(gallery: Flask, text: str, number: int) -> None:
    with gallery.test_request_context(f"/?seite={text}"):
        assert page_number(request) == number


def test_filters_survive_turning_the_page(gallery: Flask) -> None:
    with gallery.test_request_context("/staff/?stand=a&stand=b&seite=4"):
        assert page_urls(request)(5) == "/staff/?stand=a&stand=b&seite=5"
