"""Checkpoints as they were kept outside: files of a directory, saved mails, or one file with several notes."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from app.data.signed_notes import DASH, Checkpoint, NoteError, read_checkpoint

LARGEST = 1_000_000


def read_checkpoints(place: Path) -> list[Checkpoint]:
    """Every note in a file or directory, hidden files aside; raises NoteError for a file that holds none."""
    if not place.exists():
        raise NoteError("there is no such file or directory of checkpoints")
    files = sorted(place.iterdir()) if place.is_dir() else [place]
    return [note for file in files if file.is_file() and not file.name.startswith(".") for note in _notes(file)]


def _notes(file: Path) -> Iterator[Checkpoint]:
    if file.stat().st_size > LARGEST:
        raise NoteError("a file of checkpoints is larger than checkpoints are")
    text = _text(file).replace("\r\n", "\n")
    found = [read_checkpoint(one) for one in _split(text)]
    if not found:
        raise NoteError(f"the file {file.name} holds no checkpoint")
    yield from found


def _split(text: str) -> Iterator[str]:
    """The notes of a text: each ends with its signature lines."""
    lines: list[str] = []
    is_signed = False
    for line in text.split("\n"):
        if is_signed and not line.startswith(DASH):
            yield "\n".join(lines) + "\n"
            lines, is_signed = [], False
        if lines or line.strip():
            lines.append(line)
            is_signed = line.startswith(DASH)
    if is_signed:
        yield "\n".join(lines) + "\n"


def _text(file: Path) -> str:
    """The text of a file; of a saved mail its plain part."""
    raw = file.read_bytes()
    if file.suffix == ".eml":
        message = message_from_bytes(raw, policy=policy.default)
        part = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
        return str(part.get_content()) if part is not None else ""
    return raw.decode("utf-8", errors="replace")
