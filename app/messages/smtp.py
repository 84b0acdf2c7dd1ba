"""The e-mail gateway: one SMTP conversation a letter, told apart by the moment at which it breaks off.

Before the final dot has been handed over the server cannot have taken the mail; after it, only its answer
says whether it did. RFC 5321, 4.2.5: until that answer the sender does not know.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from app.messages.gateways import Letter, Outcome, Verdict
from app.messages.kinds import Reason
from app.messages.mime import build_mail, written_address

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
TALK_SECONDS = 18.0
ANSWER_SECONDS = 20.0
LEAST_SECONDS = 0.1

_LATER = Outcome(Verdict.LATER, Reason.UNREACHABLE)
_UNSURE = Outcome(Verdict.UNSURE, Reason.NO_ANSWER)


class Patience(Protocol):
    """A socket whose patience can be set."""

    def settimeout(self, value: float | None) -> None:
        """Seconds to wait for the next bytes."""


@dataclass(frozen=True, slots=True)
class SmtpGateway:
    """Hands each letter to the server of `url`: smtp, smtps or smtp+starttls, with or without a sign-in."""

    url: str
    sender: str
    talk_seconds: float = TALK_SECONDS
    answer_seconds: float = ANSWER_SECONDS
    knows_repeats: bool = False

    def __repr__(self) -> str:
        return "SmtpGateway()"

    def send(self, letter: Letter) -> Outcome:
        """Try once; the whole conversation takes at most two thirds of a lease."""
        try:
            content = build_mail(letter, sender=self.sender).as_bytes()
            recipient = written_address(letter.payload.address)
        except (ValueError, UnicodeError, LookupError):
            return Outcome(Verdict.NEVER, Reason.BAD_ADDRESS)
        until = time.monotonic() + self.talk_seconds
        try:
            client = _connect(urlsplit(self.url), self.talk_seconds)
        except (OSError, smtplib.SMTPException, ValueError):
            return _LATER
        try:
            return self._hand_over(client, recipient, _dotted(content), until)
        finally:
            _leave(client)

    def _hand_over(self, client: smtplib.SMTP, recipient: str, content: bytes, until: float) -> Outcome:
        try:
            refusal = self._announce(client, recipient, until)
            if refusal is not None:
                return refusal
            _wait_at_most(client, until)
            client.send(content)
        except (OSError, smtplib.SMTPException):
            return _LATER
        try:
            _socket(client).settimeout(self.answer_seconds)
            client.send(b".\r\n")
            code, _ = client.getreply()
        except (OSError, smtplib.SMTPException):
            return _UNSURE
        if 200 <= code < 300:
            return Outcome(Verdict.SENT, code=code)
        return _refused(code) if 400 <= code < 600 else _UNSURE

    def _announce(self, client: smtplib.SMTP, recipient: str, until: float) -> Outcome | None:
        """Everything before the body; answers what the server refused with, or None to go on."""
        parts = urlsplit(self.url)
        _wait_at_most(client, until)
        client.ehlo_or_helo_if_needed()
        if parts.scheme == "smtp+starttls":
            _wait_at_most(client, until)
            client.starttls(context=ssl.create_default_context())
            client.ehlo()
        if parts.username:
            _wait_at_most(client, until)
            client.login(unquote(parts.username), unquote(parts.password or ""))
        for command, wanted in (
            (f"mail FROM:<{self.sender}>", 250),
            (f"rcpt TO:<{recipient}>", 250),
            ("data", 354),
        ):
            _wait_at_most(client, until)
            code, _ = client.docmd(command)
            if code != wanted and not (wanted == 250 and code == 251):
                return _refused(code)
        return None


def _connect(parts: SplitResult, seconds: float) -> smtplib.SMTP:
    host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 25)
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=seconds, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=seconds)


def _refused(code: int) -> Outcome:
    """A refusal before or instead of taking the mail: 5xx is for good, everything else for now."""
    if 500 <= code < 600:
        return Outcome(Verdict.NEVER, Reason.REFUSED, code)
    return Outcome(Verdict.LATER, Reason.REFUSED_FOR_NOW, code)


def _dotted(content: bytes) -> bytes:
    """The body with leading dots doubled and a line end last, without the final dot (RFC 5321, 4.5.2)."""
    doubled = re.sub(rb"(?m)^\.", b"..", content)
    return doubled if doubled.endswith(b"\r\n") else doubled + b"\r\n"


def _socket(client: smtplib.SMTP) -> Patience:
    if client.sock is None:
        raise smtplib.SMTPServerDisconnected("the connection is closed")
    return client.sock


def _wait_at_most(client: smtplib.SMTP, until: float) -> None:
    """Give the next step what is left of the time; raises TimeoutError when nothing is."""
    left = until - time.monotonic()
    if left <= LEAST_SECONDS:
        raise TimeoutError
    _socket(client).settimeout(left)


def _leave(client: smtplib.SMTP) -> None:
    """Say goodbye without waiting long; the mail's fate is decided already."""
    try:
        _socket(client).settimeout(1.0)
        client.quit()
    except (OSError, smtplib.SMTPException):
        client.close()
