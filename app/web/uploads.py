"""Uploads on their way: what a family's papers say lies on no disk in the clear, and never wholly in memory."""

from __future__ import annotations

from typing import IO, cast

from flask import Request, current_app

from app.data.spool import SealedSpool


class SealedRequest(Request):
    """A request whose files are sealed while they arrive; `MAX_CONTENT_LENGTH` bounds what they take on the disk."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return cast(IO[bytes], SealedSpool(current_app.extensions["config"].run_folder))
