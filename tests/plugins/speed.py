"""What every test pays for and none is about, done once a process: addresses, templates, hashes, garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from copy import copy
from types import CodeType
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule
from xdist.scheduler import LoadFileScheduling

from app.accounts import passwords

_compile = Rule.compile
_compiled: dict[object, dict[str, Any]] = {}
WRITTEN = ("_parts", "_trace", "_converters", "arguments")


def _remembered(rule: Rule) -> None:
    """Compile an address: text and functions that know nothing of their application, so the first time counts."""
    assert rule.map is not None
    key = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, rule.map.host_matching, str(rule.defaults))
    if key not in _compiled:
        _compile(rule)
        _compiled[key] = {name: copy(getattr(rule, name)) for name in WRITTEN}
        _compiled[key]["builders"] = rule._build.__func__, rule._build_unknown.__func__
        return
    for name in WRITTEN:
        setattr(rule, name, copy(_compiled[key][name]))
    build, build_unknown = _compiled[key]["builders"]
    rule._build, rule._build_unknown = build.__get__(rule), build_unknown.__get__(rule)


@pytest.fixture(scope="session", autouse=True)
def quick_applications() -> Iterator[None]:
    """Making an application compiles some 200 addresses: four fifths of its time, and the same each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", _remembered)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashes of the same kind at the least cost there is; what real ones cost, a test of its own asks."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", cheap)
        patch.setattr(passwords, "_DECOY", cheap.hash("nobody has this password"))
        yield


class RememberedTemplates(BytecodeCache):
    """What templates compile to, by name and text."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Hand out what was compiled from the same text before."""
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled just now."""
        if bucket.code is not None:
            self.codes[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def quick_templates() -> Iterator[None]:
    """A first page compiles some ten templates, the same for each application."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": RememberedTemplates()})
        yield


class HalfFiles(LoadFileScheduling):  # type: ignore[misc]
    """A file's tests on one kind of database stay in one process; those on the other may run beside them."""

    def _split_scope(self, nodeid: str) -> str:
        return f"{super()._split_scope(nodeid)} {'[postgresql' in nodeid}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Hand out halves of files in the order below, instead of those with the most tests first."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return HalfFiles(config, log)


LONG = (
    "tests/permissions/",
    "tests/journeys/",
    "tests/faults/",
    "tests/workers/",
    "tests/canary/",
    "tests/app/cli/",
    "tests/app/demo/",
    "tests/house/",
    "tests/scheduling/booking/test_browser.py",
)
"""What takes longest comes first, so that no process ends with it while the other has nothing left to do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the long ones to the front; all processes sort alike."""
    places = {start: place for place, start in enumerate(LONG)}
    items.sort(key=lambda item: next((at for start, at in places.items() if item.nodeid.startswith(start)), len(LONG)))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: thousands of tests need not look through it for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
