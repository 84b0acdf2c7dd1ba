"""Calendar output, read back by an independent parser."""

from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from x_wr_timezone import to_standard

from scheduling.calendar import Entry, EventStatus, Method, appointment_ics, content_type, feed_ics
from scheduling.series import weekly_series

BERLIN = ZoneInfo("Europe/Berlin")
STARTS = datetime(2026, 12, 1, 10, 0, tzinfo=BERLIN)
STAMP = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
NASTY = "Termin; K7QX-3M9P, 🙂\nzweite Zeile\\ " + "ü" * 200


def ics(**changes: Any) -> bytes:
    """An appointment's calendar file with some fields changed."""
    fields: dict[str, Any] = {
        "uid": "0193@einstieg",
        "sequence": 0,
        "starts": STARTS,
        "ends": STARTS + timedelta(minutes=90),
        "summary": "Termin K7QX-3M9P",
        "location": "Erkrather Str. 377, 40231 Düsseldorf",
        "description": "",
        "stamp": STAMP,
    }
    return appointment_ics(**(fields | changes))


def event_of(data: bytes) -> Any:
    """The one event in a calendar file."""
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    return event


def test_times_are_written_in_utc_and_the_rest_is_private() -> None:
    lines = ics().decode().split("\r\n")
    for expected in (
        "DTSTART:20261201T090000Z",
        "DTEND:20261201T103000Z",
        "DTSTAMP:20261122T150000Z",
        "LAST-MODIFIED:20261122T150000Z",
        "CLASS:PRIVATE",
        "METHOD:PUBLISH",
        "STATUS:CONFIRMED",
        "SEQUENCE:0",
        "UID:0193@einstieg",
    ):
        assert expected in lines
    assert "DESCRIPTION" not in ics().decode()


def test_lines_end_in_crlf_and_fold_at_75_octets_without_breaking_a_letter() -> None:
    data = ics(summary=NASTY)
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    for line in data.split(b"\r\n"):
        line.decode("utf-8")
    assert str(event_of(data)["SUMMARY"]) == NASTY


def test_text_cannot_smuggle_in_a_property() -> None:
    data = ics(summary="a\r\nATTENDEE:mailto:x@example.org", location="b\rCLASS:PUBLIC\x00\x0b")
    assert b"\r\nATTENDEE" not in data
    assert b"\r\nCLASS:PUBLIC" not in data
    assert b"\x00" not in data
    assert str(event_of(data)["LOCATION"]) == "b\nCLASS:PUBLIC"


def test_a_cancellation_is_a_cancel_with_the_same_uid() -> None:
    data = ics(method=Method.CANCEL, sequence=2, organizer="termine@einstieg.example")
    assert b"METHOD:CANCEL" in data
    event = event_of(data)
    assert (event["STATUS"], event["SEQUENCE"], event["UID"]) == ("CANCELLED", 2, "0193@einstieg")
    assert str(event["ORGANIZER"]) == "mailto:termine@einstieg.example"
    assert content_type(Method.CANCEL) == "text/calendar; charset=utf-8; method=CANCEL"
    assert content_type() == "text/calendar; charset=utf-8"


def test_a_request_without_organizer_is_refused() -> None:
    with pytest.raises(ValueError, match="organizer"):
        ics(method=Method.REQUEST)


def test_naive_and_swapped_times_are_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        ics(stamp=STAMP.replace(tzinfo=None))
    with pytest.raises(ValueError, match="ends after"):
        ics(ends=STARTS)


def test_a_feed_is_the_same_bytes_until_something_changes() -> None:
    first = Entry("a@e", 0, STARTS, STARTS + timedelta(hours=1), "Termin", "Raum 1", "", STAMP)
    other = Entry("b@e", 1, STARTS, STARTS + timedelta(hours=1), "Termin", "Raum 2", "", STAMP, EventStatus.CANCELLED)
    feed = feed_ics([first, other], name="Termine")
    assert feed == feed_ics([other, first], name="Termine")
    moved = Entry("a@e", 1, STARTS, STARTS + timedelta(hours=2), "Termin", "Raum 1", "", STAMP)
    assert feed != feed_ics([moved, other], name="Termine")
    assert b"METHOD" not in feed
    events = to_standard(Calendar.from_ical(feed)).walk("VEVENT")
    assert [(e["UID"], e["STATUS"]) for e in events] == [("a@e", "CONFIRMED"), ("b@e", "CANCELLED")]
    assert all(e.start == STARTS for e in events)


def test_a_weekly_series_stays_at_ten_over_the_clock_change_in_an_independent_reader() -> None:
    starts = weekly_series(date(2027, 10, 18), date(2027, 11, 15), time(10))
    entries = [
        Entry(
            f"{at}@e",
            0,
            datetime.fromtimestamp(at, UTC),
            datetime.fromtimestamp(at + 3600, UTC),
            "Termin",
            "",
            "",
            STAMP,
        )
        for at in starts
    ]
    feed = Calendar.from_ical(feed_ics(entries, name="Termine"))
    found = recurring_ical_events.of(feed).between((2027, 10, 1), (2027, 12, 1))
    local = [event.start.astimezone(BERLIN) for event in sorted(found, key=lambda event: event.start)]
    assert [f"{at:%d.%m. %H:%M %z}" for at in local] == [
        "18.10. 10:00 +0200", "25.10. 10:00 +0200", "08.11. 10:00 +0100", "15.11. 10:00 +0100",
    ]  # fmt: skip


def test_a_request_names_the_receiver_and_asks_for_no_answer() -> None:
    data = ics(method=Method.REQUEST, organizer="termine@einstieg.example", attendee="familie@einstieg.example")
    attendee = event_of(data)["ATTENDEE"]
    assert str(attendee) == "mailto:familie@einstieg.example"
    assert (attendee.params["RSVP"], attendee.params["PARTSTAT"]) == ("FALSE", "ACCEPTED")
    assert b"ATTENDEE" not in ics()


@settings(max_examples=50, deadline=None)
@given(text=st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=120))
def test_any_text_survives_the_way_through_a_calendar(text: str) -> None:
    data = ics(summary="x" + text)
    assert str(event_of(BytesIO(data).read())["SUMMARY"]) == "x" + text
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
