"""The board as a page that the browser asks for anew by itself, without a script."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, make_response, render_template

from app import clock
from scheduling.walkins.queries import Call

SECONDS = 15
"""How old the board may get."""


def board_page(calls: Sequence[Call]) -> Response:
    """Who is called and who waits; the header does what a script would, and no element of the page has to."""
    page = make_response(render_template("scheduling/walkins/board.html", calls=calls, now=clock.now()))
    page.headers["Refresh"] = str(SECONDS)
    return page
