"""The root key in shares: any three of five, never two, and a slip of the pen is told by the share it is in."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest

from app.data.recovery import KNOWN_WORDS, ShareError, combine, page, read_share, split

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def pages() -> list[str]:
    """Five pages of which three are needed."""
    words = split(7, KEY, threshold=3, shares=5)
    return [page(each, number=at, shares=5, threshold=3, version=7) for at, each in enumerate(words, 1)]


def test_any_three_of_five_give_key_and_version_and_two_give_nothing(pages: list[str]) -> None:
    shares = [read_share(text, name=f"Anteil {at}") for at, text in enumerate(pages, 1)]
    for chosen in combinations(shares, 3):
        assert combine(chosen) == (7, KEY)
    for order in permutations(shares[1:4]):
        assert combine(order) == (7, KEY)
    assert combine(shares) == (7, KEY)
    for chosen in combinations(shares, 2):
        with pytest.raises(ShareError, match="nötig sind 3 Anteile, da sind 2"):
            combine(chosen)


def test_a_share_is_read_as_printed_as_typed_and_from_windows(pages: list[str]) -> None:
    words = read_share(pages[0], name="A").words
    for text in (words, words.upper(), words.replace(" ", "\n"), pages[0].replace("\n", "\r\n"), f"\n{pages[0]}\n\n"):
        assert read_share(text, name="A").words == words


def test_a_mistyped_share_says_which_and_where_and_quotes_nothing(pages: list[str]) -> None:
    words = read_share(pages[1], name="Anteil 2").words.split()
    other = next(word for word in sorted(KNOWN_WORDS) if word != words[9])
    slips = {
        "Anteil 2: das 10. Wort": [*words[:9], "falschwort", *words[10:]],
        "Anteil 2: die Prüfsumme": [*words[:9], other, *words[10:]],
        "Anteil 2 hat 34 statt 35": words[:-1],
    }
    if words[3] != words[4]:
        slips["Prüfsumme"] = [*words[:3], words[4], words[3], *words[5:]]
    for told, typed in slips.items():
        with pytest.raises(ShareError, match=told) as caught:
            read_share(" ".join(typed), name="Anteil 2")
        assert "falschwort" not in str(caught.value)
        assert other not in str(caught.value)


def test_a_share_of_another_splitting_and_the_same_one_twice_are_named(pages: list[str]) -> None:
    shares = [read_share(text, name=f"Anteil {at}") for at, text in enumerate(pages, 1)]
    foreign = read_share(split(8, KEY, threshold=3, shares=5)[2], name="Anteil 3")
    with pytest.raises(ShareError, match="Anteil 3 gehört nicht"):
        combine([shares[0], shares[1], foreign])
    with pytest.raises(ShareError, match="Anteil 1 und Anteil 1 sind derselbe"):
        combine([shares[0], shares[0], shares[1]])
    with pytest.raises(ShareError, match="statt 35"):
        read_share(" ".join(shares[3].words.split()[:20]), name="Anteil 4")


@pytest.mark.parametrize(("threshold", "shares"), [(1, 1), (1, 3), (4, 3), (2, 17), (0, 0), (-1, 2)])
def test_numbers_that_make_no_sense_are_refused(threshold: int, shares: int) -> None:
    with pytest.raises(ShareError, match="mindestens 2"):
        split(1, KEY, threshold=threshold, shares=shares)


def test_no_share_shows_in_a_trace(pages: list[str]) -> None:
    share = read_share(pages[0], name="Anteil 1")
    assert repr(share) == "Share(Anteil 1)"
