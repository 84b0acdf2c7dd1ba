"""From the first call to complete papers: schools, search first, a new case, the checklist."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.houses import House, await_mail
from tests.journeys.visitor import Visitor

SCHOOLS = Path(__file__).resolve().parents[2] / "cases" / "placement" / "data" / "schulen_duesseldorf.csv"
MOST_REQUIRED_FIELDS = 25
MOST_SCREENS = 3
LINK = re.compile(r"https?://[^/\s]+(/t/[a-z]+/[\w-]+)")
SCAN = b"%PDF-1.7 Zeugnis von Yusuf mit lauter Einsen"


@dataclass(frozen=True, slots=True)
class Family:
    """A family as a caller describes it: names in the script the caller spells them in."""

    name: str
    sought_as: str
    language: str
    email: str
    children: tuple[tuple[str, str], ...]
    guardian: str
    phone: str
    interpreter: bool = True


HAMDAN = Family(
    name="حمدان",
    sought_as="Hamdan",
    language="ar",
    email="familie.hamdan@einstieg.example",
    children=(("يوسف", "3.2014"), ("Salma", "20.05.2017")),
    guardian="ليلى حمدان",
    phone="0176 44440001",
)
SYDORENKO = Family(
    name="Sydorenko",
    sought_as="Сидоренко",
    language="uk",
    email="sydorenko@einstieg.example",
    children=(("Bohdan", "11.02.2015"),),
    guardian="Olha Sydorenko",
    phone="0176 44440002",
)
WINTER = Family(
    name="Winter",
    sought_as="Winter",
    language="de",
    email="winter@einstieg.example",
    children=(("Ida", "2016"),),
    guardian="Jana Winter",
    phone="0176 44440003",
    interpreter=False,
)


def import_schools(house: House, folder: Path) -> None:
    """The directory goes in twice without doubling; a broken row is named, and the others go in."""
    lead = house.staff("leitung")
    lead.go("/schulen")
    before = re.search(r"\d+ Schulen", lead.text)
    assert before is not None
    code, said = house.flask("schools", "import", str(SCHOOLS))
    assert code == 0 and "0 Schulen neu, 0 geändert, 178 unverändert" in said
    lines = SCHOOLS.read_text(encoding="utf-8").splitlines()
    broken = folder / "schulen.csv"
    broken.write_text("\n".join([*lines[:3], lines[3].replace('"100020"', '"12AB56"'), *lines[4:]]), encoding="utf-8")
    code, said = house.flask("schools", "import", str(broken))
    assert code == 0 and "Zeile 4:" in said and "177 unverändert" in said
    lead.go("/schulen")
    assert before[0] in lead.text


def open_case(house: House, family: Family, *, advisor: str = "Anna Lindemann") -> str:
    """Reception searches, finds nobody, and opens the case in the same minute; answers the path of the file."""
    reception = house.staff("empfang")
    screens_before = len(reception.seen)
    reception.go("/suche")
    reception.fill("q", family.sought_as)
    reception.press("Suchen")
    assert not re.search(rf'href="/faelle/[0-9a-f-]+">(<bdi>)?{family.name}<', reception.html)
    reception.press("Neuen Fall anlegen")
    required = reception.required()
    while len(reception.values("children-0-given_names")) and not _has_row(reception, len(family.children)):
        reception.press("Weiteres Kind")
        required += 2
    fill_new_case(reception, family, advisor)
    reception.press("Fall anlegen")
    assert reception.status == 200, reception.text
    assert f"Familie {family.name}" in reception.text
    assert required <= MOST_REQUIRED_FIELDS
    screens = [path for path, status in reception.seen[screens_before:] if status == 200]
    assert len(set(screens)) <= MOST_SCREENS, screens
    return reception.path


def find_again(house: House, family: Family, *spellings: str) -> None:
    """The family is found in every one of these spellings, whatever script it is kept in."""
    reception = house.staff("empfang")
    for spelling in spellings:
        reception.go("/suche")
        reception.fill("q", spelling)
        reception.press("Suchen")
        assert family.name in reception.text, spelling


def request_papers(house: House, family: Family, case: str) -> None:
    """What is missing is named in the family's language, by mail, once it agreed to mail."""
    advisor = house.staff("beratung")
    advisor.go(f"{case}/einwilligungen/neu?zweck=contact_email")
    advisor.press("Festhalten")
    assert "Die Einwilligung ist festgehalten" in advisor.text
    advisor.go(f"{case}/unterlagen")
    advisor.follow("Fehlende Unterlagen anfordern")
    advisor.press("Per E-Mail senden")
    assert "Die Nachricht geht an die Familie" in advisor.text
    mail = await_mail(house, family.email, "Meldebescheinigung")
    assert mail.language == family.language
    assert not any(name in mail.text for name, _ in family.children)


def complete_papers(house: House, family: Family, case: str, folder: Path) -> str:
    """A scan is uploaded and lies sealed, the rest is ticked off; the invitation leaves. Answers its link's path."""
    advisor = house.staff("beratung")
    advisor.go(f"{case}/unterlagen")
    papers = advisor.ids("papier-")
    scan = folder / "zeugnis.pdf"
    scan.write_bytes(SCAN)
    advisor.attach("files", scan, inside=papers[0])
    advisor.press("Hochladen", inside=papers[0])
    assert "Die Datei ist gespeichert" in advisor.text
    assert not _lies_open(house.files_folder)
    _settle_papers(advisor, papers)
    assert "Alle nötigen Unterlagen sind geprüft" in advisor.text
    mail = await_mail(house, family.email, f"/t/{family.language}/")
    assert mail.language == family.language
    return link_in(mail.text)


def link_in(text: str) -> str:
    """The path of the family's link in a message."""
    found = LINK.search(text)
    assert found is not None, text
    return found[1]


def _has_row(reception: Visitor, number: int) -> bool:
    return bool(reception.values(f"children-{number - 1}-given_names"))


def fill_new_case(reception: Visitor, family: Family, advisor: str) -> None:
    reception.fill("family_name", family.name)
    reception.fill("phone", family.phone)
    reception.fill("email", family.email)
    reception.choose("language", family.language)
    if family.interpreter:
        reception.tick("interpreter")
    reception.choose("advisor", advisor)
    for number, (name, born) in enumerate(family.children):
        reception.fill(f"children-{number}-given_names", name)
        reception.fill(f"children-{number}-born", born)
    reception.choose("guardians-0-kind", "Mutter")
    reception.fill("guardians-0-name", family.guardian)
    reception.fill("street", "Kölner Straße 12")
    reception.fill("postcode", "40227")
    reception.choose("district", "3")
    reception.fill("arrived_in_town_on", "10.2026")


def _settle_papers(advisor: Visitor, papers: list[str]) -> None:
    """The uploaded one is checked, and the next as well, which came on paper; the others are not needed this time."""
    advisor.press("Geprüft", inside=papers[0])
    advisor.press("Erhalten", inside=papers[1])
    advisor.press("Geprüft", inside=papers[1])
    for paper in papers[2:]:
        advisor.press("Nicht nötig", inside=paper)


def _lies_open(folder: Path) -> bool:
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files, "no file was kept"
    return any(b"%PDF" in file.read_bytes() or b"Zeugnis" in file.read_bytes() for file in files)
