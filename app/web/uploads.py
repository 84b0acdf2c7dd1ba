"""Uploads stay in memory until they are sealed: a temporary file would hold a family's papers in the clear."""

from __future__ import annotations

from io import BytesIO
from typing import IO

from flask import Request


class MemoryRequest(Request):
    """A request whose files never touch the disk; `MAX_CONTENT_LENGTH` bounds what that costs."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()
