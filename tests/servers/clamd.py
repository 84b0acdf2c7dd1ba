"""A clamd for tests: the real protocol on a real socket, one signature, and whatever misbehaviour is asked for."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test signature every scanner knows, harmless by design (EICAR, 2003)."""


class FakeClamd:
    """Answers PING and INSTREAM on a unix socket or a TCP port; `behaviour` says how it goes wrong."""

    def __init__(self, socket_file: Path | None = None) -> None:
        self.behaviour = "well"
        self.stream_limit = 26 * 1024 * 1024
        self.scanned: list[int] = []
        self.largest_piece = 0
        self._file = socket_file
        self._listener: socket.socket | None = None
        self.address = f"unix:{socket_file}" if socket_file else ""

    def start(self) -> None:
        """Listen, in a thread that ends with `stop`."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)
            self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._listener.bind(str(self._file))
            self._listener.listen()
        else:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening: whoever asks now finds nobody."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        if self._file is not None:
            self._file.unlink(missing_ok=True)

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    self._talk(connection)
                except OSError:
                    continue

    def _talk(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as heard:
            command = b""
            while not command.endswith(b"\0"):
                command += heard.read(1)
            if self.behaviour == "garbage":
                connection.sendall(b"\xff\xfe HTTP/1.1 400 Bad Request\r\n\r\n")
                return
            if self.behaviour == "hangs up":
                return
            if self.behaviour == "silent":
                time.sleep(1.0)
                return
            if command == b"zPING\0":
                connection.sendall(b"PONG\0")
            elif command == b"zINSTREAM\0":
                connection.sendall(self._scan(heard))
            else:
                connection.sendall(b"UNKNOWN COMMAND\0")

    def _scan(self, heard: object) -> bytes:
        content = bytearray()
        while size := int.from_bytes(heard.read(4), "big"):  # type: ignore[attr-defined]
            self.largest_piece = max(self.largest_piece, size)
            content += heard.read(size)  # type: ignore[attr-defined]
            if len(content) > self.stream_limit:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.scanned.append(len(content))
        if self.behaviour == "error":
            return b"stream: Can't allocate memory ERROR\0"
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
