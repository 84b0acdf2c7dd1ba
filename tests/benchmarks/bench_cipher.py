"""What sealing costs: against bare AES-GCM (the price of binding to a place), and against Fernet."""

from __future__ import annotations

import secrets

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.data.cipher import bind, new_key, seal, unseal
from tests.benchmarks.registry import Measurement, benchmark, microseconds_each

PLAINTEXT = secrets.token_bytes(200)
CONTEXT = ("tenant", "case", "core", "0192a4c0-0000-7000-8000-000000000001", 3)


@benchmark("seal_200_bytes", unit="µs", n=90_000)
def seal_against_bare_gcm(n: int) -> Measurement:
    """Sealing with context, against AES-GCM alone with a fresh nonce."""
    key = new_key()
    bare = AESGCM(key)
    return microseconds_each(
        lambda: seal(key, PLAINTEXT, bind(*CONTEXT)),
        lambda: bare.encrypt(secrets.token_bytes(12), PLAINTEXT, None),
        n=n,
    )


@benchmark("seal_200_bytes_against_fernet", unit="µs", n=45_000)
def seal_against_fernet(n: int) -> Measurement:
    """Sealing with context, against Fernet, which knows no context."""
    key, fernet = new_key(), Fernet(Fernet.generate_key())
    return microseconds_each(lambda: seal(key, PLAINTEXT, bind(*CONTEXT)), lambda: fernet.encrypt(PLAINTEXT), n=n)


@benchmark("unseal_200_bytes_against_fernet", unit="µs", n=45_000)
def unseal_against_fernet(n: int) -> Measurement:
    """Opening with context, against Fernet."""
    key, fernet = new_key(), Fernet(Fernet.generate_key())
    context = bind(*CONTEXT)
    sealed, foreign = seal(key, PLAINTEXT, context), fernet.encrypt(PLAINTEXT)
    return microseconds_each(lambda: unseal(key, sealed, context), lambda: fernet.decrypt(foreign), n=n)
