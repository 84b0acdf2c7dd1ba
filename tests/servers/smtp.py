"""A real SMTP server on a random loopback port that keeps what it is given, and can be told to misbehave."""

from __future__ import annotations

import socket
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

DSN_PARAMETERS = ("RET", "ENVID", "NOTIFY", "ORCPT")


@dataclass(frozen=True)
class Delivery:
    """One accepted message: the envelope, what was asked about delivery reports, and the parsed message."""

    sender: str
    recipients: list[str]
    dsn: dict[str, str]
    raw: bytes = field(repr=False)

    @property
    def message(self) -> EmailMessage:
        """The message as the standard library reads it."""
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        """The plain text part, or an empty text."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if part is not None else ""


class DsnTolerantSmtp(SMTP):
    """The stock server answers 555 to RFC 3461 parameters; this one notes and accepts them."""

    def __init__(self, handler: object) -> None:
        super().__init__(handler, hostname="mail.einstieg.example", enable_SMTPUTF8=True)
        self.asked: dict[str, str] = {}

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Take RET and ENVID aside, then as usual."""
        kept, found = _split(arg)
        self.asked = found
        await super().smtp_MAIL(kept)

    async def smtp_RCPT(self, arg: str | None) -> None:
        """Take NOTIFY and ORCPT aside, then as usual."""
        kept, found = _split(arg)
        self.asked = {**self.asked, **found}
        await super().smtp_RCPT(kept)


def _split(arg: str | None) -> tuple[str | None, dict[str, str]]:
    if arg is None:
        return None, {}
    words = arg.split(" ")
    found = {}
    for word in words:
        name, _, value = word.partition("=")
        if name.upper() in DSN_PARAMETERS:
            found[name.upper()] = value
    return " ".join(word for word in words if word.partition("=")[0].upper() not in found), found


class Mailbox:
    """What the server does with messages: keep them, or give the scripted answers first."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.answers: deque[str] = deque()

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer delivery status notifications."""
        session.host_name = hostname
        return [*responses[:-1], "250-DSN", responses[-1]]

    async def handle_DATA(self, server: DsnTolerantSmtp, _session: Session, envelope: Envelope) -> str:
        """Answer as scripted (kept only on a 250), else keep the message."""
        answer = self.answers.popleft() if self.answers else "250 2.0.0 kept"
        if answer.startswith("250"):
            self.deliveries.append(
                Delivery(
                    sender=str(envelope.mail_from),
                    recipients=list(envelope.rcpt_tos),
                    dsn=dict(server.asked),
                    raw=bytes(envelope.original_content or b""),
                )
            )
        return answer


class SmtpServer(Controller):
    """The server in a thread: `deliveries` is what arrived, `answers` what it says next to DATA."""

    def __init__(self) -> None:
        self.mailbox = Mailbox()
        self.listener = socket.create_server(("127.0.0.1", 0))
        super().__init__(self.mailbox, hostname="127.0.0.1", port=self.listener.getsockname()[1])

    @property
    def url(self) -> str:
        """The address as `SMTP_URL` takes it."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def deliveries(self) -> list[Delivery]:
        """Accepted messages, oldest first."""
        return self.mailbox.deliveries

    @property
    def answers(self) -> deque[str]:
        """Replies to the next DATA commands, for example `451 4.3.0 later`; a message is kept only on 250."""
        return self.mailbox.answers

    def clear(self) -> None:
        """Forget messages and scripted answers."""
        self.mailbox.deliveries.clear()
        self.mailbox.answers.clear()

    def factory(self) -> SMTP:
        """One protocol a connection."""
        return DsnTolerantSmtp(self.handler)

    def _create_server(self):  # type: ignore[no-untyped-def]
        return self.loop.create_server(self._factory_invoker, sock=self.listener)
