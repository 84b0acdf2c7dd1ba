"""What people call a school, out of the official name and the official short name."""

from __future__ import annotations

import re

_FULL = 40
"""The directory cuts short names at 40 signs; one of this length may have lost its end."""

_STAGES = re.compile(r"\s*-?\s*(Schule der )?(Primarstufe|Sekundarstufen?|Sek\.?)\b[ IVu.nd]*-?\s*$")


def school_title(name: str, short_name: str, town: str) -> str:
    """`KG Rather Kreuzweg` from "Düsseldorf, KG Rather Kreuzweg"; the official name where the short one is cut."""
    short = short_name.removeprefix(f"{town},").strip()
    if short and len(short_name) < _FULL:
        return short
    return without_stages(name) or short


def without_stages(name: str) -> str:
    """The official name without the stages behind it, which stand in a column of their own."""
    return _STAGES.sub("", name).strip() or name
