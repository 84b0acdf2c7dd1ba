"""The waiting list: one offer at a time, in order, by what fits; nobody gets a time that is past or too soon."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.data import records
from app.data.database import session, transaction
from app.errors import NotFound, NotPermitted
from app.messages.models import Channel, Message, MessagePayload, MessageState
from cases.models import Case, Task
from cases.sheets import TaskText
from scheduling import queries
from scheduling import services as booking
from scheduling.booking import channels
from scheduling.models import Appointment, Reservation
from scheduling.states import AppointmentState
from scheduling.waiting import filling, services
from scheduling.waiting.kinds import OfferState, UrgencyReason, WaitingEnd, WaitingState
from scheduling.waiting.models import WaitingEntry, WaitingOffer, WaitingSheet
from scheduling.waiting.offering import MESSAGE_KIND
from scheduling.waiting.services import OfferOver, Suits
from tests.plugins.families import family_sheet
from tests.scheduling.conftest import FRIDAY
from tests.scheduling.waiting.conftest import CONTACT, FIRST, Queue

Outbox = Callable[[], list[tuple[Message, MessagePayload]]]
SILENT = WaitingSheet(language="uk", channel="none")


def _told(outbox: Outbox) -> list[MessagePayload]:
    return [text for message, text in outbox() if message.kind == MESSAGE_KIND]


def _tasks() -> list[str]:
    session().rollback()
    tasks = session().scalars(select(Task)).all()
    found = [records.find(TaskText, task.id, reader=_owner(task)) for task in tasks]
    return [stored.sheet.text for stored in found if stored is not None]


def _owner(task: Task) -> UUID:
    case = session().get(Case, task.case_id)
    assert case is not None
    return case.organisation_id


def test_of_thirty_who_wait_one_is_asked_and_nobody_else_can_have_the_time(queue: Queue, outbox: Outbox) -> None:
    taken = queue.book()
    mondays = queue.join(suits=Suits(weekdays=(0,)))
    arabic = queue.join(queue.open_case(family=family_sheet("Haddad", language="ar")))
    first = queue.join(suits=Suits(weekdays=(4,), until_minute=12 * 60))
    waiting = [queue.join() for _ in range(27)]
    assert queue.fill() == 0 and queue.count(WaitingOffer) == 0

    booking.cancel(queue.world.actor("reception"), appointment_id=taken.appointment_id)
    assert queue.fill() == 1
    (offer,) = queue.offers()
    assert (offer.entry_id, offer.starts_at) == (first.id, FRIDAY)
    assert timedelta(hours=3, minutes=59) < offer.expires_at - clock.now() <= timedelta(hours=4)
    assert queue.fill() == 0, "one offer at a time"
    (mail,) = _told(outbox)
    assert mail.language == "uk" and "27.11.2026" in mail.text and "/t/uk/angebot/" in mail.text
    assert "Kovalenko" not in mail.text + mail.subject
    case = session().get_one(Case, waiting[0].case_id)
    assert queries.first_free(queries.needs_of(case, FIRST), policy=queries.policy_of(queue.family(waiting[0]))) == []
    with pytest.raises(booking.SlotTaken):
        queue.book()
    assert {mondays.state, arabic.state} == {WaitingState.WAITING}


def test_a_no_and_a_silence_pass_the_time_on_and_both_keep_their_place(queue: Queue) -> None:
    one, two, three = queue.join(), queue.join(), queue.join()
    queue.fill()
    (offer,) = queue.offers()
    services.decline(queue.family(one), offer_id=offer.id)
    services.decline(queue.family(one), offer_id=offer.id)
    queue.fill()
    (offer,) = queue.offers()
    assert offer.entry_id == two.id
    with pytest.raises(OfferOver):
        services.accept(queue.family(one), offer_id=queue.offers(OfferState.DECLINED)[0].id)

    clock.start_at(offer.expires_at - timedelta(seconds=5))
    queue.fill()
    assert [each.entry_id for each in queue.offers()] == [two.id]
    clock.start_at(offer.expires_at)
    with pytest.raises(OfferOver):
        services.accept(queue.family(two), offer_id=offer.id)
    assert queue.fill() == 1
    assert [each.entry_id for each in queue.offers()] == [three.id]
    states = {each.id: session().get_one(WaitingEntry, each.id).state for each in (one, two, three)}
    assert set(states.values()) == {WaitingState.WAITING}
    assert session().get_one(WaitingEntry, two.id).unanswered == 1
    services.decline(queue.family(three), offer_id=queue.offers()[0].id)
    assert queue.fill() == 0, "nobody is offered the same time twice"
    assert queue.count(Appointment) == 0 and queue.count(Reservation) == 0


def test_two_silences_pause_and_somebody_is_asked_to_call(queue: Queue, outbox: Outbox) -> None:
    entry = queue.join()
    for day in (0, 7):
        queue.only(FRIDAY + timedelta(days=day))
        queue.fill()
        clock.start_at(queue.offers()[0].expires_at)
        queue.fill()
    assert queue.offers() == []
    assert session().get_one(WaitingEntry, entry.id).state is WaitingState.PAUSED
    assert any("auf zwei Angebote nicht geantwortet" in text for text in _tasks())
    queue.only(FRIDAY + timedelta(days=14))
    assert queue.fill() == 0
    services.resume(queue.world.actor("reception"), entry_id=entry.id)
    assert queue.fill() == 1


def test_accepting_books_and_a_second_yes_answers_the_same(queue: Queue, outbox: Outbox) -> None:
    entry, other = queue.join(), queue.join()
    queue.fill()
    (offer,) = queue.offers()
    with pytest.raises(NotFound):
        services.accept(queue.family(other), offer_id=offer.id)
    booked = services.accept(queue.family(entry), offer_id=offer.id)
    assert services.accept(queue.family(entry), offer_id=offer.id) == booked
    talk = session().get_one(Appointment, booked)
    assert (talk.state, talk.starts_at, talk.case_id) == (AppointmentState.BOOKED, FRIDAY, entry.case_id)
    assert queries.sheet_of(talk).email == CONTACT.email
    assert session().scalar(select(func.count()).select_from(Appointment)) == 1
    entry = session().get_one(WaitingEntry, entry.id)
    assert (entry.state, entry.ended_as) == (WaitingState.ENDED, WaitingEnd.SERVED)
    assert [message.kind for message, _ in outbox()].count("appointment.booked") == 1
    assert queue.fill() == 0 and queue.offers() == []


def test_who_wants_an_earlier_talk_is_moved_and_the_old_time_goes_to_the_next(queue: Queue) -> None:
    later, case = FRIDAY + timedelta(days=7), queue.open_case()
    queue.only(later)
    talk = queue.book(later, case).appointment_id
    waiting = queue.join(suits=Suits(earliest_on=later.date()))
    services.join(queue.office.family(case), case_id=case.id, kind=FIRST, suits=Suits(), contact=CONTACT)
    assert queue.fill() == 0
    queue.only(FRIDAY, later)
    assert queue.fill() == 1
    (offer,) = queue.offers()
    assert (offer.starts_at, offer.entry.appointment_id) == (FRIDAY, talk)

    assert services.accept(queue.office.family(case), offer_id=offer.id) == talk
    moved = session().get_one(Appointment, talk)
    assert (moved.starts_at, moved.sequence, moved.wants_earlier) == (FRIDAY, 1, False)
    assert queue.fill() == 1
    assert [(each.entry_id, each.starts_at) for each in queue.offers()] == [(waiting.id, later)]


def test_a_tick_at_the_appointment_is_a_place_on_the_list_until_it_is_taken_back(queue: Queue) -> None:
    later = FRIDAY + timedelta(days=7)
    queue.only(later)
    talk = session().get_one(Appointment, queue.book(later).appointment_id)
    with transaction():
        talk.wants_earlier = True
    queue.fill()
    (entry,) = session().scalars(select(WaitingEntry)).all()
    assert (entry.appointment_id, entry.state) == (talk.id, WaitingState.WAITING)
    with transaction():
        session().get_one(Appointment, talk.id).wants_earlier = False
    queue.fill()
    entry = session().get_one(WaitingEntry, entry.id)
    assert (entry.state, entry.ended_as) == (WaitingState.ENDED, WaitingEnd.LEFT)


def test_a_time_that_is_past_or_inside_the_notice_is_offered_to_nobody(queue: Queue) -> None:
    queue.join(queue.open_case(family=family_sheet(language="de", interpreter=False)))
    queue.only(FRIDAY)
    for now in (timedelta(hours=-1), timedelta(hours=23), timedelta(hours=24, minutes=29)):
        clock.start_at(FRIDAY - now)
        assert queue.fill() == 0, now
    clock.start_at(FRIDAY - timedelta(hours=26))
    assert queue.fill() == 1
    assert [each.expires_at for each in queue.offers()] == [FRIDAY - timedelta(hours=24)]


def test_the_interpreters_notice_ends_an_offer_as_well(queue: Queue) -> None:
    tuesday = FRIDAY - timedelta(days=3)
    queue.join()
    clock.start_at(tuesday - timedelta(minutes=90))
    queue.fill()
    assert [each.expires_at for each in queue.offers()] == [tuesday]


def test_of_two_answers_at_the_same_moment_one_counts(app: Flask, queue: Queue) -> None:
    entry = queue.join()
    queue.fill()
    (offer,) = queue.offers()
    actor, barrier, offer_id = queue.family(entry), Barrier(4), offer.id
    session().rollback()

    def attempt(number: int) -> str:
        with app.app_context():
            barrier.wait(30)
            try:
                if number % 2:
                    services.decline(actor, offer_id=offer_id)
                    return "no"
                services.accept(actor, offer_id=offer_id)
                return "yes"
            except OfferOver:
                return "over"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(attempt, range(4)))
    assert sorted(answers) in (["no", "no", "over", "over"], ["over", "over", "yes", "yes"])
    assert queue.count(Appointment) == answers.count("yes") // 2
    assert queue.offers() == []


def test_two_rounds_at_once_make_one_offer(app: Flask, queue: Queue) -> None:
    queue.join(), queue.join()
    place, barrier = queue.office.organisation_id, Barrier(3)
    session().rollback()

    def attempt(_: int) -> int:
        with app.app_context():
            barrier.wait(30)
            return filling.fill(place)

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(attempt, range(3))) == 1
    assert len(queue.offers(None)) == 1 and queue.count(Appointment) == 1


def test_without_a_way_to_write_somebody_is_asked_to_call_and_the_time_is_kept(queue: Queue, outbox: Outbox) -> None:
    silent = queue.join(contact=SILENT)
    queue.fill()
    (offer,) = queue.offers()
    assert (offer.entry_id, offer.channel) == (silent.id, None)
    assert _told(outbox) == []
    assert any("27.11.2026" in text and "anrufen" in text for text in _tasks())
    booked = services.accept(queue.world.actor("reception"), offer_id=offer.id)
    assert session().get_one(Appointment, booked).starts_at == FRIDAY


def test_a_family_that_took_its_consent_back_is_not_written_to(queue: Queue, outbox: Outbox) -> None:
    entry = queue.join()
    queue.fill()
    services.decline(queue.family(entry), offer_id=queue.offers()[0].id)
    assert [m.state for m, _ in outbox() if m.kind == MESSAGE_KIND] == [MessageState.CANCELLED], "it was answered"
    channels.stop(queue.family(entry), case_id=entry.case_id, channel=Channel.EMAIL)
    queue.only(FRIDAY + timedelta(days=7))
    queue.fill()
    assert [each.channel for each in queue.offers()] == [None]
    assert len(_told(outbox)) == 1


def test_urgent_is_a_named_decision_with_a_reason_and_comes_first(queue: Queue) -> None:
    queue.join()
    late = queue.join()
    for who in ("reception", "admin"):
        with pytest.raises(NotPermitted):
            services.mark_urgent(queue.world.actor(who), entry_id=late.id, reason=UrgencyReason.DEADLINE)
    services.mark_urgent(queue.world.actor("advisor"), entry_id=late.id, reason=UrgencyReason.DEADLINE)
    assert session().get_one(WaitingEntry, late.id).urgent_by == queue.world.users["advisor"]
    queue.fill()
    assert [each.entry_id for each in queue.offers()] == [late.id]


def test_whoever_got_a_talk_otherwise_waits_no_more_and_its_offer_is_free_again(queue: Queue) -> None:
    case, other = queue.open_case(), queue.open_case()
    first, second = queue.join(case), queue.join(other)
    queue.fill()
    later = FRIDAY + timedelta(days=7)
    queue.only(FRIDAY, later)
    queue.book(later, case)
    queue.fill()
    assert session().get_one(WaitingEntry, first.id).ended_as is WaitingEnd.SERVED
    assert [(each.entry_id, each.starts_at) for each in queue.offers()] == [(second.id, FRIDAY)]


def test_a_time_cancelled_a_moment_ago_can_be_accepted_while_it_cools(queue: Queue) -> None:
    taken = queue.book()
    entry = queue.join()
    family = queue.office.family(session().get_one(Case, taken_case(taken.appointment_id)))
    booking.cancel(family, appointment_id=taken.appointment_id)
    queue.fill()
    (offer,) = queue.offers()
    assert services.accept(queue.family(entry), offer_id=offer.id)


def taken_case(appointment_id: UUID) -> UUID:
    """Whose appointment it is."""
    return session().get_one(Appointment, appointment_id).case_id
