"""Getting one calendar over the network without being led anywhere else: https, public addresses, little time.

A name is looked up once, every address behind it is judged, and the connection goes to exactly the address that was
judged: a name that answers differently a moment later leads nowhere. Each redirect is judged anew. Nothing here logs,
and no error holds an address.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from urllib.parse import SplitResult, urljoin, urlsplit

from scheduling.calendars.reading import Unreadable
from scheduling.resource_kinds import CalendarProblem

SECONDS = 10.0
MOST_BYTES = 5 * 1024 * 1024
MOST_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADERS = {"Accept": "text/calendar", "Accept-Encoding": "identity", "User-Agent": "Einstieg"}
PORT = 443


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What a calendar's server sent; no content means that it has not changed since `etag`."""

    content: bytes | None
    etag: str


@dataclass(frozen=True, slots=True)
class Doors:
    """What may be asked: in tests and demos also this machine, and a certificate of its own authority."""

    may_be_inside: bool = False
    authority: str | None = None
    seconds: float = SECONDS


def fetch(address: str, *, etag: str = "", doors: Doors | None = None) -> Answer:
    """The calendar behind an address; raises Unreadable with the reason for whose calendar it is."""
    opened = doors or Doors()
    for _ in range(MOST_REDIRECTS + 1):
        parts = judged(address)
        try:
            answer = _ask(parts, etag, opened)
        except Unreadable:
            raise
        except ssl.SSLError:
            raise Unreadable(CalendarProblem.NOT_SECURE) from None
        except TimeoutError:
            raise Unreadable(CalendarProblem.TOO_SLOW) from None
        except (OSError, http.client.HTTPException, ValueError):
            raise Unreadable(CalendarProblem.UNREACHABLE) from None
        if isinstance(answer, Answer):
            return answer
        address = urljoin(address, answer)
    raise Unreadable(CalendarProblem.TOO_MANY_REDIRECTS)


def judged(address: str) -> SplitResult:
    """The parts of an address that may be asked at all, before its name is looked up; `webcal` is https."""
    try:
        parts = urlsplit(address.strip())
        if parts.scheme in ("webcal", "webcals"):
            parts = parts._replace(scheme="https")
        usable = parts.scheme == "https" and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        raise Unreadable(CalendarProblem.NO_SUCH_SERVER) from None
    if not usable:
        raise Unreadable(CalendarProblem.NO_HTTPS)
    return parts


def is_public(address: str) -> bool:
    """Whether an IP address lies in the internet: no loopback, private, link-local, multicast or reserved one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    return bool(found.is_global and inner.is_global and not inner.is_multicast and not inner.is_reserved)


def _ask(parts: SplitResult, etag: str, doors: Doors) -> Answer | str:
    """One request: the answer, or where it redirects to."""
    port = parts.port or PORT
    connection = _Pinned(parts.hostname or "", port, _place_of(parts.hostname or "", port, doors), doors)
    with _ending(connection, doors.seconds):
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request("GET", path, headers=HEADERS | ({"If-None-Match": etag} if etag else {}))
        response = connection.getresponse()
        if response.status in REDIRECTS:
            return response.getheader("Location") or ""
        if response.status == 304 and etag:
            return Answer(None, etag)
        _require_ok(response.status)
        if (response.length or 0) > MOST_BYTES:
            raise Unreadable(CalendarProblem.TOO_LARGE)
        content = response.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise Unreadable(CalendarProblem.TOO_LARGE)
        if response.length:
            raise Unreadable(CalendarProblem.UNREACHABLE)
        return Answer(content, _plain(response.getheader("ETag") or ""))


def _require_ok(status: int) -> None:
    if status == 200:
        return
    if status in (401, 403):
        raise Unreadable(CalendarProblem.REFUSED)
    if status in (404, 410):
        raise Unreadable(CalendarProblem.GONE)
    raise Unreadable(CalendarProblem.TROUBLE)


def _place_of(host: str, port: int, doors: Doors) -> tuple[int, str]:
    """The family and number of the one address to connect to; one inner address behind a name spoils all of them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreadable(CalendarProblem.NO_SUCH_SERVER) from None
    places = [(int(family), str(where[0])) for family, _, _, _, where in found]
    if not doors.may_be_inside and not all(is_public(number) for _, number in places):
        raise Unreadable(CalendarProblem.NOT_ALLOWED)
    return places[0]


def _plain(etag: str) -> str:
    """An entity tag that may be sent back as it is; anything odd or long is forgotten."""
    return etag if len(etag) <= 200 and etag.isascii() and etag.isprintable() else ""


class _Pinned(http.client.HTTPSConnection):
    """A TLS connection to one judged address, whose certificate must name the host that was asked for."""

    def __init__(self, host: str, port: int, place: tuple[int, str], doors: Doors) -> None:
        context = ssl.create_default_context(cafile=doors.authority)
        super().__init__(host, port, timeout=doors.seconds, context=context)
        self._place, self._context_of = place, context
        self.held: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the judged address, whatever the name would answer now."""
        family, number = self._place
        plain = socket.socket(family, socket.SOCK_STREAM)
        plain.settimeout(self.timeout)
        self.sock = self.held = plain
        plain.connect((number, self.port))
        self.sock = self._context_of.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self.held = self.sock
        self.sock.do_handshake()


@contextmanager
def _ending(connection: _Pinned, seconds: float) -> Iterator[None]:
    """Cut the connection once its time is over, however slowly the other side drips; raises Unreadable then."""
    ended: list[bool] = []

    def cut() -> None:
        ended.append(True)
        held = connection.held  # http.client forgets its own once the answer has begun
        if held is not None:
            with suppress(OSError):
                socket.socket.shutdown(held, socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception:
        if ended:
            raise Unreadable(CalendarProblem.TOO_SLOW) from None
        raise
    finally:
        timer.cancel()
        connection.close()
