"""Two texts come together without losing a word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cases.sessions.merging import as_amendment, differences, merged_notes
from cases.sessions.rules import is_writing, merge_choices, merge_texts
from cases.sheets import SessionNotes

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@given(st.text(), st.text())
def test_no_word_of_either_text_is_lost(theirs: str, mine: str) -> None:
    merged = merge_texts(theirs, mine, their_title="A", my_title="B")
    assert theirs.strip() in merged
    assert mine.strip() in merged


def test_a_text_that_holds_the_other_stands_alone() -> None:
    assert merge_texts("Ein Satz.", "Ein Satz. Und noch einer.", their_title="A", my_title="B") == (
        "Ein Satz. Und noch einer."
    )
    assert merge_texts("Ein Satz.", "", their_title="A", my_title="B") == "Ein Satz."


def test_both_names_stand_over_their_texts_and_ticks_of_either_stay() -> None:
    theirs = SessionNotes(notes="rot", topics=["health"], interpreter="Frau A")
    mine = SessionNotes(notes="blau", topics=["housing", "health"], interpreter="Herr B")
    merged = merged_notes(theirs, mine, their_name="Karl")
    assert merged.notes == "[Fassung von Karl]\nrot\n\n[Meine Fassung]\nblau"
    assert merged.topics == ["health", "housing"]
    assert merged.interpreter == "Frau A; Herr B"
    assert [part.label for part in differences(theirs, mine)] == ["Notizen", "Sprachmittlung"]
    assert "Notizen: blau" in as_amendment(theirs, mine)
    assert merge_choices(["b", "a"], ["a", "c"]) == ["b", "a", "c"]


def test_somebody_counts_as_writing_for_two_minutes() -> None:
    assert is_writing("karl", NOW - timedelta(seconds=119), me="anna", now=NOW)
    assert not is_writing("karl", NOW - timedelta(seconds=121), me="anna", now=NOW)
    assert not is_writing("anna", NOW, me="anna", now=NOW)
    assert not is_writing("", NOW, me="anna", now=NOW)
