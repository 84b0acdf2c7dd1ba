"""What somebody typed and could not send: shown again on the error page, ready to be sent once more."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

LONGEST = 200_000
SECRET_NAMES = ("csrf_token", "password", "passwort")


@dataclass(frozen=True, slots=True)
class KeptField:
    """One field as it was posted; `is_text` when a person may want to read or copy it."""

    name: str
    value: str
    is_text: bool


def kept_fields() -> list[KeptField]:
    """The posted fields of this request, without passwords and files; nothing when there is too much of it.

    Nothing either of what another site posted: one press of "send again" would pass it off as the reader's own.
    """
    is_foreign = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
    if is_foreign or request.method != "POST" or (request.content_length or 0) > LONGEST or _is_upload():
        return []
    return [
        KeptField(name, value, is_text=len(value) > 20)
        for name, value in request.form.items(multi=True)
        if not any(secret in name.lower() for secret in SECRET_NAMES)
    ]


def target() -> str:
    """The address to post to again."""
    return request.full_path.rstrip("?")


def _is_upload() -> bool:
    return (request.mimetype or "").startswith("multipart/") and bool(request.files)
