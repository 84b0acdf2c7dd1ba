"""What a person gets to see of a case, surface by surface: pages, lists, search, counters, files, exports, feeds.

Each cell is person x situation x surface. The answers are written down twice by hand, as how somebody stands to a
case and as what standing opens which surface; nothing here asks the application's own rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

from flask.testing import FlaskClient

from app.data.database import db
from tests.permissions.situations import NAMES, STANDING, Made

Enter = Callable[[str], FlaskClient]

# Which standings open which page of the case.
PAGES: dict[str, str] = {
    "/faelle/{case}": "rcmek",
    "/faelle/{case}/erfassung": "rcmek",
    "/faelle/{case}/erfassung/kontakt": "rcmek",
    "/faelle/{case}/sorge": "rcmek",
    "/faelle/{case}/unterlagen": "rcmek",
    "/faelle/{case}/unterlagen/dateien/{file}": "rcmek",
    "/faelle/{case}/unterlagen/brief/de": "rc",
    "/faelle/{case}/einwilligungen": "rcmek",
    "/faelle/{case}/einwilligungen/neu": "rcm",
    "/faelle/{case}/gespraeche": "cmek",
    "/faelle/{case}/schulplatz": "cmek",
    "/faelle/{case}/uebergabe": "cmek",
    "/faelle/{case}/aufgaben": "rcme",
    "/faelle/{case}/termine": "rc",
    "/faelle/{case}/verlauf": "cmk",
    "/faelle/{case}/verwaltung": "rcmek",
    "/faelle/{case}/aufbewahrung": "ck",
    "/faelle/{case}/notfall": "f",
}
# Which standings make the family's name appear on which page without a case in its address.
EVERYWHERE: dict[str, str] = {
    "/faelle?ansicht=all&sortierung=newest": "frcmek",
    "/faelle?ansicht=unassigned": "frcme",
    "/aufgaben?wer=alle": "rcmek",
    "/": "frcmek",
    "/nachrichten": "",
    "/uebergaben": "m",
    "/termine": "",
    "/verteilliste": "frcek",
    "/verteilliste.csv": "",
    "/aufbewahrung": "ck",
    "/aufbewahrung/nachweise": "",
    "/protokoll": "",
    "/notfall": "",
    "/konto": "",
}


def test_every_page_of_every_case_opens_for_whom_the_table_says(situations: dict[str, Made], enter: Enter) -> None:
    """All cells on SQLite; on PostgreSQL every third, so that each person still meets each case and each page."""
    wrong, cells, every = [], 0, 3 if db.engine.dialect.name == "postgresql" else 1
    for who, standings in STANDING.items():
        browser = enter(who)
        for number, (situation, made) in enumerate(situations.items()):
            for page, opens_for in islice(PAGES.items(), number % every, None, every):
                cells += 1
                address = page.format(case=made.case_id, file=made.attachment_id)
                answer = browser.get(address, follow_redirects=True)
                expected = standings.get(situation, "n") in opens_for
                told = NAMES[situation].encode() in answer.data
                if (answer.status_code == 200) is not expected or (told and not expected):
                    wrong.append((who, situation, page, answer.status_code, told))
    print(f"pages: {cells} cells")
    assert cells == len(STANDING) * len(NAMES) * len(PAGES) // every
    assert wrong == []


def test_lists_search_and_exports_name_only_families_the_table_says(situations: dict[str, Made], enter: Enter) -> None:
    wrong, cells = [], 0
    for who, standings in STANDING.items():
        browser = enter(who)
        pages = {page: browser.get(page).text for page in EVERYWHERE}
        for situation, name in NAMES.items():
            found = browser.post("/suche", data={"q": name, "HX-Request": "1"}).text
            hit = re.search(rf"<tr>.*?{name}", found, re.DOTALL) is not None
            standing = standings.get(situation, "n")
            cells += 1
            if hit is not (standing in "frcmek"):
                wrong.append((who, situation, "search", hit))
            for page, tells in EVERYWHERE.items():
                cells += 1
                if name in pages[page] and standing not in tells:
                    wrong.append((who, situation, page, True))
    print(f"lists and exports: {cells} cells")
    assert wrong == []


def test_a_list_names_all_it_should(situations: dict[str, Made], enter: Enter) -> None:
    """The other side of the same table: who finds a case has it on the list of open ones."""
    for who in ("reception", "lead", "advisor"):
        browser = enter(who)
        for page in ("/faelle?ansicht=all&sortierung=newest", "/verteilliste"):
            told = browser.get(page).text
            missing = {s for s in STANDING[who] if s != "closed" and NAMES[s] not in told}
            assert missing == set(), (who, page)
