"""The demo's mail server: keeps every message as a file on this machine and delivers none of them.

Run as `python -m workers.mailbox`; it listens on the loopback port of SMTP_URL, in demo and test mode alone.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from aiosmtpd.smtp import SMTP, Envelope, Session, syntax
from uuid_utils.compat import uuid7

from config import Config, SettingError, read_config

LARGEST_MESSAGE = 20 * 1024 * 1024
SUFFIX = ".eml"
_NOTIFICATION_WORDS = ("NOTIFY", "ORCPT", "RET", "ENVID")


@dataclass(frozen=True, slots=True)
class StoredMail:
    """One message as it arrived: the envelope's addresses, and the parts a page shows."""

    id: str
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    attachments: tuple[str, ...]
    message: EmailMessage


class NotifyingSMTP(SMTP):
    """aiosmtpd with the parameters of RFC 3461 accepted, which by itself it answers with 555."""

    @syntax("MAIL FROM: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_MAIL(self, arg: str | None) -> None:
        """Accept RET and ENVID."""
        rest, asked = split_notification(arg)
        await super().smtp_MAIL(rest)
        if self.envelope is not None:
            self.envelope.mail_options.extend(asked)

    @syntax("RCPT TO: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_RCPT(self, arg: str | None) -> None:
        """Accept NOTIFY and ORCPT."""
        rest, asked = split_notification(arg)
        await super().smtp_RCPT(rest)
        if self.envelope is not None:
            self.envelope.rcpt_options.extend(asked)


class Keeper:
    """What aiosmtpd calls: announces DSN and writes each message into the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Announce DSN before the closing line of the greeting."""
        session.host_name = hostname
        return [*responses[:-1], "250-DSN", responses[-1]]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the message; a full disk is a temporary failure to the sender."""
        try:
            keep(self.folder, envelope)
        except OSError:
            return "452 4.3.1 Insufficient system storage"
        return "250 2.0.0 OK, kept in the demo's mailbox"


def split_notification(arg: str | None) -> tuple[str | None, list[str]]:
    """The command without its delivery status parameters, and those parameters."""
    if arg is None:
        return None, []
    words = arg.split(" ")
    asked = [word for word in words if word.partition("=")[0].upper() in _NOTIFICATION_WORDS and "=" in word]
    return " ".join(word for word in words if word not in asked), asked


def keep(folder: Path, envelope: Envelope) -> Path:
    """Write the message, its envelope in front, under a random name: whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = str(uuid7())
    content = envelope.original_content or b""
    front = [
        f"Return-Path: <{envelope.mail_from or ''}>",
        *(f"Delivered-To: {to}" for to in envelope.rcpt_tos),
    ]
    half = folder / f".{name}.part"
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write("".join(f"{line}\r\n" for line in front).encode() + content)
            file.flush()
            os.fsync(file.fileno())
        return half.rename(folder / f"{name}{SUFFIX}")
    except OSError:
        half.unlink(missing_ok=True)
        raise


def messages(folder: Path, *, limit: int = 200) -> list[StoredMail]:
    """The newest `limit` messages in the folder, newest first; none when there is no folder yet."""
    if not folder.is_dir():
        return []
    names = sorted((file for file in folder.iterdir() if file.suffix == SUFFIX), reverse=True)
    return [_parse(file) for file in names[:limit]]


def find_message(folder: Path, mail_id: str) -> StoredMail | None:
    """The one message of this id, or None; anything that is no UUID is None and never touches the disk."""
    try:
        file = folder / f"{UUID(mail_id)}{SUFFIX}"
    except ValueError:
        return None
    return _parse(file) if file.is_file() else None


def _parse(file: Path) -> StoredMail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError("the default policy makes EmailMessage")
    return StoredMail(
        id=file.stem,
        received_at=datetime.fromtimestamp(file.stat().st_mtime, UTC),
        sender=str(message.get("Return-Path", "")).strip("<> "),
        recipients=tuple(str(to) for to in message.get_all("Delivered-To", [])),
        subject=str(message.get("Subject", "")),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=tuple(part.get_filename() or "" for part in message.iter_attachments()),
        message=message,
    )


def _body(message: EmailMessage, kind: str) -> str:
    part: Any = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):
        return ""


def listening_address(config: Config) -> tuple[str, int] | None:
    """Host and port of SMTP_URL if the demo may serve it itself: plain SMTP on a loopback address."""
    parts = urlsplit(config.smtp_url)
    if parts.scheme != "smtp" or not parts.hostname or not config.may_set_clock:
        return None
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        return None
    return (host, parts.port or 25) if loopback else None


async def serve(listening: socket.socket, folder: Path) -> None:
    """Take messages on a bound socket until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)

    def conversation() -> SMTP:
        return NotifyingSMTP(
            Keeper(folder),
            data_size_limit=LARGEST_MESSAGE,
            enable_SMTPUTF8=True,
            hostname="localhost",
            loop=loop,
        )

    server = await loop.create_server(conversation, sock=listening)
    await ended.wait()
    server.close()


def main(environment: Mapping[str, str]) -> int:
    """Serve until told to stop; exit code 2 with one sentence when the settings or the port forbid it."""
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    try:
        config = read_config(environment)
        address = listening_address(config)
        if address is None:
            raise SettingError("the mailbox serves a loopback SMTP_URL in demo mode alone")
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        with socket.create_server(address, family=family) as listening:
            asyncio.run(serve(listening, config.mail_folder))
    except (SettingError, OSError) as error:
        sys.stderr.write(f"mailbox: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
