"""Telling the waiting list that a time may have become free; the periodic round would find it a minute later."""

from __future__ import annotations

from uuid import UUID

from flask import current_app

from app.data.database import after_commit
from app.queue import JobName


def freed(organisation_id: UUID) -> None:
    """Wake a worker for one office once the open transaction is kept."""
    bell = current_app.extensions["doorbell"]
    after_commit(lambda: bell.ring(JobName.FILL_WAITING, str(organisation_id)))
