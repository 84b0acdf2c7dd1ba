"""The root key in shares (SLIP-39): any k of n officers put it together again, fewer learn nothing.

A share is 35 words of a fixed list with a checksum over them; besides the key it carries the key's version.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share as Parsed
from shamir_mnemonic.wordlist import WORDLIST

from app.data import cipher
from app.errors import EinstiegError

MOST_SHARES = 16
WORDS = 35
KNOWN_WORDS = frozenset(WORDLIST)


class ShareError(EinstiegError):
    """A share or a set of shares is wrong; the text says in German which and how, and quotes no word."""


@dataclass(frozen=True, slots=True)
class Share:
    """One officer's share, checked by itself; `name` is how a sentence calls it."""

    name: str
    words: str
    identifier: int
    number: int
    threshold: int

    def __repr__(self) -> str:
        return f"Share({self.name})"


def split(version: int, key: bytes, *, threshold: int, shares: int) -> list[str]:
    """The words of each share; raises ShareError for numbers that make no sense."""
    if not 2 <= threshold <= shares <= MOST_SHARES:
        raise ShareError(
            f"nötig sind mindestens 2 Anteile, und nicht mehr, als es gibt; es gibt höchstens {MOST_SHARES}"
        )
    secret = version.to_bytes(2, "big") + key
    words: list[list[str]] = generate_mnemonics(1, [(threshold, shares)], secret)
    return words[0]


def read_share(text: str, *, name: str) -> Share:
    """A share as printed or typed, numbers and line breaks ignored; raises ShareError that names it."""
    block = text.replace("\r", "").strip().rpartition("\n\n")[2]
    words = re.findall(r"[a-z]+", block.lower())
    if len(words) != WORDS:
        raise ShareError(f"{name} hat {len(words)} statt {WORDS} Wörter")
    for position, word in enumerate(words, 1):
        if word not in KNOWN_WORDS:
            raise ShareError(f"{name}: das {position}. Wort steht nicht in der Wortliste, bitte prüfen")
    try:
        parsed = Parsed.from_mnemonic(" ".join(words))
    except MnemonicError:
        raise ShareError(f"{name}: die Prüfsumme stimmt nicht; ein Wort ist verwechselt oder verrutscht") from None
    return Share(name, " ".join(words), parsed.identifier, parsed.index + 1, parsed.member_threshold)


def combine(shares: Sequence[Share]) -> tuple[int, bytes]:
    """Version and root key; raises ShareError when shares are missing, doubled or of another splitting."""
    if not shares:
        raise ShareError("es ist kein Anteil da")
    usual, _ = Counter(share.identifier for share in shares).most_common(1)[0]
    for share in shares:
        if share.identifier != usual:
            raise ShareError(f"{share.name} gehört nicht zu den übrigen Anteilen")
    known: dict[int, Share] = {}
    for share in shares:
        if share.number in known:
            raise ShareError(f"{known[share.number].name} und {share.name} sind derselbe Anteil")
        known[share.number] = share
    threshold = shares[0].threshold
    if len(shares) < threshold:
        raise ShareError(f"nötig sind {threshold} Anteile, da sind {len(shares)}")
    try:
        secret: bytes = combine_mnemonics([share.words for share in shares[:threshold]])
    except MnemonicError:
        raise ShareError("die Anteile ergeben zusammen keinen Schlüssel") from None
    if len(secret) != 2 + cipher.KEY_BYTES:
        raise ShareError("die Anteile sind nicht von Einstieg")
    return int.from_bytes(secret[:2], "big"), secret[2:]


def page(words: str, *, number: int, shares: int, threshold: int, version: int) -> str:
    """What one officer gets, to be printed or kept as a file; `read_share` reads it back."""
    numbered = [f"{position:>2} {word:<10}" for position, word in enumerate(words.split(), 1)]
    lines = ["".join(numbered[start : start + 5]).rstrip() for start in range(0, WORDS, 5)]
    return "\n".join(
        [
            f"Einstieg: Anteil {number} von {shares} am Hauptschlüssel, Fassung {version}",
            f"Je {threshold} Anteile stellen ihn wieder her: 'flask keys recover'. Einer allein verrät nichts.",
            "Getrennt von den anderen Anteilen, den Datensicherungen und diesem Rechner verwahren.",
            "",
            *lines,
            "",
        ]
    )
