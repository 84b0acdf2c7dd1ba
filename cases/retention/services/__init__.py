"""What a named person decides: erase, keep longer, offer to the archive, restrict; each verb authorises first."""

from __future__ import annotations

from cases.retention.services.erasure import erase_attachment, erase_case, erase_child, hindrances
from cases.retention.services.keeping import extend, note_archive_answer, offer_to_archive
from cases.retention.services.restriction import lift_restriction, restrict

__all__ = [
    "erase_attachment",
    "erase_case",
    "erase_child",
    "extend",
    "hindrances",
    "lift_restriction",
    "note_archive_answer",
    "offer_to_archive",
    "restrict",
]
