"""The gallery of components as an application, as a client without a server, and as a running site."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server

from app.web import navigation
from config import Config, Mode
from tests.app.web.gallery_site import create_gallery


class Quiet(WSGIRequestHandler):
    """A request handler that writes no log."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


def gallery_config(home: Path, *, secure_cookies: bool = False) -> Config:
    """Settings for a site without a database."""
    return Config(
        mode=Mode.DEMO,
        home=home,
        host="127.0.0.1",
        port=0,
        database_url="",
        keys_database_url="",
        key_file=home / "secret" / "root.key",
        secret_key="gallery-key-of-more-than-32-letters",
        secure_cookies=secure_cookies,
    )


@pytest.fixture(autouse=True, scope="module")
def own_navigation() -> Iterator[None]:
    """A navigation of the gallery's own, so that no entry of it reaches the real application."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(navigation, "_items", {})
        patch.setattr(navigation, "_footer", {})
        yield


@pytest.fixture
def gallery(tmp_path: Path) -> Flask:
    """The gallery without the protection against forged requests, so that tests may post."""
    return create_gallery(gallery_config(tmp_path))


@pytest.fixture
def visitor(gallery: Flask) -> FlaskClient:
    """A client of the gallery."""
    return gallery.test_client()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, own_navigation: None) -> Iterator[str]:
    """The address of the running gallery, protected against forged requests like the real one."""
    application = create_gallery(gallery_config(tmp_path_factory.mktemp("gallery")), csrf=True)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
