"""The way to a seat: proposal, decision, the nearest school, a refusal, the next try, admission, reviews."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from tests.journeys.houses import House
from tests.journeys.visitor import Visitor

KILOMETRES = re.compile(r"(\d+(?:,\d)?)\s(k?m)\b")
PLACEMENT = re.compile(r"/schulplaetze/[0-9a-f-]{36}")
SCHOOL = re.compile(r'href="([^"]*/kinder/[0-9a-f-]{36}/schulen/(\d{6}))"')
REVIEW_MONTHS = (6, 12, 18, 21, 24)


def child_of(advisor: Visitor, case: str, name: str) -> str:
    """The path of a child within its case."""
    advisor.go(f"{case}/schulplatz")
    advisor.follow(name)
    return advisor.path.removesuffix("/schulplatz")


def recommend(advisor: Visitor, child: str) -> None:
    """The rules propose with their norms; a person decides."""
    advisor.go(f"{child}/schulplatz")
    assert "Das sagen die Regeln" in advisor.text and "SchulG" in advisor.text
    advisor.follow("Empfehlung festlegen")
    advisor.choose("school_type", "Gesamtschule")
    advisor.fill("reason", "Lernt schnell und war sechs Jahre in der Schule.")
    advisor.press("Empfehlung speichern")
    assert "Die Empfehlung ist gespeichert" in advisor.text


def propose_nearest(advisor: Visitor, child: str) -> str:
    """Suitable schools come by distance; the nearest is picked and handed to the authority. Answers its number."""
    advisor.go(f"{child}/schulen")
    ways = [
        float(far.replace(",", ".")) * (1000 if unit == "km" else 1) for far, unit in KILOMETRES.findall(advisor.text)
    ]
    assert len(ways) > 2 and ways == sorted(ways), ways
    picks = SCHOOL.findall(advisor.html)
    advisor.go(picks[0][0])
    advisor.fill("reason", "Kürzester Weg.")
    advisor.press("Schule vorschlagen")
    assert "ist vorgeschlagen" in advisor.text, advisor.text
    advisor.go(_attempt(advisor, child, "uebergabe"))
    advisor.press("Übergabe eintragen")
    assert "Die Übergabe ist eingetragen" in advisor.text, advisor.text
    return str(picks[0][1])


def refuse(advisor: Visitor, child: str, number: str) -> None:
    """The school says no in writing; it is not proposed again."""
    advisor.go(_attempt(advisor, child, "ablehnung"))
    advisor.tick("reason", "no_capacity")
    advisor.fill("text", "Alle Plätze sind vergeben.")
    advisor.press("Ablehnung eintragen")
    advisor.go(f"{child}/schulen")
    assert number not in [found for _, found in SCHOOL.findall(advisor.html)]


def admit(advisor: Visitor, child: str, starts_on: datetime) -> None:
    """Assigned by the authority, admitted by the school, begun today; the days of review stand from then on."""
    advisor.go(_attempt(advisor, child, "zuweisung"))
    advisor.press("Zuweisung eintragen")
    advisor.go(_attempt(advisor, child, "aufnahme"))
    advisor.fill("starts_on", f"{starts_on:%d.%m.%Y}")
    advisor.press("Aufnahme eintragen")
    assert advisor.status == 200, advisor.text
    advisor.go(f"{child}/schulplatz")
    for months in REVIEW_MONTHS:
        assert f"nach {months} Monaten" in advisor.text
        assert f"{_after(starts_on, months):%d.%m.%Y}" in advisor.text, months


def waits(house: House, name: str) -> bool:
    """Whether a child stands on the list of those without a seat, in whichever band."""
    lead = house.staff("leitung")
    lead.go("/verteilliste")
    pages = re.findall(r'href="(/verteilliste\?band=[a-z0-9_]+)"', lead.html)
    assert len(set(pages)) >= 4
    found = False
    for page in sorted(set(pages)):
        lead.go(page)
        found = found or name in lead.text
    return found


def _attempt(advisor: Visitor, child: str, act: str) -> str:
    """The path of an act on the attempt that is open."""
    advisor.go(f"{child}/schulplatz")
    case = child.split("/kinder/")[0]
    found = PLACEMENT.search(advisor.html)
    assert found is not None, advisor.text
    return f"{case}{found[0]}/{act}"


def _after(day: datetime, months: int) -> datetime:
    year, month = divmod(day.month - 1 + months, 12)
    first_of_next = (day.replace(year=day.year + year, month=month + 1, day=28) + timedelta(days=4)).replace(day=1)
    last = (first_of_next - timedelta(days=1)).day
    return day.replace(year=day.year + year, month=month + 1, day=min(day.day, last))
