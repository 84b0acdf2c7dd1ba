"""Which kind of German support fits a newcomer, BASS 13-63 Nr. 3 and 4 and APO-BK Anlage A."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cases.placement.child_facts import ChildFacts, Literacy
from cases.placement.rule_book import Reason, rule
from cases.placement.school_types import Stage


class Support(StrEnum):
    """The form of support at the school; the values are stored."""

    LITERACY_GROUP = "literacy_group"
    GERMAN_CLASS = "german_class"
    GERMAN_GROUP = "german_group"
    REGULAR_CLASS_PLUS = "regular_class_plus"
    REGULAR_CLASS = "regular_class"
    IFK = "ifk"
    FFM = "ffm"

    @property
    def label(self) -> str:
        """The German words for pages."""
        return _LABELS[self]


_LABELS = {
    Support.LITERACY_GROUP: "Lerngruppe zur Erstalphabetisierung",
    Support.GERMAN_CLASS: "Deutschförderklasse (DFK)",
    Support.GERMAN_GROUP: "Deutschfördergruppe (DFG)",
    Support.REGULAR_CLASS_PLUS: "Regelklasse mit Deutschförderung",
    Support.REGULAR_CLASS: "Regelklasse",
    Support.IFK: "Internationale Förderklasse (IFK)",
    Support.FFM: "Fit für Mehr (FFM)",
}


@dataclass(frozen=True)
class SupportProposal:
    """A suggested form, what else is allowed, and whether a literacy group comes first."""

    support: Support | None
    alternatives: tuple[Support, ...]
    needs_literacy_group: bool
    reasons: tuple[Reason, ...]
    warnings: tuple[str, ...]


def propose_support(facts: ChildFacts, *, stage: Stage, grade: int, on: date) -> SupportProposal:
    """Suggest a form for a stage and the grade of the age group; none where no school place is due."""
    if stage is Stage.NONE:
        return SupportProposal(None, (), False, (), ())
    if facts.german.is_sufficient:
        reason = rule("german_sufficient", on).reason()
        return SupportProposal(
            Support.REGULAR_CLASS, (Support.REGULAR_CLASS_PLUS,), False, (reason,), _german_warnings(facts)
        )
    literacy = _needs_literacy_group(facts, stage, grade, on)
    if stage is Stage.UPPER_SECONDARY:
        return _at_vocational_college(facts, literacy, on)
    table = rule("german_support", on)
    form = Support(table.table[stage][facts.german])
    if literacy:
        reason = rule("literacy_group", on).reason()
        return SupportProposal(Support.LITERACY_GROUP, (form,), True, (reason,), _german_warnings(facts))
    others = (Support.GERMAN_CLASS, Support.GERMAN_GROUP, Support.REGULAR_CLASS_PLUS)
    return SupportProposal(
        form,
        tuple(other for other in others if other is not form),
        False,
        (table.reason(level=facts.german.label, stage=stage.label, support=form.label),),
        _german_warnings(facts),
    )


def _needs_literacy_group(facts: ChildFacts, stage: Stage, grade: int, on: date) -> bool:
    """In classes 1 and 2 all children learn to read, so that no group of their own is needed there."""
    numbers = rule("literacy_group", on).numbers
    if stage is Stage.PRIMARY and grade < numbers["from_grade"]:
        return False
    if facts.literacy in (Literacy.NONE, Literacy.OTHER_SCRIPT):
        return True
    little = facts.school_years is not None and facts.school_years <= numbers["little_schooling_years"]
    return facts.literacy is Literacy.UNKNOWN and little and grade >= numbers["little_schooling_from_grade"]


def _at_vocational_college(facts: ChildFacts, literacy: bool, on: date) -> SupportProposal:
    ifk, ffm = rule("ifk", on), rule("ffm", on)
    if literacy:
        reasons = (rule("ifk_latin_script", on).reason(), rule("literacy_group", on).reason())
        return SupportProposal(Support.FFM, (Support.IFK,), True, reasons, _german_warnings(facts))
    if ifk.numbers["from_month"] <= on.month <= ifk.numbers["until_month"]:
        return SupportProposal(Support.IFK, (Support.FFM,), False, (ifk.reason(),), _german_warnings(facts))
    return SupportProposal(Support.FFM, (Support.IFK,), False, (ffm.reason(),), _german_warnings(facts))


def _german_warnings(facts: ChildFacts) -> tuple[str, ...]:
    found = []
    if facts.german.value == "unknown":
        found.append("Das Deutschniveau ist nicht eingetragen; die Förderform ist deshalb vorläufig.")
    if facts.literacy is Literacy.UNKNOWN:
        found.append("Ob das Kind lesen und schreiben kann und in welcher Schrift, ist nicht eingetragen.")
    return tuple(found)
