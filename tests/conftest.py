"""Where the fixtures come from; each lives in a module of its own under tests/plugins."""

from __future__ import annotations

from importlib.util import find_spec

PLUGINS = [
    "tests.plugins.speed",
    "tests.plugins.servers",
    "tests.plugins.left_out",
    "tests.plugins.application",
    "tests.plugins.families",
    "tests.plugins.outbox",
    "tests.plugins.acceptance",
]

pytest_plugins = [name for name in PLUGINS if find_spec(name) is not None]
