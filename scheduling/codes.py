"""Booking codes people can read out, link tokens nobody can guess, and the digests stored instead."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata

# 32 signs, so 5 bits each; 0, O, 1 and I are left out because they are misread.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8
TOKEN_BYTES = 32
# A code as it is written; eight figures alone are rather a telephone number.
_WRITTEN = re.compile(rf"(?<![\w-])(?=[^A-Z]{{0,8}}[A-Z])[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}(?![\w-])")


def new_code() -> str:
    """A random code of 40 bits such as `K7QX-3M9P`; it names a booking, too short to be its only guard."""
    return _dashed("".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)))


def normalise(text: str) -> str | None:
    """The code in its written form, or None if the text is none.

    Lower case, blanks, any or no dash, marks of writing direction and digits of other scripts are forgiven.
    """
    folded = unicodedata.normalize("NFKC", text).upper()
    signs = "".join(_western(sign) for sign in folded if sign.isalnum())
    if len(signs) != CODE_LENGTH or any(sign not in ALPHABET for sign in signs):
        return None
    return _dashed(signs)


def new_token() -> str:
    """A random token of 256 bits, safe in a URL path; only its digest is ever stored."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    """SHA-256 of a token in hex; no key needed, as 256 random bits cannot be tried out."""
    return hashlib.sha256(token.encode()).hexdigest()


def digest_code(code: str, key: bytes) -> str:
    """HMAC-SHA-256 of a code in hex; keyed, as 40 bits could be tried out. ValueError for no code."""
    written = normalise(code)
    if written is None:
        raise ValueError("not a booking code")
    if len(key) < 16:
        raise ValueError("the key is too short")
    return hmac.new(key, written.encode(), hashlib.sha256).hexdigest()


def is_same_digest(left: str, right: str) -> bool:
    """Compare two hex digests in a time that does not tell how much of them agrees."""
    return hmac.compare_digest(left.encode(), right.encode())


def without_codes(text: str) -> str:
    """A text with every written code left out: whoever holds one can move or cancel the talk it names."""
    return _WRITTEN.sub("(weggelassen)", text)


def _dashed(signs: str) -> str:
    """Four signs, a dash, four signs."""
    return f"{signs[:4]}-{signs[4:]}"


def _western(sign: str) -> str:
    """The digit 0-9 behind a decimal digit of any script; any other sign as it is."""
    value = unicodedata.decimal(sign, None)
    return sign if value is None else str(value)
