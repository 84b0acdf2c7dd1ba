"""A family on its phone: from the link to a booked talk, a calendar entry, another time, and calling it off."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from icalendar import Calendar

from app.clock import BERLIN
from tests.journeys.houses import House, Mail, await_mail
from tests.journeys.story_intake import LINK, Family
from tests.journeys.visitor import Visitor

MOST_PAGES = 7
CODE = re.compile(r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b")
MOMENT = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})\D{1,6}(\d\d):(\d\d)")


def book(house: House, family: Family, link: str) -> tuple[Visitor, datetime]:
    """Six pages from the link to the appointment, in the family's language; answers who is there and when it is."""
    phone = house.family()
    phone.go(f"{link}/")
    direction = "rtl" if family.language == "ar" else "ltr"
    assert f'lang="{family.language}" dir="{direction}"' in phone.html
    phone.follow("", inside="inhalt")
    choose_time(phone)
    say_which_children(phone)
    phone.tick("coming", "mother")
    phone.tick("coming", "child")
    phone.fill("count", str(1 + len(family.children)))
    phone.press()
    phone.tick("channel", "email")
    phone.fill("email", family.email)
    phone.press()
    phone.press()
    assert phone.path == f"{link}/termin", phone.text
    pages = [path for path, status in phone.seen if status == 200]
    assert len(pages) <= MOST_PAGES, pages
    return phone, appointment_on(phone)


def say_which_children(phone: Visitor) -> None:
    """A family of several is asked for which of them the talk is: all, unless it says otherwise."""
    if phone.values("children"):
        phone.press()
        assert phone.status == 200, phone.text


def appointment_on(phone: Visitor) -> datetime:
    """The appointment's time as the page says it."""
    found = MOMENT.search(phone.text.split("Uhr")[0])
    assert found is not None, phone.text
    day, month, year, hour, minute = (int(piece) for piece in found.groups())
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN)


def take_along(house: House, family: Family, phone: Visitor, link: str, starts_at: datetime) -> str:
    """Confirmation with its calendar file and the slip tell the same; answers the code."""
    mail = await_mail(house, family.email, f"{starts_at:%H:%M}", link)
    assert mail.language == family.language
    (event,) = Calendar.from_ical(mail.calendar).walk("VEVENT")
    assert event.decoded("DTSTART").astimezone(BERLIN) == starts_at
    assert family.name not in mail.calendar.decode() and family.name not in mail.text
    code = CODE.search(phone.text)
    assert code is not None and code[0] in mail.text
    phone.go(f"{link}/zettel")
    assert code[0] in phone.text and f"{starts_at:%d.%m.%Y}" in phone.text
    assert "data:image/svg" in phone.html and family.name not in phone.text
    return code[0]


def move_by_code(house: House, family: Family, code: str, before: datetime) -> datetime:
    """With nothing but the code another time is chosen; answers it."""
    phone = house.family()
    phone.go(f"/t/{family.language}/code")
    phone.fill("code", code.lower().replace("-", " "))
    phone.press()
    assert phone.path.endswith("/termin") and code not in phone.path
    phone.go(phone.path.replace("/termin", "/verschieben"))
    choose_time(phone)
    phone.press()
    after = appointment_on(phone)
    assert after != before
    await_mail(house, family.email, f"{after:%d.%m.%Y}", f"{after:%H:%M}")
    return after


def look_at_every_page(phone: Visitor, link: str, starts_at: datetime) -> None:
    """Opening pages changes nothing, calling off and moving included."""
    for page in ("", "zeiten", "absagen", "verschieben", f"verschieben/{int(starts_at.timestamp()) + 86400}", "termin"):
        phone.go(f"{link}/{page}")
        assert phone.status == 200
    assert appointment_on(phone) == starts_at


def call_off(house: House, family: Family, phone: Visitor, link: str) -> None:
    """One button calls it off; the link then says so and shows nothing."""
    phone.go(f"{link}/absagen")
    phone.press()
    assert phone.status == 200
    phone.go(f"{link}/termin")
    assert phone.status == 410
    assert CODE.search(phone.text) is None and "0211 89-24077" in phone.text
    assert len([mail for mail in house.mails() if mail.to == family.email and mail.calendar]) >= 1


def foreign_link(house: House, language: str) -> None:
    """Somebody else's or a mistyped link says what to do."""
    phone = house.family()
    phone.go(f"/t/{language}/niemandes-link/")
    assert phone.status == 404 and "0211 89-24077" in phone.text
    assert f'lang="{language}"' in phone.html


def invite_again(house: House, family: Family, case: str) -> str:
    """Reception sends a new link; answers its path."""
    known = _links(house, family)
    advisor = house.staff("beratung")
    advisor.go(f"{case}/termine")
    if advisor.values("without_papers"):
        advisor.choose("without_papers", "urgent")
    advisor.press("Einladen")
    assert advisor.status == 200, advisor.text
    return house.until(lambda: _links(house, family) - known).pop()


def _links(house: House, family: Family) -> set[str]:
    texts = [mail.text for mail in house.mails() if mail.to == family.email]
    return {link for text in texts for link in LINK.findall(text)}


def choose_time(phone: Visitor) -> None:
    """Take the second time of the list, if there is one."""
    times = phone.values("starts")
    assert times, phone.text
    phone.tick("starts", times[min(1, len(times) - 1)])
    phone.press()


def be_reminded_once(house: House, family: Family, starts_at: datetime) -> None:
    """The day before one reminder arrives, in the family's language, and however long one waits no second one."""
    before = len(house.mails())
    house.turn_clock(starts_at - timedelta(days=1) + timedelta(minutes=1))
    reminder = house.until(lambda: next(iter(_mails_after(house, family, before)), None))
    assert reminder.language == family.language
    assert f"{starts_at:%d.%m.%Y}" in reminder.text and f"{starts_at:%H:%M}" in reminder.text
    assert family.name not in f"{reminder.subject} {reminder.text}"
    house.turn_clock(starts_at - timedelta(days=1) + timedelta(minutes=30))
    house.until(lambda: house.worker_has_looked())
    assert len(_mails_after(house, family, before)) == 1


def _mails_after(house: House, family: Family, before: int) -> list[Mail]:
    return [mail for mail in house.mails()[before:] if mail.to == family.email]
