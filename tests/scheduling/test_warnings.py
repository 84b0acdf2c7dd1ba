"""Pages say so when their days lie beyond the published school holidays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from flask.testing import FlaskClient

from scheduling.holidays import data_ends_on
from scheduling.warnings import runs_out
from tests.plugins.application import World
from tests.plugins.families import OpenCase
from tests.scheduling.conftest import Office

SignIn = Callable[[str], FlaskClient]
TOLD = "Schulferien noch nicht bekannt"


def test_the_warning_begins_with_the_first_day_nobody_has_published() -> None:
    last = data_ends_on()
    assert not runs_out(last - timedelta(days=9), last)
    assert runs_out(last, last + timedelta(days=1))
    assert not runs_out(date(2026, 11, 23))


def test_week_and_booking_pages_of_staff_warn(
    world: World, office: Office, open_case: OpenCase, sign_in: SignIn
) -> None:
    client, beyond = sign_in("reception"), (data_ends_on() + timedelta(days=8)).isoformat()
    case = open_case()
    for page in ("/termine/woche?tag=", f"/faelle/{case.id}/termine/neu?ab="):
        assert TOLD not in client.get(page + "2026-11-24").text
        assert TOLD in client.get(page + beyond).text
