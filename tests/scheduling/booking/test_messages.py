"""What goes out to families: when reminders come, how long a text message gets, what a letter says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app import clock
from app.web.languages import active_languages
from scheduling.booking import texts
from scheduling.booking.reminders import reminder_times, sent_until
from scheduling.booking.texts import Facts
from scheduling.kinds import MessageKind
from scheduling.requests.services import TOLD

LANGUAGES = [language.code for language in active_languages()]
FACTS = Facts(
    starts_at=datetime(2026, 11, 25, 8, 30, tzinfo=UTC),
    ends_at=datetime(2026, 11, 25, 10, 0, tzinfo=UTC),
    place="Erkrather Straße 377, 40231 Düsseldorf",
    code="K7QX-3M9P",
    token="t" * 43,
)
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)


def _parts(text: str) -> int:
    """Parts of a text message: 160 or 153 letters of GSM-7 a part, else 70 or 67 of UCS-2."""
    one, more = (160, 153) if set(text) <= GSM else (70, 67)
    length = len(text.encode("utf-16-be")) // 2
    return 1 if length <= one else -(-length // more)


ABOUT_A_TIME = (
    MessageKind.BOOKED,
    MessageKind.MOVED,
    MessageKind.CANCELLED,
    MessageKind.REMINDER_3_DAYS,
    MessageKind.REMINDER_1_DAY,
)


@pytest.mark.parametrize(
    ("starts", "now", "expected"),
    [
        (datetime(2026, 11, 27, 9, 0), datetime(2026, 11, 20, 9, 0), ["24.11. 10:00", "26.11. 10:00"]),
        (datetime(2026, 11, 27, 9, 0), datetime(2026, 11, 25, 9, 0), ["26.11. 10:00"]),
        (datetime(2026, 11, 27, 9, 0), datetime(2026, 11, 26, 9, 1), []),
        (datetime(2026, 11, 27, 6, 0), datetime(2026, 11, 20, 9, 0), ["24.11. 08:00", "26.11. 08:00"]),
        (datetime(2026, 11, 27, 20, 30), datetime(2026, 11, 20, 9, 0), ["24.11. 20:00", "26.11. 20:00"]),
        (datetime(2026, 10, 26, 9, 0), datetime(2026, 10, 1, 9, 0), ["23.10. 10:00", "25.10. 10:00"]),
    ],
)
def test_reminders_come_three_days_and_one_day_before_and_never_at_night(
    starts: datetime, now: datetime, expected: list[str]
) -> None:
    planned = reminder_times(starts.replace(tzinfo=UTC), now=now.replace(tzinfo=UTC))
    assert [f"{clock.local(due):%d.%m. %H:%M}" for _, due in planned] == expected


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("kind", ABOUT_A_TIME)
def test_a_text_message_has_at_most_two_parts(app: Flask, code: str, kind: MessageKind) -> None:
    app.extensions["config"] = replace(app.extensions["config"], base_url="https://einstieg.stadt.de")
    assert _parts(texts.sms(kind, FACTS, language=code)) <= 2


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_a_request_brings_has_at_most_two_parts_as_well(app: Flask, code: str) -> None:
    said = [texts.request_code("123456", language=code).body, texts.ask_cancel(FACTS, language=code)]
    said += [texts.request_declined(sentence, language=code).body for sentence in TOLD.values()]
    assert [text for text in said if _parts(text) > 2] == []
    assert "123456" in said[0]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("kind", ABOUT_A_TIME)
def test_a_mail_says_when_and_where_in_the_language_and_in_german(app: Flask, code: str, kind: MessageKind) -> None:
    text = texts.email(kind, FACTS, language=code)
    assert "25.11.2026" in text.subject and "09:30" in text.subject
    assert "25.11.2026" in text.body and "09:30" in text.body
    assert (("Mittwoch" in text.body) and "Erkrather Straße 377" in text.body) or kind is MessageKind.CANCELLED
    assert (f"/t/{code}/{FACTS.token}" in text.body) is (kind is not MessageKind.CANCELLED)


def test_a_language_without_texts_of_ours_is_written_in_german(app: Flask) -> None:
    assert texts.email(MessageKind.BOOKED, FACTS, language="ti").subject == "Ihr Termin am 25.11.2026 um 09:30"
    assert "/t/de/" in texts.invitation("token", language="ti").body


def test_reminders_are_spaced_by_days_and_not_by_hours(app: Flask) -> None:
    (_, first), (_, second) = reminder_times(FACTS.starts_at, now=FACTS.starts_at - timedelta(days=9))
    assert second - first == timedelta(days=2)


def test_a_reminder_that_could_not_leave_in_time_gives_way_to_the_next_one() -> None:
    starts_at = FACTS.starts_at
    (_, _), (_, tomorrow) = reminder_times(starts_at, now=starts_at - timedelta(days=9))
    assert sent_until(MessageKind.REMINDER_3_DAYS, starts_at) == tomorrow
    until = sent_until(MessageKind.REMINDER_1_DAY, starts_at)
    assert tomorrow < until < starts_at
    assert (until - timedelta(seconds=1)).astimezone(clock.BERLIN).date() == tomorrow.astimezone(clock.BERLIN).date()
