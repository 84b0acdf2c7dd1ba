"""The blocks of the intake form as data: title, form, who may see and change it, what makes it complete."""

from __future__ import annotations

from dataclasses import dataclass

from app.data.records import Sheet
from cases.intake import child_forms, forms
from cases.intake.forms import BlockForm
from cases.policies import CasePermission
from cases.sheets import ChildSheet, FamilySheet, HealthSheet


@dataclass(frozen=True, slots=True)
class Block:
    """One block; `needed` are the fields without which it counts as unfinished."""

    key: str
    title: str
    form: type[BlockForm]
    sheet: type[Sheet]
    needed: tuple[str, ...]
    hint: str = ""
    read: CasePermission = CasePermission.READ
    change: CasePermission = CasePermission.CHANGE


FAMILY_BLOCKS: tuple[Block, ...] = (
    Block("kontakt", "Kontakt und Adresse", forms.ContactForm, FamilySheet, ("phone", "district")),
    Block(
        "ankunft",
        "Ankunft",
        forms.ArrivalForm,
        FamilySheet,
        ("arrived_in_town_on",),
        hint="Ein Monat oder ein Jahr genügt, wenn der Tag nicht bekannt ist. Ab dem Zuzug zählt die Wartezeit.",
    ),
    Block("sprachen", "Sprachen der Familie", forms.LanguagesForm, FamilySheet, ("language",)),
    Block("geschwister", "Familie und Geschwister", forms.SiblingsForm, FamilySheet, ("siblings_elsewhere",)),
    Block("wuensche", "Wünsche", forms.WishesForm, FamilySheet, ("wished_school_types",)),
    Block(
        "leistungen",
        "Leistungen",
        forms.BenefitsForm,
        FamilySheet,
        (),
        hint="Nur für den Hinweis auf das Bildungs- und Teilhabepaket. Die Angabe ist freiwillig.",
    ),
    Block(
        "aufenthalt",
        "Aufenthalt",
        forms.ResidenceForm,
        FamilySheet,
        (),
        hint=(
            "Für die Aufnahme in eine Schule spielt der Aufenthaltsstatus keine Rolle. Fragen Sie nur danach, wenn "
            "eine Regel ihn braucht, und halten Sie fest, welche. Schulen sind von Mitteilungen an die "
            "Ausländerbehörde ausgenommen (§ 87 Abs. 1 AufenthG); für andere Stellen ist das nicht geklärt."
        ),
    ),
)

CHILD_BLOCKS: tuple[Block, ...] = (
    Block("person", "Person", child_forms.PersonForm, ChildSheet, ("born", "gender", "birth_country", "nationality")),
    Block("schrift", "Schrift und Deutsch", child_forms.LiteracyForm, ChildSheet, ("literate", "german_level")),
    Block("schule", "Schulbiografie", child_forms.SchoolForm, ChildSheet, ("school_years", "school_biography")),
    Block("koennen", "Kompetenzen und Wünsche", child_forms.CompetencesForm, ChildSheet, ("mathematics",)),
    Block(
        "gesundheit",
        "Gesundheit",
        child_forms.HealthForm,
        HealthSheet,
        ("measles_proof",),
        hint="Nur, was für die Schule wichtig ist (Art. 9 DSGVO). Diese Angaben liegen getrennt vom übrigen Fall.",
        read=CasePermission.READ_HEALTH,
        change=CasePermission.CHANGE_HEALTH,
    ),
)

FAMILY = {block.key: block for block in FAMILY_BLOCKS}
CHILD = {block.key: block for block in CHILD_BLOCKS}


def field_labels() -> dict[str, str]:
    """The German label of every field of the form by its name in the sheet, for the trace."""
    labels: dict[str, str] = {}
    for form in (*(block.form for block in (*FAMILY_BLOCKS, *CHILD_BLOCKS)), forms.GuardianForm):
        for name in dir(form):
            unbound = getattr(form, name)
            told = [one for one in getattr(unbound, "args", ()) if isinstance(one, str)]
            if told and hasattr(unbound, "field_class"):
                labels.setdefault(name, told[0])
    return labels
