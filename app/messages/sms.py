"""The SMS gateway of development: each message becomes a file, none leaves the machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.messages.gateways import Letter, Outcome, Verdict
from app.messages.kinds import Reason


@dataclass(frozen=True, slots=True)
class FileSms:
    """Keeps each SMS as a file named by its message, so a repeated one overwrites the first."""

    folder: Path
    knows_repeats: bool = True

    def send(self, letter: Letter) -> Outcome:
        """Write number and text; a full disk means later."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            half = self.folder / f".{letter.id}.part"
            half.write_text(f"{letter.payload.address}\n\n{letter.payload.text}\n", encoding="utf-8")
            half.replace(self.folder / f"{letter.id}.txt")
        except OSError:
            return Outcome(Verdict.LATER, Reason.UNREACHABLE)
        return Outcome(Verdict.SENT)
