"""Log lines: JSON, and nobody can be recognised in them."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from app import logs


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("mail to olena.k@example.org failed", "mail to …@… failed"),
        ("call +49 211 8922222 now", "call … now"),
        ("Exception on /t/uk/Zk3_x9-abc/termin [GET]", "Exception on /t/uk/…/termin [GET]"),
        ("GET /suche?q=Kovalenko", "GET /suche?…"),
        ("redis://user:geheim@host", "redis://user:…@host"),
        ("case 0190a1b2-1234-7abc-8def-0123456789ab", "case 0190a1b2-1234-7abc-8def-0123456789ab"),
        ("port 5000, 12 jobs", "port 5000, 12 jobs"),
    ],
)
def test_what_may_name_a_person_is_taken_out(said: str, kept: str) -> None:
    assert logs.redacted(said) == kept


def test_of_an_error_its_type_and_places_remain() -> None:
    try:
        raise ValueError("Kovalenko")
    except ValueError:
        record = logging.LogRecord("app", logging.ERROR, __file__, 1, "no %s", ("luck",), sys.exc_info())
    line = logs.JsonLines().format(record)
    said = json.loads(line)
    assert (said["text"], said["level"], said["error"]) == ("no luck", "error", "ValueError")
    assert said["places"][-1].startswith("app/test_logs.py:")
    assert "Kovalenko" not in line
