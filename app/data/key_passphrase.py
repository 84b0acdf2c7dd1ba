"""The root key from a passphrase by Argon2id; salt and cost of each version lie in a small file apart from the data.

Neither opens anything without the other: who destroys a version removes its salt. The passphrase file holds one
passphrase a line; new versions use the first, older ones whichever fits, so a passphrase can be replaced.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw

from app.data import cipher
from app.data.key_file import alone
from app.data.root_keys import LARGEST_VERSION, LocalRoot, RootKeyError, decoded, read_private, write_private

WHAT = "die Datei mit den Salzen (EINSTIEG_KEY_FILE)"
PASSPHRASE = "die Passphrase (EINSTIEG_PASSPHRASE_FILE)"  # noqa: S105
WAY_OUT = "bitte wiederherstellen, oder bei einer neuen Einrichtung 'flask keys init' aufrufen"
SHORTEST = 16
SALT_BYTES = 16
MEMORY_KIB, PASSES, LANES = 65_536, 3, 4  # RFC 9106, section 4, second recommended option
LARGEST_MEMORY_KIB, MOST_PASSES, MOST_LANES = 4 * 1024 * 1024, 100, 64


@dataclass(frozen=True, slots=True)
class Salt:
    """How one version is derived, and by which 16 bytes a right passphrase is known."""

    salt: bytes
    check: bytes
    memory: int = MEMORY_KIB
    passes: int = PASSES
    lanes: int = LANES

    def line(self, version: int) -> str:
        """As the file holds it."""
        salt, check = (base64.b64encode(part).decode() for part in (self.salt, self.check))
        return f"{version}:{self.memory}:{self.passes}:{self.lanes}:{salt}:{check}\n"


class KeyPassphrase(LocalRoot):
    """Derives a version when it is first seen (a tenth of a second) and keeps the key, never the passphrase."""

    def __init__(self, salts: Path, passphrase: Path) -> None:
        self._salts = salts
        self._passphrase = passphrase
        self._derived: dict[bytes, bytes] = {}
        super().__init__()

    def _read(self) -> dict[int, bytes]:
        return {version: self._derive(salt) for version, salt in self._read_salts().items()}

    def rotate(self) -> int:
        """Append a new salt, for the first passphrase of its file."""
        with alone(self._salts):
            known = self._read_salts()
            version = max(known) + 1
            known[version] = fresh_salt(self._passphrase)
            _write(self._salts, known)
            self._keys = self._read()
        return version

    def destroy(self, version: int) -> None:
        """Remove the salt of a version that is not the newest: its passphrase alone derives nothing."""
        with alone(self._salts):
            known = self._read_salts()
            if version == max(known):
                raise RootKeyError("die geltende Fassung des Hauptschlüssels kann nicht vernichtet werden")
            if version not in known:
                raise RootKeyError(f"eine Fassung {version} des Hauptschlüssels gibt es nicht")
            _write(self._salts, {each: salt for each, salt in known.items() if each != version})
            self._keys = self._read()

    def _read_salts(self) -> dict[int, Salt]:
        salts: dict[int, Salt] = {}
        for line in read_private(self._salts, what=WHAT, way_out=WAY_OUT).split():
            parts = line.split(b":")
            if len(parts) != 6 or not all(part.isdigit() for part in parts[:4]):
                raise RootKeyError(f"{WHAT} ist beschädigt: bitte aus der verwahrten Kopie wiederherstellen")
            version, memory, passes, lanes = (int(part) for part in parts[:4])
            salt = Salt(decoded(parts[4]), decoded(parts[5]), memory, passes, lanes)
            if not 0 < version <= LARGEST_VERSION or not _is_sane(salt):
                raise RootKeyError(f"{WHAT} ist beschädigt: bitte aus der verwahrten Kopie wiederherstellen")
            salts[version] = salt
        if not salts:
            raise RootKeyError(f"{WHAT} ist leer: bitte aus der verwahrten Kopie wiederherstellen")
        return salts

    def _derive(self, salt: Salt) -> bytes:
        known = self._derived.get(salt.salt)
        if known is not None:
            return known
        for passphrase in read_passphrases(self._passphrase):
            key = _argon2id(passphrase, salt)
            if hmac.compare_digest(cipher.commitment(key), salt.check):
                self._derived[salt.salt] = key
                return key
        raise RootKeyError(f"{PASSPHRASE} passt nicht zu {WHAT}")


def create_salt_file(salts: Path, passphrase: Path) -> None:
    """Make the file of a new installation; an existing one is never touched."""
    if not salts.exists():
        salts.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(salts, {1: fresh_salt(passphrase)})


def fresh_salt(passphrase: Path) -> Salt:
    """A new salt, with what the first passphrase of the file derives by it."""
    blank = Salt(secrets.token_bytes(SALT_BYTES), b"")
    key = _argon2id(read_passphrases(passphrase)[0], blank)
    return Salt(blank.salt, cipher.commitment(key))


def read_passphrases(path: Path) -> list[bytes]:
    """The lines of the passphrase file as UTF-8 in one normal form; raises RootKeyError, also for a short one."""
    content = read_private(path, what=PASSPHRASE, way_out="bitte die Datei mit der Passphrase bereitstellen")
    try:
        lines = [unicodedata.normalize("NFC", line.strip()) for line in content.decode().splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise RootKeyError(f"{PASSPHRASE} ist kein Text in UTF-8") from None
    if not lines or len(lines[0]) < SHORTEST:
        raise RootKeyError(f"{PASSPHRASE} ist kürzer als {SHORTEST} Zeichen: bitte eine längere wählen")
    return [line.encode() for line in lines]


def _is_sane(salt: Salt) -> bool:
    """A file that somebody changed must not eat all memory, nor make guessing cheap."""
    costs = 8 * salt.lanes <= salt.memory <= LARGEST_MEMORY_KIB and salt.memory >= 19 * 1024
    bounds = 0 < salt.passes <= MOST_PASSES and 0 < salt.lanes <= MOST_LANES
    return costs and bounds and len(salt.salt) == SALT_BYTES and len(salt.check) == 16


def _argon2id(passphrase: bytes, salt: Salt) -> bytes:
    return hash_secret_raw(
        passphrase, salt.salt, salt.passes, salt.memory, salt.lanes, hash_len=cipher.KEY_BYTES, type=Type.ID
    )


def _write(path: Path, salts: dict[int, Salt]) -> None:
    write_private(path, "".join(salts[version].line(version) for version in sorted(salts)))
