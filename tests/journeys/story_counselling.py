"""The talk: who comes today, marked as come, written down by two people at once, completed with what is next."""

from __future__ import annotations

from datetime import datetime

from tests.journeys.houses import House
from tests.journeys.story_intake import Family
from tests.journeys.visitor import Visitor

MINE = "Salma liest schon lateinische Buchstaben."
THEIRS = "Der Vater kommt im Januar nach."


def receive(house: House, family: Family, case: str, starts_at: datetime) -> tuple[Visitor, str]:
    """The advisor's day names family, language and interpreter; answers the advisor and the path of the notes."""
    advisor = house.staff("beratung")
    advisor.go(f"/termine?tag={starts_at:%Y-%m-%d}")
    assert family.name in advisor.text and f"{starts_at:%H:%M}" in advisor.text
    assert "Arabisch" in advisor.text and ("Samira Khalil" in advisor.text or "Bassam Darwish" in advisor.text)
    advisor.press("Angekommen", beside=f"{case}/termine")
    advisor.press("Hereinbitten", beside=f"{case}/termine")
    advisor.press("Gespräch erfassen", beside=f"{case}/termine")
    assert f"{case}/gespraeche/" in advisor.path, advisor.path
    return advisor, advisor.path


def let_a_deputy_in(advisor: Visitor, case: str) -> None:
    """A colleague may work in the case as well."""
    advisor.go(f"{case}/verwaltung")
    advisor.choose("deputy-person", "Yusuf Aydemir")
    advisor.press("Als Vertretung eintragen")
    assert "Yusuf Aydemir" in advisor.text


def write_at_the_same_time(house: House, advisor: Visitor, notes: str) -> None:
    """Both save; the second one sees both texts and brings them together, and neither is lost."""
    deputy = house.staff("beratung2")
    deputy.go(notes)
    advisor.go(notes)
    deputy.fill("notes", THEIRS)
    deputy.press("Speichern")
    assert deputy.status == 200 and THEIRS in deputy.text
    advisor.fill("notes", MINE)
    advisor.press("Speichern")
    assert advisor.status == 409
    assert MINE in advisor.text and THEIRS in advisor.text and "Yusuf Aydemir" in advisor.text
    advisor.press("Beide zusammenführen")
    assert advisor.path == notes and MINE in advisor.text and THEIRS in advisor.text


def complete(advisor: Visitor, case: str, notes: str) -> None:
    """The talk ends with a result and with something to do on a day."""
    advisor.go(f"{notes}/abschliessen")
    advisor.fill("results", "Beide Kinder sollen bald in die Schule.")
    advisor.fill("what_1", "Zeugnis übersetzen lassen")
    advisor.fill("when_1", "11.12.2026")
    advisor.press("Abschließen")
    assert "Das Gespräch ist abgeschlossen" in advisor.text
    advisor.go(f"{case}/aufgaben")
    assert "Zeugnis übersetzen lassen" in advisor.text and "11.12.2026" in advisor.text
