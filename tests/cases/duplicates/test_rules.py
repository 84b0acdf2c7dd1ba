"""What speaks for one person or one family, and how it is said."""

from __future__ import annotations

import pytest

from cases.duplicates.births import BirthLikeness, likeness
from cases.duplicates.families import Family, Match, match
from cases.duplicates.rules import Judge, Person

PHONE = "+4917612345678"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2014-03-05", "2014-03-05", BirthLikeness.SAME),
        ("2014-03-05", "2014-05-03", BirthLikeness.SWAPPED),
        ("2014-03-05", "2014-01-01", BirthLikeness.DEFAULT_DAY),
        ("2014-01-01", "2014-01-01", BirthLikeness.BOTH_DEFAULT),
        ("2014-01-01", "2014-05", BirthLikeness.DEFAULT_DAY),
        ("2014-03-05", "2015-03-05", BirthLikeness.YEAR_OFF),
        ("2014-03-05", "2014-03-15", BirthLikeness.DIGIT_OFF),
        ("2014-03-05", "2014-03", BirthLikeness.MONTH_FITS),
        ("2014-03-05", "2014", BirthLikeness.YEAR_FITS),
        ("2014-03-05", "", BirthLikeness.UNKNOWN),
        ("2014-03-05", "2009-11-28", BirthLikeness.DIFFERENT),
    ],
)
def test_birth_dates_are_wrong_in_known_ways(one: str, other: str, expected: BirthLikeness) -> None:
    assert likeness(one, other) is likeness(other, one) is expected


def test_the_surer_the_dates_agree_the_more_they_say() -> None:
    ladder = [
        BirthLikeness.SAME,
        BirthLikeness.SWAPPED,
        BirthLikeness.YEAR_OFF,
        BirthLikeness.BOTH_DEFAULT,
        BirthLikeness.DEFAULT_DAY,
        BirthLikeness.UNKNOWN,
        BirthLikeness.DIFFERENT,
    ]
    bits = [step.bits for step in ladder]
    assert bits == sorted(bits, reverse=True) and BirthLikeness.DIFFERENT.bits < 0


def _family(name: str, *children: tuple[str, str], phone: str = "") -> Family:
    people = tuple(Person((f"{given} {name}",), born) for given, born in children)
    return Family(None, name, people, phones=frozenset({phone} - {""}))


def _match(one: Family, other: Family) -> Match:
    return match(Judge(), one, other)


@pytest.mark.parametrize(
    ("one", "other", "sentence"),
    [
        (
            _family("Kovalenko", ("Daryna", "2014-03-05")),
            _family("Коваленко", ("Дарина", "2014-05-03")),
            "Tag und Monat der Geburt vertauscht: 05.03.2014 und 03.05.2014",
        ),
        (
            _family("Kovalenko", ("Daryna", "2014-03-05")),
            _family("Коваленко", ("Дарина", "2014-03-05")),
            "Derselbe Name in anderer Schrift: „Daryna Kovalenko“ und „Дарина Коваленко“",
        ),
        (
            _family("Hamad", ("Omar", "2012-06-07")),
            _family("Hamad", ("Omer", "2012-01-01")),
            "1. Januar als Ersatzdatum, das Geburtsjahr stimmt: 07.06.2012 und 01.01.2012",
        ),
        (
            _family("Müller", ("Anna", "2012-02-01")),
            _family("Müller", ("Anna", "2013-02-01")),
            "Geburtsjahr um eins verschieden: 01.02.2012 und 01.02.2013",
        ),
        (
            _family("Haile", ("Sara", "2012-02-01")),
            _family("Sara", ("Haile", "2012-02-01")),
            "Vor- und Nachname vertauscht: „Sara Haile“ und „Haile Sara“",
        ),
        (
            _family("Hamad", ("Omar", "2012-06-07"), phone=PHONE),
            _family("Hamad", ("Lina", "2015-11-28"), phone=PHONE),
            "Gleicher Familienname, das Kind könnte ein Geschwister sein: „Hamad“",
        ),
    ],
)
def test_a_likely_family_is_told_with_its_reason(one: Family, other: Family, sentence: str) -> None:
    found = _match(one, other)
    assert found.is_likely and sentence in found.sentences
    assert not any(word in " ".join(found.plain) for word in ("„", "20")), "plain reasons hold no value"


def test_the_same_phone_is_a_reason_and_a_family_name_alone_is_not_enough() -> None:
    one, other = _family("Nguyen", ("Anna", "2012-02-01")), _family("Nguyen", ("Peter", "2015-11-28"))
    assert not _match(one, other).is_likely
    told = _match(_family("Nguyen", ("Anna", "2012"), phone=PHONE), _family("Tran", ("Peter", "2015"), phone=PHONE))
    assert "Dieselbe Telefonnummer" in told.sentences
