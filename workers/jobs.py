"""What the bell may ask for, and running it: an allowed name and the id of a row, nothing else.

Every job may run twice, or for a row that needs nothing any more; each of these services says so.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Flask

from app.messages.delivery import deliver
from app.queue import JobName, JobRefused
from scheduling.waiting import filling
from workers import routing

Handler = Callable[[UUID], object]

HANDLERS: dict[JobName, Handler] = {
    JobName.DELIVER_MESSAGE: deliver,
    JobName.ROUTE_HANDOVER: routing.route,
    JobName.FILL_WAITING: filling.fill,
}


class _Process:
    app: Flask | None = None


_process = _Process()


def bind(app: Flask) -> None:
    """Run this process's jobs within `app`."""
    _process.app = app


def run(job_name: str, record_id: str) -> None:
    """Do one job within a context of its own; raises JobRefused for a name without a handler."""
    handler = HANDLERS.get(JobName(job_name)) if job_name in frozenset(JobName) else None
    if handler is None or _process.app is None:
        raise JobRefused("no handler of this name in this process")
    with _process.app.app_context():
        handler(UUID(record_id))
