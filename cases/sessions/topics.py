"""What counselling talks are about, as data: the names stand in statistics, so a code is never given anew."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: the code that is stored, and the German words for pages."""

    code: str
    label: str


TOPICS: tuple[Topic, ...] = (
    Topic("school_entry", "Schuleinstieg"),
    Topic("school_type", "Schulform"),
    Topic("education_package", "Bildung und Teilhabe"),
    Topic("extracurricular", "außerschulische Angebote"),
    Topic("language_course", "Sprachkurs"),
    Topic("health", "Gesundheit"),
    Topic("residence", "Aufenthalt und Recht (Verweis)"),
    Topic("housing", "Wohnen"),
    Topic("transition", "Übergang"),
    Topic("other", "Sonstiges"),
)
_LABELS = {topic.code: topic.label for topic in TOPICS}


def choices() -> list[tuple[str, str]]:
    """Code and label of every topic, in the order of a talk."""
    return [(topic.code, topic.label) for topic in TOPICS]


def labels(codes: list[str]) -> list[str]:
    """The words for these codes; one that is no longer offered stands for itself."""
    return [_LABELS.get(code, code) for code in codes]
