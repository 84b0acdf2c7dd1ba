"""How names of other scripts read."""

from __future__ import annotations

import pytest

from cases.latin import latin_reading


@pytest.mark.parametrize(
    ("name", "spellings", "reading"),
    [
        ("Kovalenko", [], ""),
        ("Çelik", ["CELIK"], ""),
        ("Мельниченко", ["KSENIIA MELNYCHENKO"], "Melnychenko"),
        ("Мельниченко", [], "Melnichenko"),
        ("محمدی", ["Parisa Mohammadi"], "Mohammadi"),
        ("محمدی", [], ""),
        ("Тарас", ["TARAS MELNYCHENKO"], "Taras"),
    ],
)
def test_a_name_reads_as_in_the_passport_or_by_its_letters(name: str, spellings: list[str], reading: str) -> None:
    assert latin_reading(name, spellings) == reading
