"""The demo's mail server: real SMTP on the loopback, one file a message, no other mail server involved."""

from __future__ import annotations

import os
import signal
import smtplib
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config import Config, Mode
from workers.mailbox import find_message, listening_address, messages, split_notification
from workers.processes import wait_until


def letter(subject: str, *, html: bool = False) -> EmailMessage:
    """A small message with umlauts."""
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "termine@einstieg.example"
    message["To"] = "familie@einstieg.example"
    message.set_content("Guten Tag, bis Dienstag. Grüße")
    if html:
        message.add_alternative("<p>Grüße</p>", subtype="html")
        message.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="termin.ics")
    return message


@pytest.fixture
def mailbox(environment: dict[str, str], installation: Config) -> Iterator[subprocess.Popen[bytes]]:
    """The mail server as its own process, listening."""
    process = subprocess.Popen(
        [sys.executable, "-m", "workers.mailbox"],
        env={**os.environ, **environment},
        cwd=Path(__file__).parents[2],
        stderr=subprocess.PIPE,
    )
    assert wait_until(lambda: bool(reachable(installation)), seconds=8)
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def reachable(installation: Config) -> bool:
    """Whether somebody greets on the port."""
    try:
        connect(installation).quit()
    except OSError:
        return False
    return True


def connect(installation: Config) -> smtplib.SMTP:
    """A client of the mail server."""
    return smtplib.SMTP("127.0.0.1", urlsplit(installation.smtp_url).port or 0, timeout=3)


@pytest.mark.usefixtures("mailbox")
def test_a_message_is_kept_as_it_was_sent(installation: Config) -> None:
    with connect(installation) as client:
        client.send_message(letter("Ihr Termin für Dienstag", html=True), to_addrs=["a@b.example", "c@d.example"])

    (stored,) = messages(installation.mail_folder)
    assert stored.subject == "Ihr Termin für Dienstag"
    assert stored.sender == "termine@einstieg.example"
    assert stored.recipients == ("a@b.example", "c@d.example")
    assert "Grüße" in stored.text and "<p>Grüße</p>" in stored.html
    assert stored.attachments == ("termin.ics",)
    found = find_message(installation.mail_folder, stored.id)
    assert found is not None and found.message.as_bytes() == stored.message.as_bytes()
    assert abs(stored.received_at.timestamp() - time.time()) < 10


@pytest.mark.usefixtures("mailbox")
def test_files_are_private_and_their_names_say_nothing(installation: Config) -> None:
    with connect(installation) as client:
        client.send_message(letter("Familie Beispiel"))

    (file,) = installation.mail_folder.iterdir()
    assert "amilie" not in file.name and file.suffix == ".eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(installation.mail_folder.stat().st_mode) == 0o700


@pytest.mark.usefixtures("mailbox")
def test_the_newest_message_comes_first(installation: Config) -> None:
    with connect(installation) as client:
        for number in range(5):
            client.send_message(letter(f"Nr. {number}"))

    assert [mail.subject for mail in messages(installation.mail_folder)] == [f"Nr. {n}" for n in (4, 3, 2, 1, 0)]
    assert [mail.subject for mail in messages(installation.mail_folder, limit=2)] == ["Nr. 4", "Nr. 3"]


@pytest.mark.usefixtures("mailbox")
def test_delivery_reports_may_be_asked_for(installation: Config) -> None:
    with connect(installation) as client:
        client.ehlo()
        assert client.has_extn("dsn")
        refused = client.send_message(
            letter("Mit Bericht"),
            mail_options=["RET=HDRS", "ENVID=0198c0de"],
            rcpt_options=["NOTIFY=SUCCESS,FAILURE", "ORCPT=rfc822;familie@einstieg.example"],
        )

    assert refused == {}
    assert messages(installation.mail_folder)[0].recipients == ("familie@einstieg.example",)


def test_sigterm_ends_it_at_once_and_nothing_of_a_message_was_logged(
    installation: Config, mailbox: subprocess.Popen[bytes]
) -> None:
    with connect(installation) as client:
        client.send_message(letter("Familie Beispiel"))

    mailbox.send_signal(signal.SIGTERM)

    assert mailbox.wait(3) == 0
    assert mailbox.stderr is not None and mailbox.stderr.read() == b""


@pytest.mark.usefixtures("mailbox")
def test_a_second_one_on_the_same_port_ends_with_one_sentence(environment: dict[str, str]) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "workers.mailbox"],
        env={**os.environ, **environment},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=8,
        check=False,
    )

    assert second.returncode == 2
    assert second.stderr.startswith("mailbox: ") and second.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "url",
    [
        "smtp://mail.duesseldorf.example:25",
        "smtp://192.0.2.1:25",
        "smtps://127.0.0.1:465",
        "smtp://0.0.0.0:2525",
    ],
)
def test_no_other_mail_server_is_ever_stood_in_for(installation: Config, url: str) -> None:
    assert listening_address(replace(installation, smtp_url=url)) is None


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("smtp://localhost:2525", ("127.0.0.1", 2525)),
        ("smtp://127.0.0.1:2525", ("127.0.0.1", 2525)),
        ("smtp://[::1]:2525", ("::1", 2525)),
    ],
)
def test_loopback_addresses_are_served(installation: Config, url: str, address: tuple[str, int]) -> None:
    assert listening_address(replace(installation, smtp_url=url)) == address


def test_in_production_there_is_no_mailbox(installation: Config) -> None:
    assert listening_address(replace(installation, mode=Mode.PRODUCTION)) is None


def test_an_id_that_is_none_finds_nothing(installation: Config) -> None:
    assert messages(installation.mail_folder) == []
    for name in ("../keys/keys.sqlite", "", "0198c0de-0000-7000-8000-000000000001"):
        assert find_message(installation.mail_folder, name) is None


def test_a_message_of_an_unknown_encoding_is_listed_all_the_same(tmp_path: Path) -> None:
    head = b"Subject: x\r\nContent-Type: text/plain; charset=x-klingon\r\nContent-Transfer-Encoding: 8bit\r\n"
    raw = head + b"\r\n\xff\r\n"
    (tmp_path / "0198c0de-0000-7000-8000-000000000001.eml").write_bytes(raw)

    assert [mail.subject for mail in messages(tmp_path)] == ["x"]


def test_other_parameters_stay_where_they_were() -> None:
    assert split_notification("<a@b.example> SIZE=12 RET=FULL BODY=8BITMIME") == (
        "<a@b.example> SIZE=12 BODY=8BITMIME",
        ["RET=FULL"],
    )
    assert split_notification(None) == (None, [])
