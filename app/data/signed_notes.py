"""Checkpoints as signed notes (C2SP tlog-checkpoint and signed-note): a few lines that say how long the trail is.

```
einstieg.example/protokoll        origin
1042                              size: entries so far
q1v…=                             root hash: the hash of the last entry, base64
time 2026-11-22T18:00:00Z         extension line

— einstieg.example/protokoll 3q2…=   key name, then base64 of key id (4 bytes) and Ed25519 signature
```
The trail is a chain and no tree, so the root is the head of the chain and there are no proofs of inclusion.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.errors import EinstiegError

ED25519 = b"\x01"
DASH = "—"
PRIVATE = "PRIVATE+KEY+"
TIME = "%Y-%m-%dT%H:%M:%SZ"
_SIGNATURE = re.compile(r"^— (\S+) ([A-Za-z0-9+/]+=*)$", re.MULTILINE)
_NAME = re.compile(r"[^\s+]+")


class NoteError(EinstiegError):
    """A note or key cannot be read; the text says which part, never a key."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public half of a signing key, as `name+id+key` in its text form."""

    name: str
    key: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return _key_id(self.name, self.key)

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.key).decode()}"

    def has_signed(self, note: Checkpoint) -> bool:
        """Whether one of the note's signatures is by this key and holds."""
        public = Ed25519PublicKey.from_public_bytes(self.key)
        for name, signature in note.signatures:
            if name == self.name and signature[:4] == self.key_id:
                try:
                    public.verify(signature[4:], note.text.encode())
                except InvalidSignature:
                    continue
                return True
        return False


@dataclass(frozen=True, slots=True)
class Signer:
    """A private signing key and the name it signs under; its repr shows the name alone."""

    name: str
    seed: bytes

    def __repr__(self) -> str:
        return f"Signer({self.name})"

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    def to_text(self) -> str:
        """The private key as it lies in its file."""
        seed = base64.b64encode(ED25519 + self.seed).decode()
        return f"{PRIVATE}{self.name}+{self.verifier.key_id.hex()}+{seed}"

    def sign(self, text: str) -> str:
        """The note: `text` (which ends with a line end), an empty line, and the signature."""
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        signed = base64.b64encode(self.verifier.key_id + signature).decode()
        return f"{text}\n{DASH} {self.name} {signed}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a note says, its signed text, and its signatures as (key name, key id and signature)."""

    origin: str
    size: int
    root: bytes
    at: datetime | None
    text: str
    signatures: Sequence[tuple[str, bytes]]


def new_signer(name: str) -> Signer:
    """A fresh key for an origin such as `einstieg.example/protokoll`."""
    if not _NAME.fullmatch(name):
        raise NoteError("the name of a key holds neither spaces nor a plus sign")
    return Signer(name, Ed25519PrivateKey.generate().private_bytes_raw())


def checkpoint_text(*, origin: str, size: int, root: bytes, at: datetime) -> str:
    """The lines to sign."""
    time = at.astimezone(UTC).strftime(TIME)
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\ntime {time}\n"


def read_signer(text: str) -> Signer:
    """A private key out of its text; raises NoteError."""
    name, key = _read_key(text.strip().removeprefix(PRIVATE)) if text.startswith(PRIVATE) else ("", b"")
    if not name:
        raise NoteError("this is no private key of an audit trail")
    return Signer(name, key)


def read_verifier(text: str) -> Verifier:
    """A public key out of its text; raises NoteError, also when its id does not belong to it."""
    name, key = _read_key(text.strip())
    verifier = Verifier(name, key)
    if text.strip().split("+")[1] != verifier.key_id.hex():
        raise NoteError("the id of this public key does not belong to it")
    return verifier


def read_checkpoint(text: str) -> Checkpoint:
    """What a note says; its signature is checked by `Verifier.has_signed` alone. Raises NoteError."""
    text = text.replace("\r\n", "\n")
    body, gap, rest = text.partition(f"\n\n{DASH}")
    lines = body.strip("\n").split("\n")
    if not gap or len(lines) < 3 or not lines[1].isdecimal():
        raise NoteError("this is no checkpoint")
    signatures = [(name, _decoded(value)) for name, value in _SIGNATURE.findall(DASH + rest)]
    times = [line.removeprefix("time ") for line in lines[3:] if line.startswith("time ")]
    root = _decoded(lines[2])
    if len(root) != sha256().digest_size:
        raise NoteError("this is no checkpoint")
    return Checkpoint(lines[0], int(lines[1]), root, _instant(times), "\n".join(lines) + "\n", signatures)


def _instant(times: Sequence[str]) -> datetime | None:
    try:
        return datetime.strptime(times[0], TIME).replace(tzinfo=UTC) if times else None
    except ValueError:
        return None


def _read_key(text: str) -> tuple[str, bytes]:
    parts = text.split("+", 2)
    key = _decoded(parts[2]) if len(parts) == 3 else b""
    if len(key) != 33 or key[:1] != ED25519:
        raise NoteError("this is no Ed25519 key in the form name+id+key")
    return parts[0], key[1:]


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError("a part of the note is no base64") from None


def _key_id(name: str, key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + ED25519 + key).digest()[:4]
