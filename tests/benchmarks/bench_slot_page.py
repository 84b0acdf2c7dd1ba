"""The pages behind an invitation's link while 500 people open them in the same moment, against the real servers.

Everything runs as `make run` starts it, on loopback; seconds are those of one visitor from asking to the last byte.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from statistics import median, quantiles
from threading import Barrier

from app.accounts import queries as accounts
from app.clock import BERLIN
from app.demo import people
from app.factory import create_app
from cases.services import open_case
from config import read_config
from scheduling.booking.services import invite
from scheduling.kinds import GateReason
from scheduling.states import AppointmentKind
from tests.benchmarks.registry import Measurement, benchmark
from tests.plugins.families import child_sheet, family_sheet
from tests.servers.stack import LOCALHOST, Stack

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=BERLIN)
LINKS, PATIENCE_SECONDS = 50, 300


@dataclass(frozen=True)
class Visit:
    """One answer: the seconds it took and its status, 0 for none."""

    seconds: float
    status: int


def _links(stack: Stack) -> list[str]:
    """Links of families of their own, fewer than visitors: a link is opened by several people of a family."""
    with create_app(read_config(stack.environment)).app_context():
        reception = accounts.actor_of(people.by_box()["empfang"])
        cases = [open_case(reception, family=family_sheet(), children=[child_sheet()]) for _ in range(LINKS)]
        kind, reason = AppointmentKind.FIRST_TALK, GateReason.URGENT
        return [invite(reception, case_id=case.id, kind=kind, without_papers=reason).token for case in cases]


def _visit(port: int, path: str, barrier: Barrier) -> Visit:
    barrier.wait(PATIENCE_SECONDS)
    began = time.perf_counter()
    connection = http.client.HTTPConnection(LOCALHOST, port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return Visit(time.perf_counter() - began, answer.status)
    except OSError:
        return Visit(time.perf_counter() - began, 0)
    finally:
        connection.close()


def _all_at_once(stack: Stack, tokens: Sequence[str], page: str, visitors: int) -> list[Visit]:
    barrier = Barrier(visitors)
    with ThreadPoolExecutor(visitors) as pool:
        paths = [f"/t/uk/{tokens[number % len(tokens)]}/{page}" for number in range(visitors)]
        return list(pool.map(lambda path: _visit(stack.port, path, barrier), paths))


def _p95(visits: Sequence[Visit]) -> float:
    return quantiles([visit.seconds for visit in visits], n=20)[-1]


@benchmark("slot_page", unit="s", n=500)
def slot_page(n: int) -> Measurement:
    """The 95th percentile of the page with the first free times; `first_page_p95` is that of the page before it."""
    stack = Stack(MONDAY)
    try:
        stack.start()
        tokens = _links(stack)
        _all_at_once(stack, tokens, "", 16)
        first = _all_at_once(stack, tokens, "", n)
        times = _all_at_once(stack, tokens, "zeiten", n)
    finally:
        stack.remove()
    seen = {
        "median": median(visit.seconds for visit in times),
        "pages_a_second": n / max(visit.seconds for visit in times),
        "first_page_p95": _p95(first),
        "errors": float(sum(visit.status != 200 for visit in [*first, *times])),
    }
    return Measurement(_p95(times), None, n, seen)
