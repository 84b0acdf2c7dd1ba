"""What every way out is told and may answer: a letter in, one of four verdicts out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from app.messages.kinds import Reason
from app.messages.models import MessagePayload


class Verdict(StrEnum):
    """What is certain after a try: it left, it did not (later or never), or nobody knows."""

    SENT = "sent"
    LATER = "later"
    NEVER = "never"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try; `code` is a number of the protocol, never its text."""

    verdict: Verdict
    reason: Reason | None = None
    code: int | None = None

    def __str__(self) -> str:
        """As the evidence of the try is kept."""
        return " ".join(str(part) for part in (self.verdict, self.reason, self.code) if part is not None)


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """One message as a gateway gets it; its id stays the same through all tries."""

    id: UUID
    written_at: datetime
    payload: MessagePayload = field(repr=False)


class Gateway(Protocol):
    """A way out; one that knows repeats drops a second letter with the same id by itself."""

    @property
    def knows_repeats(self) -> bool:
        """Whether a letter may be sent again when nobody knows what became of it."""

    def send(self, letter: Letter) -> Outcome:
        """Try once and answer within two thirds of a lease; raises nothing for what the other side does."""
