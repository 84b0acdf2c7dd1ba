"""The application with a real Redis, a real mail server that keeps its mail, and everything logged at DEBUG."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, template_rendered

from app.messages.models import Channel
from app.messages.smtp import SmtpGateway
from config import Config
from tests.canary.prints import Prints
from tests.plugins.application import Template
from tests.scheduling.conftest import office
from tests.servers.smtp import SmtpServer
from workers.mailbox import Keeper

__all__ = ["office"]


@pytest.fixture
def config(template: Template, tmp_path: Path, redis_url: str) -> Iterator[Config]:
    """Settings with the doorbell of a running Redis."""
    lent = replace(template.config(tmp_path / "home"), redis_url=redis_url)
    yield lent
    template.server.give_back(lent.database_url)
    template.server.give_back(lent.keys_database_url)


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    """Everything any library says at DEBUG, errors with their texts; what a mail server itself says lies apart."""
    path = tmp_path / "debug.log"
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    handler.addFilter(lambda record: not record.name.startswith("mail."))
    loggers = [logging.getLogger(name) for name in (None, "sqlalchemy.engine", "sqlalchemy.orm", "rq", "flask")]
    before = [logger.level for logger in loggers]
    logging.getLogger().addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield path
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)
    logging.getLogger().removeHandler(handler)
    handler.close()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that libraries take for their temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def prints(app: Flask) -> Iterator[Prints]:
    """What the things that pages are made of print of themselves."""
    watching = Prints()
    template_rendered.connect(watching.rendered, app)
    yield watching
    template_rendered.disconnect(watching.rendered, app)


@pytest.fixture
def mail_folder(log_file: Path, app: Flask, config: Config) -> Iterator[Path]:
    """Where the mail goes that the application sends."""
    server = SmtpServer()
    server.handler = Keeper(config.mail_folder)
    server.start()
    app.extensions["gateways"] = {Channel.EMAIL: SmtpGateway(server.url, "termine@einstieg.example", 5.0, 5.0)}
    yield config.mail_folder
    server.stop()
