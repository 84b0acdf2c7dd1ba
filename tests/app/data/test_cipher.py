"""The format of sealed values is frozen, and nothing about a sealed value can be changed unnoticed."""

from __future__ import annotations

import secrets

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.data import cipher
from app.errors import Tampered

KEY = bytes(range(32))
CONTEXT = cipher.bind("sealed_record", b"\x01\x02", 7)
PLAINTEXT = '{"name":"Олена"}'.encode()
# Computed once when the format was laid down: what lies in stores today must open for ever.
SEALED = bytes.fromhex(
    "010100036465666768696a6b6c6d6e6f3339b007148c74a41cb2c13861b5df2dff12b628f6773788caba6dedfbd44bb19b47638a95"
)


def test_a_value_sealed_long_ago_still_opens() -> None:
    assert cipher.unseal(KEY, SEALED, CONTEXT) == PLAINTEXT
    assert cipher.generation_of(SEALED) == 3


def test_the_layout_is_header_nonce_ciphertext_and_tag_under_header_and_context() -> None:
    assert AESGCM(KEY).decrypt(SEALED[4:16], SEALED[16:], SEALED[:4] + CONTEXT) == PLAINTEXT
    assert bytes.fromhex("0000000d7365616c65645f7265636f72640000000201020000000137") == CONTEXT


def test_derived_keys_tokens_and_commitments_are_frozen() -> None:
    frozen = {
        "doc": (cipher.derive(KEY, "doc"), "9c1ab8f98191e2e264a88e3b168b4ac10b5c09fe552c7f47368577efa8804f8a"),
        "commit": (cipher.commitment(KEY), "57a7f03e7641e72ef142725dbd9de2f5"),
        "token": (cipher.token(KEY, "+49211"), "0c9a5ce3bebac5bd06c1205b2d7179f334489d9f3c30308359087bdd6ed9a03c"),
        "secret": (
            cipher.derive_from_secret(b"secret", "passphrase", b"salt"),
            "9d70a8b2852e67dd07714f0eca41f2cc17e6fb12a6149ee0fe77151c659fa5d0",
        ),
    }
    assert {name: made.hex() for name, (made, _) in frozen.items()} == {
        name: told for name, (_, told) in frozen.items()
    }


@pytest.mark.parametrize("bit", [0, 7])
@pytest.mark.parametrize("position", range(len(SEALED)))
def test_one_changed_bit_anywhere_is_found(position: int, bit: int) -> None:
    changed = bytearray(SEALED)
    changed[position] ^= 1 << bit
    with pytest.raises(Tampered):
        cipher.unseal(KEY, bytes(changed), CONTEXT)


@pytest.mark.parametrize("length", range(len(SEALED)))
def test_a_cut_value_is_found(length: int) -> None:
    with pytest.raises(Tampered):
        cipher.unseal(KEY, SEALED[:length], CONTEXT)


def test_another_key_or_context_or_added_bytes_do_not_open() -> None:
    for key, sealed, context in (
        (bytes(32), SEALED, CONTEXT),
        (KEY, SEALED + b"\0", CONTEXT),
        (KEY, SEALED, CONTEXT + b"\0"),
        (KEY, SEALED, cipher.bind("sealed_record", b"\x01\x02", 8)),
    ):
        with pytest.raises(Tampered):
            cipher.unseal(key, sealed, context)


def test_no_two_contexts_are_spelled_alike() -> None:
    spelled = [("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("", "abc"), ("a", "b", "c"), (b"ab\0\0\0\1c",)]
    assert len({cipher.bind(*parts) for parts in spelled}) == len(spelled)


def test_the_same_text_is_never_sealed_alike() -> None:
    assert len({cipher.seal(KEY, PLAINTEXT, CONTEXT) for _ in range(1000)}) == 1000


def test_the_error_says_nothing_of_key_or_text() -> None:
    with pytest.raises(Tampered) as caught:
        cipher.unseal(KEY, SEALED[:-1] + b"\0", CONTEXT)
    assert caught.value.__cause__ is None
    assert "name" not in repr(caught.value)


def test_padding_leaves_few_lengths_and_grows_little() -> None:
    lengths = {size: len(cipher.pad(b"x" * size)) for size in range(1, 6000)}
    assert all(size <= padded for size, padded in lengths.items())
    assert {padded for size, padded in lengths.items() if size <= 128} == {128}
    assert max(padded / size for size, padded in lengths.items() if size > 128) <= 1.12
    assert len(set(lengths.values())) < 90
    assert [lengths[size] for size in (129, 200, 257, 1000, 1025, 5000)] == [144, 208, 272, 1024, 1088, 5120]


def test_padded_json_keeps_its_text() -> None:
    text = secrets.token_hex(100).encode()
    assert cipher.pad(text).rstrip(b" ") == text
