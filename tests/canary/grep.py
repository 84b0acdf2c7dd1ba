"""Looking for known words in bytes, in every spelling in which they might have come to lie there."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import quote

SHORTEST = 6


def spellings(word: str) -> Iterator[tuple[str, bytes]]:
    """The word in UTF-8, UTF-16, hex, base64 at each of three offsets, escaped in JSON and in addresses."""
    plain = word.encode()
    yield "utf-8", plain
    for name in ("utf-16-le", "utf-16-be"):
        yield name, word.encode(name)
    for name, raw in (("utf-8", plain), ("utf-16-le", word.encode("utf-16-le"))):
        yield f"hex of {name}", raw.hex().encode()
        yield f"HEX of {name}", raw.hex().upper().encode()
    for name, raw in (("utf-8", plain), ("utf-16-le", word.encode("utf-16-le"))):
        for offset in range(3):
            yield f"base64 of {name} at {offset}", _base64_core(raw, offset)
            yield f"base64 for addresses of {name} at {offset}", _base64_core(raw, offset, b"-_")
    yield "json", json.dumps(word)[1:-1].encode()
    yield "address", quote(word).encode()


def _base64_core(raw: bytes, offset: int, altchars: bytes = b"+/") -> bytes:
    """What base64 makes of `raw` behind `offset` bytes, without the characters that its neighbours touch."""
    encoded = base64.b64encode(b"\0" * offset + raw, altchars)
    first = -(-offset * 8 // 6)
    last = (offset + len(raw)) * 8 // 6
    core = encoded[first:last]
    assert len(core) >= SHORTEST
    return core


def found_in(blob: bytes, words: Mapping[str, str]) -> set[str]:
    """The labels of the words that lie in `blob` in any spelling."""
    return {label for label, word in words.items() if any(needle in blob for _, needle in spellings(word))}


def found_in_files(paths: Iterable[Path], words: Mapping[str, str]) -> dict[str, set[str]]:
    """The labels found, by file; the names of the files are looked through as well."""
    found: dict[str, set[str]] = {}
    for path in paths:
        labels = found_in(_read(path), words) | found_in(str(path).encode(), words)
        if labels:
            found[str(path)] = labels
    return found


def _read(path: Path) -> bytes:
    """What a file holds; nothing, if a running server has just taken it away."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def found_in_mail(paths: Iterable[Path], words: Mapping[str, str]) -> dict[str, set[str]]:
    """The labels found in messages, as they lie and as a mail program would decode their headers and parts."""
    paths = list(paths)
    found = found_in_files(paths, words)
    for path in paths:
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        headers = "\n".join(str(value) for part in message.walk() for _, value in part.items())
        bodies = b"\n".join(part.get_payload(decode=True) or b"" for part in message.walk() if not part.is_multipart())  # type: ignore[misc]
        labels = found_in(headers.encode() + b"\n" + bodies, words)
        if labels:
            found[str(path)] = found.get(str(path), set()) | labels
    return found


def files_below(*folders: Path) -> list[Path]:
    """Every file below these folders, those that are gone a moment later left out."""
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
