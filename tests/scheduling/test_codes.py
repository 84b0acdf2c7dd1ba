"""Booking codes and tokens: readable, forgiving, and never stored as they are."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.codes import ALPHABET, digest, digest_code, is_same_digest, new_code, new_token, normalise

KEY = b"a key of the test, long enough"


def test_a_new_code_has_no_sign_that_is_misread() -> None:
    for _ in range(200):
        code = new_code()
        assert len(code) == 9
        assert code[4] == "-"
        assert not set("0O1I") & set(code)
        assert normalise(code) == code


@pytest.mark.parametrize(
    "typed",
    [
        "k7qx-3m9p",
        " K7QX 3M9P ",
        "K7QX3M9P",
        "k7qx–3m9p",
        "K٧QX-٣M٩P",
        "K۷QX ۳M۹P",
        "Ｋ７ＱＸ－３Ｍ９Ｐ",
        "\u200fK7QX\u200b-3M9P",
    ],
)
def test_a_code_is_read_however_it_was_typed(typed: str) -> None:
    assert normalise(typed) == "K7QX-3M9P"


@pytest.mark.parametrize("typed", ["", "K7QX", "K7QX-3M9PP", "K7QX-3M90", "O7QX-3M9P", "ß7QX-3M9P", "K7QX-3M9ع"])
def test_what_is_no_code_is_told_apart(typed: str) -> None:
    assert normalise(typed) is None


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_either_a_code_or_none(text: str) -> None:
    found = normalise(text)
    assert found is None or (normalise(found) == found and set(found) <= {*ALPHABET, "-"})


def test_a_token_has_256_bits_and_is_stored_as_its_hash() -> None:
    token = new_token()
    assert len(token) == 43
    assert token != new_token()
    assert digest(token) == hashlib.sha256(token.encode()).hexdigest()


def test_a_code_is_hashed_with_a_key_and_however_it_was_typed() -> None:
    assert digest_code("k7qx 3m9p", KEY) == digest_code("K7QX-3M9P", KEY)
    assert digest_code("K7QX-3M9P", KEY) != digest_code("K7QX-3M9P", KEY[::-1])
    assert is_same_digest(digest_code("K7QX-3M9P", KEY), digest_code("K7QX3M9P", KEY))
    assert not is_same_digest("a", "ä")


def test_no_code_and_a_short_key_are_refused_without_repeating_them() -> None:
    with pytest.raises(ValueError, match=r"^not a booking code$"):
        digest_code("nonsense", KEY)
    with pytest.raises(ValueError, match="short"):
        digest_code("K7QX-3M9P", b"short")
