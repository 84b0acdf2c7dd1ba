"""Log lines as JSON, one object a line, without anything personal: texts are redacted, errors lose theirs.

Of an error only its type and the places in our code remain, as its text may quote what a person typed.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from types import TracebackType

QUIET = ("rq", "werkzeug", "alembic", "fontTools", "weasyprint")
DEEPEST = 8

_ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[^\s@<>\"']+")
_INVITATION = re.compile(r"(/t/[A-Za-z-]+/|/s/)[^/\s\"'?]+")
_QUERY = re.compile(r"\?[^\s\"']+")
_PASSWORD = re.compile(r"(\w+://[^:/@\s]*:)[^@/\s]+@")
_NUMBER = re.compile(r"(?<![\w.:-])\+?\d[\d /()-]{6,}\d(?![\w:-])")


class OwnHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """The one handler of this installation, so that it is never added twice."""


class JsonLines(logging.Formatter):
    """One JSON object a line: when, how bad, who says it, what, and the type and places of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; never raises, as a log must not break what it watches."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": redacted(_text(record)),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__qualname__
            line["places"] = _places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def redacted(text: str) -> str:
    """The text without e-mail addresses, telephone numbers, invitation tokens, query strings and passwords."""
    text = _PASSWORD.sub(r"\1…@", text)
    text = _INVITATION.sub(r"\1…", text)
    text = _QUERY.sub("?…", text)
    text = _ADDRESS.sub("…@…", text)
    return _NUMBER.sub("…", text)


def configure(*, level: int = logging.INFO) -> None:
    """Send everything this process logs to standard error as JSON lines; done again, nothing changes."""
    root = logging.getLogger()
    if not any(isinstance(handler, OwnHandler) for handler in root.handlers):
        handler = OwnHandler()
        handler.setFormatter(JsonLines())
        root.addHandler(handler)
        root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _text(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return str(record.msg)


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-DEEPEST:]
    return [f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} {frame.name}" for frame in frames]
