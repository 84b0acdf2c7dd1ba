"""The extract as a PDF: made in memory, kept nowhere; names in Latin, Cyrillic and Arabic script as people write them.

The file says nothing of the family in its properties. fpdf2 does not tag text for screen readers; the same extract
can be read as a page, which is the accessible version.
"""

from __future__ import annotations

import logging
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

from app.web.format import day, instant_local
from cases.rights.cover import AUTHORITY, Cover
from cases.rights.extract import Entry, Extract, Part

FONTS = Path(__file__).parents[2] / "app" / "static" / "fonts"
FAMILY = "DejaVu"
LEFT, LABEL, LINE = 20, 56, 5
GREY, BLACK = 95, 0
KEPT = "bis die Daten nicht mehr gebraucht werden (§ 10 DSG NRW), dann Löschung nach festen Fristen"

_MARKS = {0x200C: "\u200a", **dict.fromkeys((0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))}

# Both would write characters and glyph names of people's names into the log.
for _name in ("fpdf", "fontTools"):
    logging.getLogger(_name).setLevel(logging.ERROR)


class _Paper(FPDF):
    """A4 with our fonts, shaped text, and the page numbers at the foot."""

    def __init__(self, reference: str) -> None:
        super().__init__(format="A4")
        self._reference = reference
        self.add_font(FAMILY, "", FONTS / "DejaVuSans.ttf")
        self.add_font(FAMILY, "B", FONTS / "DejaVuSans-Bold.ttf")
        self.set_text_shaping(True, direction="ltr")
        self.set_margins(LEFT, 18, LEFT)
        self.set_auto_page_break(True, 22)
        self.set_title("Auskunft")
        self.set_lang("de")
        self.set_producer("Einstieg")

    def footer(self) -> None:
        """The page's number and the file's reference."""
        self.set_y(-14)
        self.style(8, grey=True)
        self.cell(0, 5, f"Auskunft zum Fall {self._reference} · Seite {self.page_no()} von {{nb}}", align=Align.C)

    def style(self, size: float, *, bold: bool = False, grey: bool = False) -> None:
        """Choose how the next text looks; sizes in points."""
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(GREY if grey else BLACK)

    def lines(self, text: str, *, height: float = LINE, rtl: bool = False, x: float = LEFT) -> None:
        """A paragraph over the width that is left, then on to the next line."""
        self.set_x(x)
        align = Align.R if rtl else Align.L
        self.set_text_shaping(True, direction="rtl" if rtl else "ltr")
        self.multi_cell(0, height, _printable(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def pair(self, label: str, value: str, *, indent: float = 0) -> None:
        """A label with its words beside it; both may run over several lines."""
        self.style(8.5, grey=True)
        self.set_x(LEFT + indent)
        rows = self.multi_cell(LABEL - indent, LINE, label, align=Align.L, dry_run=True, output="LINES")
        needed = LINE * (len(rows) if isinstance(rows, list) else 1)
        if self.will_page_break(max(needed, 2 * LINE)):
            self.add_page()
        top, page = self.get_y(), self.page
        self.set_x(LEFT + indent)
        self.multi_cell(LABEL - indent, LINE, label, align=Align.L, new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.style(9.5)
        self.set_x(LEFT + LABEL + 2)
        self.multi_cell(0, LINE, _printable(value), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if self.page == page:
            self.set_y(max(self.get_y(), top + needed))

    def heading(self, text: str) -> None:
        """A chapter, in the file's outline too."""
        if self.will_page_break(48):
            self.add_page()
        self.ln(5)
        self.start_section(text)
        self.style(13, bold=True)
        self.lines(text, height=7)
        self.set_draw_color(190)
        self.line(LEFT, self.get_y() + 0.5, self.w - LEFT, self.get_y() + 0.5)
        self.ln(2.5)


def _printable(text: str) -> str:
    """Without marks of direction, and with a hair space for the Persian non-joiner.

    fpdf2's ordering of mixed lines stumbles over both: `گل‌محمد` would come out with its halves exchanged.
    """
    return text.translate(_MARKS)


def as_pdf(extract: Extract, covers: list[Cover]) -> bytes:
    """The whole extract; the first pages are `covers`."""
    paper = _Paper(extract.reference)
    paper.add_page()
    paper.style(9, grey=True)
    paper.lines(f"{extract.house} · {day(extract.made_at)}")
    for cover in covers:
        _cover(paper, cover)
    paper.add_page()
    _summary(paper, extract)
    for part in extract.parts:
        _part(paper, part)
    _recipients(paper, extract)
    _viewings(paper, extract)
    return bytes(paper.output())


def _cover(paper: _Paper, cover: Cover) -> None:
    paper.ln(5)
    paper.style(17, bold=True)
    paper.lines(cover.title, height=9, rtl=cover.is_rtl)
    for heading, text in cover.parts:
        paper.ln(2)
        paper.style(10.5, bold=True)
        paper.lines(heading, height=5.5, rtl=cover.is_rtl)
        paper.style(10)
        paper.lines(text, height=5.2, rtl=cover.is_rtl)
    paper.style(10)
    paper.lines(AUTHORITY, height=5.2)


def _summary(paper: _Paper, extract: Extract) -> None:
    paper.heading("Überblick")
    paper.pair("Verantwortlich", extract.house)
    paper.pair("Aktenzeichen", extract.reference)
    paper.pair("Stand", instant_local(extract.made_at))
    paper.pair("Enthalten", ", ".join(part.section.title for part in extract.parts if part.says_something))
    paper.pair("Weggelassen", ", ".join(extract.left_out) or "nichts")
    for what, until in extract.keeping:
        paper.pair(f"Aufbewahrung: {what}", until)
    if not extract.keeping:
        paper.pair(
            "Aufbewahrung",
            "bis die Daten nicht mehr gebraucht werden (§ 10 DSG NRW), dann Löschung nach festen Fristen",
        )


def _part(paper: _Paper, part: Part) -> None:
    section = part.section
    if not part.says_something:
        return
    paper.heading(section.title)
    paper.style(8, grey=True)
    paper.lines(f"Wozu: {section.purpose} · Grundlage: {section.basis} · Herkunft: {section.source}", height=4.2)
    for entry in part.entries:
        _entry(paper, entry)


def _entry(paper: _Paper, entry: Entry, *, indent: float = 0) -> None:
    if not entry.says_something:
        return
    if paper.will_page_break(22):
        paper.add_page()
    paper.ln(2)
    paper.style(10.5 if not indent else 9.5, bold=True)
    paper.lines(entry.title, height=6, x=LEFT + indent)
    for each in entry.printed:
        paper.pair(each.label, each.text, indent=indent)
    for below in entry.entries:
        _entry(paper, below, indent=indent + 5)


def _recipients(paper: _Paper, extract: Extract) -> None:
    paper.heading("Wer Daten bekommen hat")
    for recipient in extract.recipients:
        days = " bis ".join(dict.fromkeys(day(each) for each in (recipient.first_on, recipient.last_on) if each))
        paper.pair(days or "ohne Tag", f"{recipient.name}: {recipient.what}")
    if not extract.recipients:
        paper.style(9.5)
        paper.lines("Niemand außerhalb der Beratungsstelle.")


def _viewings(paper: _Paper, extract: Extract) -> None:
    paper.heading("Wer den Fall angesehen oder bearbeitet hat")
    for line in extract.viewings:
        days = " bis ".join(dict.fromkeys((day(line.first_on), day(line.last_on))))
        paper.pair(days, f"{line.who}: {line.count} × {line.did}")
