"""Delivery over a real mail server: once, at the right time, and honest about what nobody can know."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.data.audit import Action, AuditEntry
from app.data.base import new_id
from app.data.database import session, transaction
from app.messages import composers, delivery
from app.messages.composers import Cancelled
from app.messages.delivery import deliver
from app.messages.gateways import Letter, Outcome, Verdict
from app.messages.models import Channel, DeliveryAttempt, Message, MessagePayload, MessageState
from app.messages.services import cancel_for
from app.messages.suppressions import suppress
from app.messages.sweeping import due_now, lead, sweep
from tests.plugins.outbox import NOON, Outbox, use_mail_server
from tests.servers.smtp import SmtpServer

NIGHT = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


@pytest.fixture(autouse=True)
def mail_server_inuse_mail_server(app: Flask, smtp_server: SmtpServer) -> Iterator[None]:
    """Every message goes to the running mail server; kinds that a test declares are forgotten after it."""
    use_mail_server(app, smtp_server.url)
    before = dict(composers._kinds)
    yield
    composers._kinds.clear()
    composers._kinds.update(before)


def _message(message_id: UUID) -> Message:
    return session().get_one(Message, message_id, populate_existing=True)


def _stands(message_id: UUID) -> tuple[str, str]:
    message = _message(message_id)
    return message.state.value, message.reason


def test_a_due_message_arrives_as_planned_and_the_trail_says_so(outbox: Outbox, smtp_server: SmtpServer) -> None:
    message_id = outbox(calendar=CALENDAR)
    assert deliver(message_id) is MessageState.SENT
    [kept] = smtp_server.deliveries
    mail = kept.message
    assert kept.recipients == ["olena@example.org"]
    assert kept.text.splitlines() == ["Добрий день", ".", "Ende"]
    assert mail["Message-ID"] == f"<{message_id}@einstieg.example>"
    assert (mail["Content-Language"], mail["Auto-Submitted"]) == ("uk", "auto-generated")
    calendar = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert calendar.get_param("method") == "REQUEST"
    assert _stands(message_id) == ("sent", "")
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == Action.SENT)).one()
    assert (entry.subject_id, "olena" in entry.facts) == (message_id, False)


def test_it_leaves_once_though_many_deliver_it_at_once(app: Flask, outbox: Outbox, smtp_server: SmtpServer) -> None:
    message_id = outbox()
    together = threading.Barrier(4)

    def one() -> MessageState | None:
        with app.app_context():
            together.wait()
            return deliver(message_id)

    with ThreadPoolExecutor(4) as pool:
        results = [future.result() for future in [pool.submit(one) for _ in range(4)]]
    assert results.count(MessageState.SENT) == 1
    assert len(smtp_server.deliveries) == 1
    assert deliver(message_id) is None


def test_a_refusal_for_now_is_tried_again_later_and_no_sooner(outbox: Outbox, smtp_server: SmtpServer) -> None:
    message_id = outbox()
    smtp_server.answers.append("451 4.3.0 olena is busy")
    assert deliver(message_id) is MessageState.DUE
    assert deliver(message_id) is None
    assert sweep() == []
    clock.start_at(NOON + timedelta(seconds=40))
    assert sweep() == [message_id]
    assert deliver(message_id) is MessageState.SENT
    assert [attempt.outcome for attempt in session().scalars(select(DeliveryAttempt).order_by(DeliveryAttempt.id))] == [
        "later refused_for_now 451",
        "sent 250",
    ]


def test_a_refusal_for_good_waits_for_a_person(outbox: Outbox, smtp_server: SmtpServer) -> None:
    message_id = outbox()
    smtp_server.answers.append("550 5.1.1 no such mailbox")
    assert deliver(message_id) is MessageState.FAILED
    assert _stands(message_id) == ("failed", "refused")


def test_silence_after_the_last_dot_is_uncertain_and_never_repeated_by_itself(app: Flask, outbox: Outbox) -> None:
    with _Dropping(after_dot=True) as server:
        use_mail_server(app, server.url)
        message_id = outbox()
        assert deliver(message_id) is MessageState.UNCERTAIN
    clock.start_at(NOON + timedelta(hours=1))
    assert sweep() == []
    assert due_now() == []
    assert _stands(message_id) == ("uncertain", "no_answer")


def test_a_line_that_breaks_before_the_text_is_tried_again(app: Flask, outbox: Outbox) -> None:
    with _Dropping(after_dot=False) as server:
        use_mail_server(app, server.url)
        message_id = outbox()
        assert deliver(message_id) is MessageState.DUE
    assert _stands(message_id) == ("due", "unreachable")


def test_without_a_mail_server_a_message_stays_due_for_days(app: Flask, outbox: Outbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    use_mail_server(app, f"smtp://127.0.0.1:{port}")
    message_id = outbox()
    for minutes in range(10, 210, 10):
        clock.start_at(NOON + timedelta(minutes=minutes))
        assert deliver(message_id) is MessageState.DUE
    assert _message(message_id).attempts == 20


def test_a_worker_that_dies_before_sending_leaves_the_message_due(
    outbox: Outbox, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = outbox()
    with monkeypatch.context() as patch:
        patch.setattr("app.messages.delivery._begin", _die)
        with pytest.raises(SystemExit):
            deliver(message_id)
    assert _stands(message_id) == ("claimed", "")
    assert sweep() == []
    clock.start_at(NOON + timedelta(seconds=61))
    assert sweep() == [message_id]
    assert deliver(message_id) is MessageState.SENT
    assert len(smtp_server.deliveries) == 1


@pytest.mark.parametrize("point", ["app.messages.smtp.SmtpGateway.send", "app.messages.delivery._settle"])
def test_a_worker_that_dies_while_sending_leaves_it_uncertain(
    outbox: Outbox, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    message_id = outbox()
    with monkeypatch.context() as patch:
        patch.setattr(point, _die)
        with pytest.raises(SystemExit):
            deliver(message_id)
    assert _stands(message_id) == ("sending", "")
    clock.start_at(NOON + timedelta(seconds=61))
    assert sweep() == []
    assert _stands(message_id) == ("uncertain", "interrupted")
    assert deliver(message_id) is None
    assert len(smtp_server.deliveries) <= 1


def test_a_worker_that_overslept_its_lease_may_not_send(
    outbox: Outbox, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = outbox()
    begin = delivery._begin

    def oversleep(claim: delivery.Claim) -> Letter | MessageState | None:
        clock.start_at(clock.now() + timedelta(seconds=61))
        assert sweep() == [message_id]
        return begin(claim)

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_begin", oversleep)
        assert deliver(message_id) is None
    assert smtp_server.deliveries == []
    assert deliver(message_id) is MessageState.SENT


def test_a_late_yes_of_the_server_still_counts(app: Flask, outbox: Outbox) -> None:
    class Slow:
        """A gateway whose answer comes after the lease."""

        knows_repeats = False

        def send(self, letter: Letter) -> Outcome:
            """Let the sweep come first."""
            clock.start_at(clock.now() + timedelta(seconds=61))
            assert sweep() == []
            assert _stands(letter.id) == ("uncertain", "interrupted")
            return Outcome(Verdict.SENT)

    app.extensions["gateways"] = {Channel.EMAIL: Slow()}
    assert deliver(outbox()) is MessageState.SENT


def test_the_text_is_written_at_the_last_moment_or_not_at_all(outbox: Outbox, smtp_server: SmtpServer) -> None:
    moved = MessagePayload(address="olena@example.org", language="uk", subject="Termin", text="jetzt um 11 Uhr")
    composers.register("test.moved", label="Erinnerung", compose=lambda message: moved)
    composers.register("test.gone", label="Erinnerung", compose=lambda message: Cancelled())
    assert deliver(outbox("test.moved")) is MessageState.SENT
    gone = outbox("test.gone")
    assert deliver(gone) is MessageState.CANCELLED
    assert [kept.text.strip() for kept in smtp_server.deliveries] == ["jetzt um 11 Uhr"]
    assert _stands(gone) == ("cancelled", "withdrawn")


def test_a_composer_that_fails_is_asked_again_and_in_the_end_a_person(outbox: Outbox) -> None:
    def stumble(_: Message) -> MessagePayload:
        raise ZeroDivisionError

    composers.register("test.stumbling", label="Erinnerung", compose=stumble)
    message_id = outbox("test.stumbling")
    assert deliver(message_id) is MessageState.DUE
    with transaction():
        fresh = session().get_one(Message, message_id)
        fresh.attempts, fresh.next_try_at = 11, NOON
    assert deliver(message_id) is MessageState.FAILED
    assert _stands(message_id) == ("failed", "not_composed")


def test_nights_are_quiet_except_for_answers_to_what_was_just_done(outbox: Outbox) -> None:
    clock.start_at(NIGHT)
    composers.register("test.receipt", label="Bestätigung", is_immediate=True)
    assert deliver(outbox("test.receipt")) is MessageState.SENT
    reminder = outbox(hours=0)
    with transaction():
        session().get_one(Message, reminder).expires_at = None
    assert deliver(reminder) is None
    message = _message(reminder)
    assert (message.state, message.reason) == (MessageState.PLANNED, "quiet_hours")
    assert clock.local(message.next_try_at).isoformat() == "2026-11-24T08:00:00+01:00"


def test_what_comes_too_late_or_to_a_closed_address_is_not_sent(outbox: Outbox, smtp_server: SmtpServer) -> None:
    late, closed = outbox(), outbox(address="Closed@example.org")
    with transaction():
        session().get_one(Message, late).expires_at = NOON
        suppress("closed@Example.org", Channel.EMAIL, reason="opted_out")
    assert deliver(late) is None
    assert _stands(late) == ("cancelled", "expired")
    assert deliver(closed) is MessageState.SUPPRESSED
    assert smtp_server.deliveries == []


def test_taking_back_a_claimed_message_wins_over_its_worker(
    outbox: Outbox, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = new_id()
    message_id = outbox(subject=subject)
    with monkeypatch.context() as patch:
        patch.setattr("app.messages.delivery._begin", _die)
        with pytest.raises(SystemExit):
            deliver(message_id)
    with transaction():
        assert cancel_for(subject) == 1
    clock.start_at(NOON + timedelta(seconds=61))
    assert sweep() == []
    assert _stands(message_id) == ("cancelled", "withdrawn")


def test_an_address_that_is_none_reaches_no_server(outbox: Outbox, smtp_server: SmtpServer) -> None:
    message_id = outbox(address="a@b.example\r\nBcc: c@d.example")
    assert deliver(message_id) is MessageState.FAILED
    assert _stands(message_id) == ("failed", "bad_address")
    assert smtp_server.deliveries == []


def test_one_sweeper_leads_until_its_time_is_over_or_the_clock_was_set_back(app: Flask) -> None:
    clock.start_at(NOON)
    assert [lead("sweep", "a", seconds=20), lead("sweep", "b", seconds=20), lead("sweep", "a", seconds=20)] == [
        True,
        False,
        True,
    ]
    clock.start_at(NOON + timedelta(seconds=21))
    assert lead("sweep", "b", seconds=20)
    clock.start_at(NOON - timedelta(hours=3))
    assert lead("sweep", "a", seconds=20)


def _die(*_: object) -> None:
    raise SystemExit


class _Dropping:
    """A mail server that hangs up instead of taking the text, or right after the final dot."""

    def __init__(self, *, after_dot: bool) -> None:
        self.after_dot = after_dot
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> _Dropping:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()
        self.thread.join(5)

    def _serve(self) -> None:
        connection, _ = self.listener.accept()
        with connection, connection.makefile("rwb") as lines:
            lines.write(b"220 here\r\n")
            lines.flush()
            for line in lines:
                word = line[:4].upper().strip()
                if word == b"DATA" and not self.after_dot:
                    return
                lines.write(b"354 go\r\n" if word == b"DATA" else b"250 fine\r\n")
                lines.flush()
                if word == b"DATA":
                    break
            for line in lines:
                if line == b".\r\n":
                    return
