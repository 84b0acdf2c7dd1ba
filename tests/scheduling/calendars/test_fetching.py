"""A calendar's address leads to a public https server or nowhere; what it sends is bounded in size and time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduling.calendars import fetching
from scheduling.calendars.fetching import Doors, fetch, is_public
from scheduling.calendars.reading import Unreadable
from scheduling.resource_kinds import CalendarProblem
from tests.servers.calendars import CalendarServer, calendar_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[CalendarServer]:
    """A server on this machine."""
    with calendar_server(tmp_path) as running:
        running.content = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
        yield running


def _doors(server: CalendarServer, seconds: float = 10.0) -> Doors:
    return Doors(may_be_inside=True, authority=str(server.authority), seconds=seconds)


def _problem(address: str, doors: Doors | None = None) -> CalendarProblem:
    with pytest.raises(Unreadable) as raised:
        fetch(address, doors=doors)
    assert "geheim" not in repr(raised.value)
    return raised.value.problem


def test_a_calendar_comes_with_its_tag_and_only_once_while_nothing_changes(server: CalendarServer) -> None:
    answer = fetch(server.address, doors=_doors(server))
    assert (answer.content, answer.etag) == (server.content, '"one"')
    again = fetch(server.address, etag=answer.etag, doors=_doors(server))
    assert (again.content, again.etag) == (None, '"one"')
    webcal = server.address.replace("https:", "webcal:")
    assert fetch(webcal, doors=_doors(server)).content == server.content


@pytest.mark.parametrize(
    "address",
    ["http://example.org/a.ics", "file:///etc/passwd", "ftp://example.org/a.ics", "https:///a.ics", "example.org"],
)
def test_only_https_is_asked(address: str) -> None:
    assert _problem(address) is CalendarProblem.NO_HTTPS


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.1.2.3", "100.64.0.1", "224.0.0.1",
        "::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::", "ff02::1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_an_address_inside_is_not_public(number: str) -> None:
    assert not is_public(number)


def test_public_addresses_are_public() -> None:
    assert is_public("193.99.144.80")
    assert is_public("2a02:2e0:3fe:1001:302::")


def test_this_machine_is_never_asked_by_name_number_or_redirect(
    server: CalendarServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for host in ("localhost", "127.0.0.1", "[::1]", "2130706433", "0x7f.1"):
        assert _problem(f"https://{host}:{server.port}/geheim") in (
            CalendarProblem.NOT_ALLOWED, CalendarProblem.NO_SUCH_SERVER,
        )  # fmt: skip
    assert server.asked == []
    server.status, server.location = 302, "http://localhost/geheim"
    assert _problem(server.address, _doors(server)) is CalendarProblem.NO_HTTPS
    # A name that was public when it was first asked, and leads inside with the redirect.
    places = iter([(2, "127.0.0.1"), Unreadable(CalendarProblem.NOT_ALLOWED)])

    def place(*_: object) -> tuple[int, str]:
        found = next(places)
        if isinstance(found, Unreadable):
            raise found
        return found  # type: ignore[return-value]

    server.location = server.address
    monkeypatch.setattr(fetching, "_place_of", place)
    assert _problem(server.address, _doors(server)) is CalendarProblem.NOT_ALLOWED


def test_the_connection_goes_to_the_address_that_was_judged(
    server: CalendarServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One inner address among a name's addresses is enough to refuse all of them."""
    both = [(2, 1, 6, "", ("193.99.144.80", 443)), (2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *_, **__: both)
    assert _problem("https://kalender.example/geheim.ics") is CalendarProblem.NOT_ALLOWED


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (401, CalendarProblem.REFUSED),
        (403, CalendarProblem.REFUSED),
        (404, CalendarProblem.GONE),
        (410, CalendarProblem.GONE),
        (500, CalendarProblem.TROUBLE),
    ],
)
def test_what_the_server_says_becomes_a_sentence(server: CalendarServer, status: int, problem: CalendarProblem) -> None:
    server.status = status
    assert _problem(server.address, _doors(server)) is problem
    assert problem.label.endswith(".")


def test_large_slow_circling_and_untrusted_servers_are_left(server: CalendarServer) -> None:
    assert _problem(server.address, Doors(may_be_inside=True)) is CalendarProblem.NOT_SECURE
    server.content = b"x" * (fetching.MOST_BYTES + 1)
    assert _problem(server.address, _doors(server)) is CalendarProblem.TOO_LARGE
    server.content, server.drip = b"x" * 1000, True
    assert _problem(server.address, _doors(server, seconds=0.4)) is CalendarProblem.TOO_SLOW
    server.drip, server.status, server.location = False, 301, server.address
    assert _problem(server.address, _doors(server)) is CalendarProblem.TOO_MANY_REDIRECTS
    assert _problem("https://gibt-es-nicht.invalid/geheim.ics") is CalendarProblem.NO_SUCH_SERVER
