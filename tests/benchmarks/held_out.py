"""Names nobody tuned the search for, and questions about people who bear them (data/held_out_names.txt)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

FILE = Path(__file__).parent / "data" / "held_out_names.txt"
OTHER_SCRIPT = frozenset({"uk", "ru", "bg", "ar", "fa"})
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One name in its own script and in the Latin spellings in use, the usual one first."""

    language: str
    native: str
    latin: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody to be found: given and family name."""

    given: HeldOut
    family: HeldOut

    @property
    def latin(self) -> str:
        """The whole name in its usual Latin spelling."""
        return f"{self.given.latin[0]} {self.family.latin[0]}"

    @property
    def native(self) -> str:
        """The whole name in its own script."""
        return f"{self.given.native} {self.family.native}"


@cache
def held_out() -> dict[tuple[str, str], list[HeldOut]]:
    """All names by language and kind: "g" given names, "f" family names."""
    found: dict[tuple[str, str], list[HeldOut]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            language, kind, native, *latin = line.split("\t")
            found.setdefault((language, kind), []).append(HeldOut(language, native, tuple(latin)))
    return found


def targets(random: Random, count: int) -> list[Target]:
    """People who each bear another pair of given and family name; every language has its share."""
    names = held_out()
    pairs = [
        Target(given, family)
        for language, kind in names
        if kind == "g"
        for given in names[language, "g"]
        for family in names[language, "f"]
    ]
    return random.sample(pairs, min(count, len(pairs)))


def with_a_slip(random: Random, text: str) -> str:
    """One letter changed, left out, put in, or swapped with the next."""
    at = random.choice([n for n, letter in enumerate(text) if letter.isalpha()])
    letter = random.choice(LETTERS.replace(text[at].lower(), ""))
    kind = random.randrange(4)
    if kind == 3 and at + 1 < len(text) and text[at + 1].isalpha() and text[at + 1] != text[at]:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 2:
        return text[:at] + letter + text[at:]
    return text[:at] + (letter if kind == 1 else "") + text[at + 1 :]


def in_other_letters(random: Random, target: Target) -> str:
    """The whole name in another Latin spelling; "" where neither part has one."""
    if len(target.given.latin) + len(target.family.latin) < 3:
        return ""
    parts = [random.choice(part.latin[1:] or part.latin) for part in (target.given, target.family)]
    return " ".join(parts)
