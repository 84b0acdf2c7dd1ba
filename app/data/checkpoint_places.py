"""Places outside that keep checkpoints: a directory, a mailbox, an address that takes an HTTP POST.

Addresses are URLs: `file:///path`, `mailto:person@body.example`, `https://host/path`; plain http only to this machine.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from hashlib import sha256
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from app import clock
from app.errors import EinstiegError
from config import Config

SECONDS = 10.0
ENDING = ".checkpoint"
SUBJECT = "Einstieg: Prüfpunkt des Protokolls"
MEDIA_TYPE = "text/plain; charset=utf-8"
SCHEMES = ("file", "mailto", "https", "http")


class PlaceError(EinstiegError):
    """A place did not take a checkpoint; the text names the kind of trouble, never an address."""


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """One address; `label` may be shown, `key` tells places apart in the database."""

    parts: SplitResult
    key: str

    @property
    def label(self) -> str:
        """What kind of place it is, with the server's name where that is no secret."""
        if self.parts.scheme == "file":
            return "Verzeichnis"
        if self.parts.scheme == "mailto":
            return f"E-Mail an {self.parts.path.rpartition('@')[2]}"
        return f"Server {self.parts.hostname}"

    def keep(self, note: str, *, size: int, config: Config, seconds: float) -> None:
        """Leave the note there; again is as good as once. Raises PlaceError."""
        work: dict[str, Callable[[str, int, Config, float], None]] = {
            "file": self._write,
            "mailto": self._mail,
            "https": self._post,
            "http": self._post,
        }
        try:
            work[self.parts.scheme](note, size, config, seconds)
        except (OSError, smtplib.SMTPException, http.client.HTTPException, ValueError) as error:
            raise PlaceError(type(error).__name__) from None

    def _write(self, note: str, size: int, _config: Config, _seconds: float) -> None:
        """A file a checkpoint; what is there is never replaced by something else."""
        folder = Path(unquote(self.parts.path))
        target = folder / f"{size:012d}{ENDING}"
        if target.exists() and target.read_text(encoding="utf-8") == note:
            return
        if target.exists():
            target = folder / f"{size:012d}-{sha256(note.encode()).hexdigest()[:8]}{ENDING}"
        fresh = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            with fresh.open("w", encoding="utf-8") as opened:
                opened.write(note)
                opened.flush()
                os.fsync(opened.fileno())
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)

    def _mail(self, note: str, size: int, config: Config, seconds: float) -> None:
        message = EmailMessage()
        message["Subject"] = f"{SUBJECT} {size}"
        message["From"], message["To"] = config.mail_from, unquote(self.parts.path)
        message["Date"], message["Message-ID"] = format_datetime(clock.now()), make_msgid(domain="einstieg.invalid")
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(note, cte="base64")
        with _smtp(urlsplit(config.smtp_url), seconds) as client:
            client.send_message(message)

    def _post(self, note: str, _size: int, _config: Config, seconds: float) -> None:
        connection = _http(self.parts, seconds)
        try:
            path = self.parts.path or "/"
            target = f"{path}?{self.parts.query}" if self.parts.query else path
            connection.request("POST", target, note.encode(), {"Content-Type": MEDIA_TYPE})
            answer = connection.getresponse()
            if not 200 <= answer.status < 300:
                raise PlaceError(f"HTTP {answer.status}")
        finally:
            connection.close()


def read_place(address: str) -> Place:
    """A place out of its address; raises PlaceError for one that cannot be used."""
    parts = urlsplit(address.strip())
    if parts.scheme not in SCHEMES:
        raise PlaceError("a place begins with file://, mailto: or https://")
    if parts.scheme == "file" and (parts.netloc or not parts.path.startswith("/")):
        raise PlaceError("a directory is written file:///path/of/it")
    if parts.scheme == "mailto" and "@" not in parts.path:
        raise PlaceError("a mailbox is written mailto:name@host")
    if parts.scheme in ("http", "https") and not parts.hostname:
        raise PlaceError("a server needs a name")
    if parts.scheme == "http" and not _is_this_machine(parts.hostname or ""):
        raise PlaceError("plain http goes to this machine alone; elsewhere use https")
    return Place(parts, sha256(address.strip().encode()).hexdigest()[:16])


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _smtp(parts: SplitResult, seconds: float) -> smtplib.SMTP:
    """A signed-in connection to the mail server of the settings."""
    host, port = parts.hostname or "", parts.port or {"smtps": 465, "smtp+starttls": 587}.get(parts.scheme, 25)
    if parts.scheme == "smtps":
        client: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=seconds, context=ssl.create_default_context())
    else:
        client = smtplib.SMTP(host, port, timeout=seconds)
    if parts.scheme == "smtp+starttls":
        client.starttls(context=ssl.create_default_context())
    if parts.username:
        client.login(unquote(parts.username), unquote(parts.password or ""))
    return client


def _http(parts: SplitResult, seconds: float) -> http.client.HTTPConnection:
    if parts.scheme == "https":
        return http.client.HTTPSConnection(
            parts.hostname or "", parts.port, timeout=seconds, context=ssl.create_default_context()
        )
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
