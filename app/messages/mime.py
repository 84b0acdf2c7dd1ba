"""A letter as an e-mail: plain text in the family's language, with the appointment for their calendar."""

from __future__ import annotations

import re
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from app.messages.gateways import Letter

POLICY = policy.SMTP.clone(cte_type="7bit")
FILE_NAME = "termin.ics"
_METHOD = re.compile(r"^METHOD:([A-Z]+)\s*$", re.MULTILINE)


def build_mail(letter: Letter, *, sender: str) -> EmailMessage:
    """The mail, the same at each try; raises ValueError when the address cannot stand in a header."""
    payload = letter.payload
    mail = EmailMessage(policy=POLICY)
    mail["From"] = Address("Einstieg", addr_spec=sender)
    mail["To"] = Address(addr_spec=written_address(payload.address))
    mail["Subject"] = " ".join(payload.subject.split())
    mail["Date"] = format_datetime(letter.written_at)
    mail["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(payload.text, charset="utf-8")
    if payload.calendar:
        found = _METHOD.search(payload.calendar)
        method = found.group(1) if found else "PUBLISH"
        mail.add_alternative(
            payload.calendar,
            subtype="calendar",
            charset="utf-8",
            params={"method": method, "name": FILE_NAME},
        )
        # Some clients act on the alternative alone, others only see what is attached: both hold the same bytes.
        mail.add_attachment(payload.calendar.encode(), maintype="application", subtype="ics", filename=FILE_NAME)
    mail["Content-Language"] = payload.language
    return mail


def written_address(address: str) -> str:
    """The address as mail servers know it, its domain in ASCII; raises ValueError for one they cannot know."""
    local, at, domain = address.strip().rpartition("@")
    if not local or not at or not domain or not local.isascii() or re.search(r"[\s<>,;:\"\\]", local):
        raise ValueError("not an address a mail server knows")
    try:
        known = domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError("not a domain a mail server knows") from None
    if not re.fullmatch(r"[A-Za-z0-9.-]+", known):
        raise ValueError("not a domain a mail server knows")
    return f"{local}@{known}"
