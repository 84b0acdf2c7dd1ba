"""What of a foreign calendar counts as busy: times alone, in Düsseldorf where the file names no zone."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.clock import BERLIN
from scheduling.calendars.reading import Unreadable, busy_times
from scheduling.hours import Interval
from scheduling.resource_kinds import CalendarProblem

WINDOW = Interval(
    int(datetime(2026, 10, 1, tzinfo=BERLIN).timestamp()), int(datetime(2027, 5, 1, tzinfo=BERLIN).timestamp())
)


def _calendar(*events: str, head: str = "") -> bytes:
    body = "".join(f"BEGIN:VEVENT\nUID:{number}\n{event}\nEND:VEVENT\n" for number, event in enumerate(events))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{head}{body}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def _read(content: bytes) -> list[str]:
    def local(seconds: int) -> str:
        return datetime.fromtimestamp(seconds, BERLIN).strftime("%d.%m. %H:%M")

    return [f"{local(one.starts)}-{local(one.ends)}" for one in busy_times(content, within=WINDOW)]


@pytest.mark.parametrize(
    ("event", "times"),
    [
        ("DTSTART:20261125T090000Z\nDTEND:20261125T100000Z", ["25.11. 10:00-25.11. 11:00"]),
        ("DTSTART:20261125T090000\nDURATION:PT90M", ["25.11. 09:00-25.11. 10:30"]),
        (
            "DTSTART;TZID=America/New_York:20261125T090000\nDTEND;TZID=America/New_York:20261125T100000",
            ["25.11. 15:00-25.11. 16:00"],
        ),
        ("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227", ["24.12. 00:00-27.12. 00:00"]),
        ("DTSTART;VALUE=DATE:20261224", ["24.12. 00:00-25.12. 00:00"]),
        (
            "DTSTART;TZID=Europe/Berlin:20261020T090000\nDTEND;TZID=Europe/Berlin:20261020T093000\n"
            "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Berlin:20261103T090000",
            ["20.10. 09:00-20.10. 09:30", "27.10. 09:00-27.10. 09:30", "10.11. 09:00-10.11. 09:30"],
        ),
        ("DTSTART:20261125T090000Z\nDTEND:20261125T100000Z\nTRANSP:TRANSPARENT", []),
        ("DTSTART:20261125T090000Z\nDTEND:20261125T100000Z\nSTATUS:CANCELLED", []),
        ("DTSTART:20261125T090000Z\nDTEND:20261125T100000Z\nX-MICROSOFT-CDO-BUSYSTATUS:FREE", []),
        ("DTSTART:20261125T090000Z\nDTEND:20261125T090000Z", []),
        ("DTSTART:20200101T090000Z\nDTEND:20200101T100000Z", []),
        ("DTSTART:20260901T090000Z\nDTEND:20261001T100000Z", ["01.10. 00:00-01.10. 12:00"]),
    ],
)
def test_what_an_entry_takes(event: str, times: list[str]) -> None:
    assert _read(_calendar(event)) == times


def test_an_appointment_of_ours_that_comes_back_does_not_stand_in_its_own_way() -> None:
    own = _calendar("DTSTART:20261125T090000Z\nDTEND:20261125T100000Z").replace(b"UID:0", b"UID:ab12@einstieg")
    assert _read(own) == []


def test_a_single_occurrence_that_was_called_off_frees_its_time_alone() -> None:
    series = "DTSTART:20261125T090000Z\nDTEND:20261125T100000Z\nRRULE:FREQ=DAILY;COUNT=3"
    off = "RECURRENCE-ID:20261126T090000Z\nDTSTART:20261126T090000Z\nDTEND:20261126T100000Z\nSTATUS:CANCELLED"
    content = _calendar(series, off).replace(b"UID:1", b"UID:0")
    assert _read(content) == ["25.11. 10:00-25.11. 11:00", "27.11. 10:00-27.11. 11:00"]


def test_floating_times_follow_the_zone_the_calendar_names() -> None:
    content = _calendar("DTSTART:20261125T090000Z\nDTEND:20261125T100000Z", head="X-WR-TIMEZONE:Europe/Berlin\n")
    assert _read(content) == ["25.11. 10:00-25.11. 11:00"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", CalendarProblem.NO_CALENDAR),
        (b"<!doctype html><p>Bitte anmelden", CalendarProblem.NO_CALENDAR),
        (b"\xff\xfe\x00", CalendarProblem.NO_CALENDAR),
        (_calendar("DTSTART:20261125T090000Z\nRRULE:FREQ=SECONDLY"), CalendarProblem.TOO_MANY),
        (_calendar(*["DTSTART:19000101T090000Z\nRRULE:FREQ=DAILY"] * 400), CalendarProblem.TOO_MANY),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 5001, CalendarProblem.TOO_MANY),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, problem: CalendarProblem) -> None:
    with pytest.raises(Unreadable) as raised:
        busy_times(content, within=WINDOW)
    assert raised.value.problem is problem
