"""An application is made of its settings alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask, request

from app.factory import create_app
from app.web.actors import public
from config import Config


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "198.51.100.7"), (2, "203.0.113.9")])
def test_a_visitor_is_known_by_what_trusted_proxies_say_alone(config: Config, proxies: int, seen: str) -> None:
    site: Flask = create_app(replace(config, proxies=proxies))
    site.add_url_rule("/woher", view_func=public(lambda: str(request.remote_addr)))
    told = {"X-Forwarded-For": "192.0.2.1, 203.0.113.9, 198.51.100.7"}
    assert site.test_client().get("/woher", headers=told).text == seen
