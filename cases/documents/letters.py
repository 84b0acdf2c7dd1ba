"""The message that names the missing papers, in the family's language and in German."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import LazyString, force_locale, gettext, lazy_gettext

from app.accounts import queries as people
from app.policies import Actor
from app.web import languages
from app.web.format import isolated
from cases.kinds import DocumentKind
from cases.models import Case, Document
from cases.queries import summary_of

NAMES: Mapping[DocumentKind, LazyString] = {
    DocumentKind.CONSENT_FORM: lazy_gettext("Ihre Einwilligung mit Unterschrift"),
    DocumentKind.CHILD_ID: lazy_gettext("Pass oder Ausweis vom Kind"),
    DocumentKind.GUARDIAN_ID: lazy_gettext("Pass oder Ausweis von den Eltern"),
    DocumentKind.REGISTRATION: lazy_gettext("Meldebescheinigung (das Papier von der Anmeldung der Wohnung)"),
    DocumentKind.SCHOOL_REPORT: lazy_gettext("Letztes Schulzeugnis, wenn möglich mit Übersetzung"),
    DocumentKind.CUSTODY: lazy_gettext("Papier, dass Sie für das Kind entscheiden dürfen"),
    DocumentKind.MEASLES_PROOF: lazy_gettext("Nachweis über die Impfung gegen Masern"),
    DocumentKind.RESIDENCE_PAPER: lazy_gettext("Aufenthaltspapier"),
    DocumentKind.OTHER: lazy_gettext("Ein weiteres Papier, über das wir gesprochen haben"),
}
"""How families are told of a paper; staff read `DocumentKind.label`."""


@dataclass(frozen=True, slots=True, repr=False)
class Wanted:
    """One missing paper, and the child it belongs to ("" for the whole family)."""

    name: str
    child: str


@dataclass(frozen=True, slots=True, repr=False)
class Text:
    """The message in one language, in its parts."""

    greeting: str
    opening: str
    papers: list[Wanted]
    how: str
    closing: str
    house: str


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """The message as the family reads it, and the same in German for everybody else."""

    language: str
    subject: str
    own: Text
    german: Text
    reference: str

    @property
    def is_german(self) -> bool:
        """Whether both texts are the same."""
        return self.language == "de"

    @property
    def direction(self) -> str:
        """How the family's language is written."""
        return languages.direction(self.language)

    def as_text(self) -> str:
        """The plain text of the e-mail: the family's language first, the German below."""
        if self.is_german:
            return _plain(self.german, self.reference)
        return f"{_plain(self.own, self.reference)}\n\n----------\nDeutsch:\n\n{_plain(self.german, self.reference)}"


def compose(actor: Actor, case: Case, papers: Sequence[Document], language_code: str) -> Letter:
    """The message that names these papers; in German where our pages do not exist in the family's language."""
    known = {entry.code for entry in languages.active_languages()}
    code = language_code if language_code in known else "de"
    children = {UUID(line.child_id): line.name for line in summary_of(actor, case).children}
    house = people.organisation(case.organisation_id)
    wanted = [(paper.kind, children.get(paper.child_id, "") if paper.child_id else "") for paper in papers]
    name = house.name if house else ""
    with force_locale(code):
        subject = gettext("Bitte schicken Sie uns noch Unterlagen")
    return Letter(code, subject, _text(code, wanted, name), _text("de", wanted, name), case.reference)


def _text(code: str, wanted: Sequence[tuple[DocumentKind, str]], house: str) -> Text:
    with force_locale(code):
        return Text(
            greeting=gettext("Guten Tag,"),
            opening=gettext("für das Gespräch über den Schulplatz brauchen wir noch:"),
            papers=[Wanted(str(NAMES[kind]), child) for kind, child in wanted],
            how=gettext(
                "Sie können gute Fotos oder Kopien schicken oder zu uns kommen. Haben Sie ein Papier nicht? "
                "Dann rufen Sie uns bitte an. Wir helfen Ihnen."
            ),
            closing=gettext("Wenn alles da ist, bekommen Sie von uns einen Termin."),
            house=house,
        )


def _plain(text: Text, reference: str) -> str:
    """The text for e-mail, which travels in the clear: it counts a paper's children and names none of them."""
    counted = Counter(paper.name for paper in text.papers)
    lines = [f"- {name}" + (f" ({count} ×)" if count > 1 else "") for name, count in counted.items()]
    return "\n\n".join(
        [text.greeting, text.opening, "\n".join(lines), text.how, text.closing, f"{text.house}\n{isolated(reference)}"]
    )
