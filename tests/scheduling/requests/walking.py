"""The way of a family through the open page, for tests that begin behind it."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from app.messages.models import Message, MessagePayload

Outbox = Callable[[], list[tuple[Message, MessagePayload]]]
NAME = "Ščerbakova-Ungewöhnlich"
PHONE = "0176 12345678"


def begin(client: FlaskClient, *, language: str = "de", spoken: str = "uk", name: str = NAME) -> str:
    """The first two questions; answers the address of the family's own link."""
    asked = client.post(f"/t/{language}/anfrage", data={"spoken": spoken})
    assert asked.status_code == 303
    begun = client.post(asked.headers["Location"], data={"family_name": name})
    assert begun.status_code == 303, begun.text
    return begun.headers["Location"].removesuffix("/kinder")


def choose(
    client: FlaskClient, base: str, *, contact: dict[str, str], years: tuple[str, ...] = ("2014", "٢٠١٧")
) -> str:
    """Children, contact and the first time that is offered; answers the page that checks all."""
    rows = {f"born-{number}": year for number, year in enumerate(years)}
    named = client.post(f"{base}/kinder", data=rows)
    assert named.status_code == 303, re.sub(r"<[^>]+>|\s+", " ", named.text)
    assert named.headers["Location"].endswith("/kontakt")
    assert client.post(f"{base}/kontakt", data=contact).headers["Location"].endswith("/zeiten")
    starts = re.findall(r'name="starts" value="(\d+)"', client.get(f"{base}/zeiten").text)
    held = client.post(f"{base}/zeiten", data={"starts": starts[-1]})
    assert held.status_code == 303, re.sub(r"<[^>]+>|\s+", " ", held.text)
    assert held.headers["Location"].endswith("/pruefen")
    return client.get(f"{base}/pruefen").text


def by_sms(client: FlaskClient, outbox: Outbox, *, phone: str = PHONE, **how: str) -> str:
    """The whole way with a text message; answers the family's link."""
    base = begin(client, **how)
    choose(client, base, contact={"channel": "sms", "phone": phone})
    sent = client.post(f"{base}/code", data={"checked": "1", "wants_earlier": "y"})
    assert sent.headers["Location"].endswith("/bestaetigen")
    booked = client.post(f"{base}/bestaetigen", data={"digits": last_code(outbox)})
    assert booked.headers["Location"].endswith("/termin"), booked.text
    return base


def last_code(outbox: Outbox) -> str:
    """The digits of the latest message with a code."""
    text = [sheet.text for row, sheet in outbox() if row.kind == "request.code"][-1]
    return re.findall(r"\d{6}", text)[0]
