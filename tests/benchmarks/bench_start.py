"""From `make run` to a page: seconds to the first healthy answer, and what a family's first page weighs.

Where a limit was promised it stands as the baseline: a ratio up to 1 keeps the promise.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from app.accounts import queries as accounts
from app.clock import BERLIN
from app.data.database import session
from app.data.key_file import create_key_file
from app.demo import people
from app.factory import create_app
from cases.forms import NewCaseForm
from cases.models import Case
from cases.states import CaseState
from config import read_config
from scheduling.booking.services import invite
from scheduling.states import AppointmentKind
from tests.benchmarks.registry import Measurement, benchmark
from tests.servers.stack import Stack
from tests.servers.wire import first_page_bytes

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=BERLIN)
MOST_BYTES = 40 * 1024
MOST_FIELDS = 25
SIGN_IN_AND_SEARCH_FIELDS = 3


@benchmark("start_cold", unit="s", n=1)
def start_in_an_empty_folder(n: int) -> Measurement:
    """Stores, keys, people and forty families are made, then web, worker and queue start; packages are installed."""
    taken = []
    for _ in range(n):
        stack = Stack(MONDAY)
        try:
            taken.append(stack.start())
        finally:
            stack.remove()
    return Measurement(statistics.median(taken), None, n)


@benchmark("start_again", unit="s", n=3)
def start_on_what_is_there(n: int) -> Measurement:
    """The same with everything there already."""
    with _running() as stack:
        taken = []
        for _ in range(n):
            stack.stop()
            taken.append(stack.start())
    return Measurement(statistics.median(taken), None, n)


@benchmark("first_page_bytes", unit="B", n=1)
def first_page_of_a_family(n: int) -> Measurement:
    """HTML and stylesheet behind an invitation's link in Arabic, gzipped, with headers, by 40 KB."""
    with _running() as stack:
        size = first_page_bytes(stack.url, f"/t/ar/{_invitation(stack)}/")
    return Measurement(size, MOST_BYTES, n)


@benchmark("intake_fields", unit="fields", n=2)
def fields_of_a_new_case(n: int) -> Measurement:
    """Fields that must be filled from signing in to the saved case of a family with `n` children, by 25."""
    with TemporaryDirectory() as folder:
        told = {"EINSTIEG_MODE": "demo", "EINSTIEG_HOME": folder, "SECRET_KEY": "x" * 40}
        create_key_file(Path(folder) / "root" / "root.key")
        with create_app(read_config(told)).test_request_context():
            form = NewCaseForm(meta={"csrf": False})
            for _ in range(n - len(form.children.entries)):
                form.children.append_entry()
            fields = [*form, *(field for row in form.children.entries for field in row.form)]
            required = [field for field in fields if field.flags.required]
    return Measurement(SIGN_IN_AND_SEARCH_FIELDS + len(required), MOST_FIELDS, n)


@contextmanager
def _running() -> Iterator[Stack]:
    stack = Stack(MONDAY)
    try:
        stack.start()
        yield stack
    finally:
        stack.remove()


def _invitation(stack: Stack) -> str:
    """The token of an invitation that reception gives to a family whose papers are complete."""
    with create_app(read_config(stack.environment)).app_context():
        case = session().scalars(select(Case).where(Case.state == CaseState.DOCUMENTS_COMPLETE)).first()
        assert case is not None
        reception = accounts.actor_of(people.by_box()["empfang"])
        return invite(reception, case_id=case.id, kind=AppointmentKind.FIRST_TALK).token
