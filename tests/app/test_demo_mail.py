"""The demo's mailbox: every mail of the demo as text for anybody, and no such page anywhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from aiosmtpd.smtp import Envelope
from flask import Flask
from flask.testing import FlaskClient

from app.data.base import new_id
from app.messages.gateways import Letter
from app.messages.mime import build_mail
from app.messages.models import MessagePayload
from config import Mode
from tests.plugins.outbox import NOON, SENDER
from workers.mailbox import keep


def _keep(folder: Path, text: str) -> str:
    payload = MessagePayload(address="olena@example.org", language="uk", subject="Ваш термін", text=text)
    envelope = Envelope()
    envelope.mail_from, envelope.rcpt_tos = SENDER, [payload.address]
    envelope.original_content = build_mail(Letter(new_id(), NOON, payload), sender=SENDER).as_bytes()
    return keep(folder, envelope).stem


def test_the_demo_mailbox_is_not_there_outside_a_demo(client: FlaskClient) -> None:
    assert client.get("/demo/mail").status_code == 404


def test_a_demo_shows_its_mail_newest_first_with_links_to_follow(app: Flask, client: FlaskClient) -> None:
    config = app.extensions["config"] = replace(app.extensions["config"], mode=Mode.DEMO)
    assert "Noch keine Nachricht" in client.get("/demo/mail").get_data(as_text=True)
    first = _keep(config.mail_folder, "Добрий день <b>\nhttp://127.0.0.1:5000/t/uk/abc")
    second = _keep(config.mail_folder, "Друга")
    listed = client.get("/demo/mail").get_data(as_text=True)
    assert listed.index(second) < listed.index(first)
    assert "23.11.2026" in listed
    page = client.get(f"/demo/mail/{first}").get_data(as_text=True)
    assert "Добрий день &lt;b&gt;" in page
    assert 'href="http://127.0.0.1:5000/t/uk/abc"' in page
    assert "olena@example.org" in page
    assert client.get(f"/demo/mail/{new_id()}").status_code == 404
