"""How bytes are sealed: AES-256-GCM under context that names where they belong (docs/security.md).

Layout of a sealed value: format (1 byte), algorithm (1), key generation (2, big-endian), nonce (12),
ciphertext and tag. The associated data is the same four header bytes and the length-prefixed context.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import Tampered

FORMAT = 1
AES_256_GCM = 1
HEADER = 4
NONCE = 12
TAG = 16
KEY_BYTES = 32

_KNOWN = bytes((FORMAT, AES_256_GCM))


def new_key() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def bind(*parts: str | bytes | int) -> bytes:
    """Context as length-prefixed parts, so that no two contexts can be spelled alike."""
    out = b""
    for part in parts:
        raw = part if isinstance(part, bytes) else str(part).encode()
        out += len(raw).to_bytes(4, "big") + raw
    return out


def seal(key: bytes, plaintext: bytes, context: bytes, *, generation: int = 0) -> bytes:
    """Encrypt and authenticate `plaintext` for exactly this context; `generation` says which key it was."""
    header = _KNOWN + generation.to_bytes(2, "big")
    nonce = secrets.token_bytes(NONCE)
    return header + nonce + AESGCM(key).encrypt(nonce, plaintext, header + context)


class Opener:
    """Opens many values under one key; it shows nothing of the key."""

    def __init__(self, key: bytes) -> None:
        self._gcm = AESGCM(key)

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """Open what `seal` made; raises Tampered for another key, place, version or a single changed bit."""
        if len(sealed) < HEADER + NONCE + TAG or sealed[:2] != _KNOWN:
            raise Tampered("not a sealed value")
        try:
            return self._gcm.decrypt(
                sealed[HEADER : HEADER + NONCE], sealed[HEADER + NONCE :], sealed[:HEADER] + context
            )
        except InvalidTag:
            raise Tampered("does not belong here") from None


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Open one value; see `Opener.unseal`."""
    return Opener(key).unseal(sealed, context)


def generation_of(sealed: bytes) -> int:
    """The key generation a sealed value names (0 to 65,535)."""
    return int.from_bytes(sealed[2:HEADER], "big")


def derive(key: bytes, purpose: str) -> bytes:
    """A 32-byte subkey of a uniformly random `key` (HKDF-Expand, RFC 5869: its first block is one HMAC)."""
    return hmac.digest(key, purpose.encode() + b"\x01", "sha256")


def derive_from_secret(secret: bytes, purpose: str, salt: bytes) -> bytes:
    """A 32-byte key of a secret that need not be uniform (HKDF extract and expand, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=purpose.encode()).derive(secret)


def commitment(key: bytes) -> bytes:
    """16 bytes that commit to `key`: GCM alone lets one ciphertext open under two keys."""
    return derive(key, "commit")[:16]


def token(key: bytes, value: str) -> bytes:
    """A keyed token of `value` for exact matching (HMAC-SHA-256)."""
    return hmac.new(key, value.encode(), hashlib.sha256).digest()


def pad(plaintext: bytes, *, smallest: int = 128) -> bytes:
    """Fill JSON with trailing blanks up to a bucket (Padmé: at most 12 % growth), so that lengths tell little."""
    length = max(len(plaintext), smallest)
    exponent = length.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    mask = (1 << low_bits) - 1
    return plaintext.ljust((length + mask) & ~mask, b" ")
