"""What a file is, by its first bytes: its name and what a browser says of it prove nothing."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST = 25 * 1024 * 1024
"""In bytes; a scan of several pages stays well below."""

ENOUGH = 16
"""Bytes from a file's beginning that `kind_of` needs."""

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})


@dataclass(frozen=True, slots=True)
class FileType:
    """One kind of file that may come in: its media type, its ending, and the word for it."""

    media_type: str
    ending: str
    label: str


PDF = FileType("application/pdf", "pdf", "PDF")
JPEG = FileType("image/jpeg", "jpg", "Foto (JPEG)")
PNG = FileType("image/png", "png", "Bild (PNG)")
HEIC = FileType("image/heic", "heic", "Foto (HEIC)")
ALL = (PDF, JPEG, PNG, HEIC)


def kind_of(head: bytes) -> FileType | None:
    """The type of a file that begins with `head`, None for anything we do not take."""
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return HEIC
    return None


def by_media_type(media_type: str) -> FileType | None:
    """The type with this media type."""
    return next((entry for entry in ALL if entry.media_type == media_type), None)
