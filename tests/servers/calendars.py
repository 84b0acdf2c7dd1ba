"""A web server on this machine that serves calendars over TLS, with an authority of its own."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class CalendarServer:
    """What it serves, and what it was asked for."""

    port: int
    authority: Path
    content: bytes = b""
    status: int = 200
    location: str = ""
    etag: str = '"one"'
    drip: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where the calendar is."""
        return f"https://localhost:{self.port}/privat/kalender.ics?schluessel=geheim"


@contextmanager
def calendar_server(folder: Path) -> Iterator[CalendarServer]:
    """A server that runs while the block does."""
    authority, chain = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    served = CalendarServer(listening.server_port, authority)
    listening.served = served  # type: ignore[attr-defined]
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        served: CalendarServer = self.server.served  # type: ignore[attr-defined]
        served.asked.append(dict(self.headers))
        if self.headers.get("If-None-Match") == served.etag:
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(served.status)
        if served.location:
            self.send_header("Location", served.location)
        self.send_header("ETag", served.etag)
        self.send_header("Content-Length", str(len(served.content)))
        self.end_headers()
        with suppress(OSError):  # whoever asked may have gone
            for start in range(0, len(served.content), 1 if served.drip else len(served.content)):
                time.sleep(0.05 if served.drip else 0)
                self.wfile.write(served.content[start:] if not served.drip else served.content[start : start + 1])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate of this machine, as authority and as chain with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    authority, chain = folder / "authority.pem", folder / "chain.pem"
    public = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    authority.write_bytes(public)
    chain.write_bytes(secret + public)
    return authority, chain
