"""On to KIM and back: consent, what is needed, a preview without names, acceptance, return with a reason."""

from __future__ import annotations

from tests.journeys.houses import House, await_page
from tests.journeys.story_intake import Family

REASON = "Die Familie zieht nach Köln."


def ask_kim(house: House, case: str) -> None:
    """With the family's consent that names the body, KIM is asked; the worker finds the desk."""
    advisor = house.staff("beratung")
    advisor.go(f"{case}/uebergabe")
    assert "Es fehlt die Einwilligung der Familie" in advisor.text
    advisor.go(f"{case}/einwilligungen/neu?zweck=kim_handover")
    advisor.choose("recipient_id", "Kommunales Integrationsmanagement der Stadt")
    advisor.press("Festhalten")
    advisor.go(f"{case}/uebergabe")
    for need in ("residence", "livelihood", "language"):
        advisor.tick("needs", need)
    advisor.fill("reason", "Aufenthalt und Lebensunterhalt sind offen.")
    advisor.press("Übergabe anfragen")
    await_page(house, advisor, f"{case}/uebergabe", "KIM Innenstadt")


def accept(house: House, family: Family, case: str) -> None:
    """The manager reads needs, language and district and no name; after accepting the file opens."""
    manager = house.staff("kim")
    manager.go(case)
    assert manager.status == 404
    manager.go("/uebergaben")
    offers = [line for line in manager.html.split("<tr>") if "Aufenthalt, Lebensunterhalt, Sprache" in line]
    assert offers
    manager.go(offers[-1].split('href="', 1)[1].split('"', 1)[0])
    assert "Arabisch, mit Sprachmittlung" in manager.text and "Stadtbezirk" in manager.text
    hidden = [family.name, family.guardian, family.email, family.phone, *(name for name, _ in family.children)]
    assert not [name for name in hidden if name in manager.html]
    manager.press("Fall annehmen")
    manager.go(case)
    assert manager.status == 200 and family.name in manager.text


def give_back(house: House, family: Family, case: str) -> None:
    """Returned with a reason: the manager sees nothing any more, the sender gets a task."""
    manager = house.staff("kim")
    manager.go(f"{case}/uebergabe/zurueckgeben")
    manager.press("Zurückgeben")
    assert manager.status == 422, "a return needs its reason"
    manager.fill("reason", REASON)
    manager.press("Zurückgeben")
    manager.go(case)
    assert manager.status == 404 and family.name not in manager.text
    advisor = house.staff("beratung")
    advisor.go(f"{case}/aufgaben")
    assert "Antwort auf eine Übergabe ansehen" in advisor.text
    advisor.go(f"{case}/uebergabe")
    assert REASON in advisor.text
