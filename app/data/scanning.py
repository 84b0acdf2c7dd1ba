"""Virus scan by a clamd that runs elsewhere: a file is streamed to it as it lies in memory, nothing is written for it.

The protocol is clamd's INSTREAM: a command, lengths and bytes, a zero length, one line back. Whatever is not plainly
"OK" or "FOUND" leaves the file unchecked.
"""

from __future__ import annotations

import logging
import re
import socket
import time
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import urlsplit

from flask import Flask, current_app

from config import Config, SettingError

log = logging.getLogger(__name__)

CONNECT_SECONDS = 3.0
SCAN_SECONDS = 60.0
"""For one file of 25 MB, from the first byte sent to the answer."""

LONGEST_ANSWER = 4096
PIECE = 64 * 1024
ADDRESS = re.compile(r"unix:/.+|tcp://[^/:]+:[0-9]{1,5}")


class ScanState(StrEnum):
    """What a virus scan said of a file."""

    UNCHECKED = "unchecked"
    CLEAN = "clean"
    INFECTED = "infected"

    @property
    def label(self) -> str:
        """The German words."""
        return {"unchecked": "Nicht geprüft", "clean": "Geprüft", "infected": "Virus gefunden"}[self.value]


class Scanner:
    """One clamd, by `unix:/path` or `tcp://host:port`."""

    def __init__(self, address: str, *, seconds: float = SCAN_SECONDS) -> None:
        self._address = address
        self._seconds = seconds

    def scan(self, pieces: Iterable[bytes]) -> ScanState:
        """Stream a file to clamd; UNCHECKED when it is not there, too slow, or says anything we do not know."""
        try:
            answer = self._ask(b"zINSTREAM\0", pieces)
        except (OSError, ValueError) as error:
            log.warning("the virus scanner does not answer: %s", type(error).__name__)
            return ScanState.UNCHECKED
        if answer == b"stream: OK":
            return ScanState.CLEAN
        if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
            return ScanState.INFECTED
        log.warning("the virus scanner could not check a file: %d bytes of answer", len(answer))
        return ScanState.UNCHECKED

    def answers(self) -> bool:
        """Whether clamd is there and well."""
        try:
            return self._ask(b"zPING\0") == b"PONG"
        except (OSError, ValueError):
            return False

    def _ask(self, command: bytes, pieces: Iterable[bytes] | None = None) -> bytes:
        until = time.monotonic() + self._seconds
        with self._connect() as connection:
            self._send(connection, command, until)
            if pieces is not None:
                self._send_stream(connection, pieces, until)
            return _answer(connection, until)

    def _connect(self) -> socket.socket:
        parts = urlsplit(self._address)
        if parts.scheme == "tcp":
            return socket.create_connection(
                (parts.hostname or "", parts.port or 0), min(CONNECT_SECONDS, self._seconds)
            )
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(min(CONNECT_SECONDS, self._seconds))
            connection.connect(parts.path)
        except BaseException:
            connection.close()
            raise
        return connection

    def _send_stream(self, connection: socket.socket, pieces: Iterable[bytes], until: float) -> None:
        """A clamd that has heard enough closes its side while we still send: its answer is read all the same."""
        try:
            for piece in pieces:
                for start in range(0, len(piece), PIECE):
                    part = piece[start : start + PIECE]
                    self._send(connection, len(part).to_bytes(4, "big") + part, until)
            self._send(connection, bytes(4), until)
        except (BrokenPipeError, ConnectionResetError):
            return

    def _send(self, connection: socket.socket, data: bytes, until: float) -> None:
        connection.settimeout(_left(until))
        connection.sendall(data)


def init_app(app: Flask, config: Config) -> None:
    """Know the scanner of this installation; raises SettingError for an address that cannot be one."""
    if config.clamd and ADDRESS.fullmatch(config.clamd) is None:
        raise SettingError("EINSTIEG_CLAMD is unix:/path/of/the/socket or tcp://host:port")
    app.extensions["scanner"] = Scanner(config.clamd) if config.clamd else None


def scanner() -> Scanner | None:
    """The scanner of this installation; None when none is set up (EINSTIEG_CLAMD)."""
    found: Scanner | None = current_app.extensions["scanner"]
    return found


def _answer(connection: socket.socket, until: float) -> bytes:
    """One answer, up to the zero byte that ends it or the end of the connection."""
    heard = b""
    while b"\0" not in heard and len(heard) <= LONGEST_ANSWER:
        connection.settimeout(_left(until))
        more = connection.recv(LONGEST_ANSWER)
        if not more:
            break
        heard += more
    return heard.partition(b"\0")[0].strip()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("the virus scanner takes too long")
    return left
