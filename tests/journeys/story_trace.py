"""Who saw and changed what, and that nobody can change that afterwards unnoticed."""

from __future__ import annotations

from tests.journeys.houses import House

PEOPLE = ("Rita Sommer", "Anna Lindemann", "Yusuf Aydemir", "Fatima Ouali")


def read_the_trail(house: House, case: str) -> None:
    """The case's own page names everybody who worked in it."""
    advisor = house.staff("beratung")
    seen = ""
    for number in range(1, 9):
        advisor.go(f"{case}/verlauf?seite={number}")
        seen += advisor.text
    for person in PEOPLE:
        assert f"{person} hat" in seen, person
    for act in ("angelegt", "angesehen", "geändert", "angenommen", "zurückgegeben"):
        assert act in seen, act


def tamper(house: House) -> None:
    """The chain holds, until one row is changed in the database."""
    code, said = house.flask("audit", "verify")
    assert code == 0 and "unversehrt" in said, said
    house.change_behind_its_back("UPDATE audit_entry SET at = at + 1 WHERE seq = 7")
    code, said = house.flask("audit", "verify")
    assert code == 1 and "Eintrag 7: wurde verändert" in said, said
