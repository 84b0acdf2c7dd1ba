"""How many bytes a page costs on the wire: status, headers and gzipped body, as a server sends them."""

from __future__ import annotations

import gzip
import re
import socket
from urllib.parse import urlsplit

STYLESHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
REQUEST = "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"


def first_page_bytes(url: str, path: str) -> int:
    """Bytes of a page with its stylesheets, for somebody who was never here before."""
    answer = _answer(url, path)
    head, _, body = answer.partition(b"\r\n\r\n")
    if b"content-encoding: gzip" in head.lower():
        body = gzip.decompress(_joined(head, body))
    styles = STYLESHEET.findall(body.decode())
    return len(answer) + sum(len(_answer(url, style)) for style in styles)


def _answer(url: str, path: str) -> bytes:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30) as connection:
        connection.sendall(REQUEST.format(path=path, host=parts.netloc).encode())
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    if not received.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200")):
        raise ValueError(f"{path} was not answered with a page")
    return received


def _joined(head: bytes, body: bytes) -> bytes:
    """The body without the marks of chunked transfer."""
    if b"transfer-encoding: chunked" not in head.lower():
        return body
    pieces = []
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        pieces.append(body[:length])
        body = body[length + 2 :]
    return b"".join(pieces)
