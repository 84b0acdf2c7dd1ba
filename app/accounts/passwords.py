"""Passwords as Argon2id hashes, and the rule a new one keeps."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_DECOY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The Argon2id hash (19 MiB, 2 passes: the OWASP minimum, as sign-in shares two cores with everybody)."""
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password fits; without a hash it takes as long and says no."""
    try:
        return _hasher.verify(password_hash or _DECOY, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_weak(password: str) -> bool:
    """Shorter than 12 characters, or of fewer than 5 different ones."""
    return len(password) < SHORTEST or len(set(password)) < 5
