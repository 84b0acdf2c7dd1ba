"""The root key file: whose it is, what is wrong with it, and how it is renewed by several processes at once."""

from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.data import cipher
from app.data.key_file import KeyFile, create_key_file
from app.data.providers import NoKey
from app.data.root_keys import RootKeyError
from app.errors import Tampered


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A fresh key file."""
    file = tmp_path / "secret" / "root.key"
    create_key_file(file)
    return file


def _replace(path: Path, content: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(content)
    path.chmod(0o400)


def test_a_new_file_is_its_owners_alone_and_an_existing_one_is_never_touched(path: Path) -> None:
    before = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    create_key_file(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o444, 0o420, 0o401, 0o640])
def test_a_file_that_others_can_touch_is_refused(path: Path, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(RootKeyError, match="andere"):
        KeyFile(path)


def test_a_missing_file_is_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(RootKeyError, match="flask keys init"):
        KeyFile(tmp_path / "none.key")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"no key at all",
        b"1:short",
        b"1:" + base64.b64encode(b"k" * 31),
        b"1:" + base64.b64encode(b"k" * 33),
        b"x:" + base64.b64encode(b"k" * 32),
        b"0:" + base64.b64encode(b"k" * 32),
        b"65536:" + base64.b64encode(b"k" * 32),
        b"-1:" + base64.b64encode(b"k" * 32),
        b"1:" + base64.b64encode(b"k" * 32)[:-1],
        b"1:" + base64.b64encode(b"k" * 32) + b"\n2:",
        b"\xff\xfe\x00",
    ],
)
def test_a_broken_file_is_refused_without_quoting_it(path: Path, content: bytes) -> None:
    _replace(path, content)
    with pytest.raises(RootKeyError) as caught:
        KeyFile(path)
    assert "kkk" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_what_was_wrapped_before_a_rotation_opens_until_its_version_is_destroyed(path: Path) -> None:
    provider = KeyFile(path)
    old = provider.wrap(b"k" * 32, b"context")
    assert provider.rotate() == provider.current() == 2
    new = provider.wrap(b"k" * 32, b"context")
    assert (cipher.generation_of(old), cipher.generation_of(new)) == (1, 2)
    assert provider.unwrap(old, b"context") == provider.unwrap(new, b"context") == b"k" * 32
    provider.destroy(1)
    with pytest.raises(RootKeyError, match="Fassung 1"):
        provider.unwrap(old, b"context")
    assert KeyFile(path).unwrap(new, b"context") == b"k" * 32


def test_the_newest_version_cannot_be_destroyed(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(RootKeyError, match="geltende"):
        KeyFile(path).destroy(1)
    assert path.read_bytes() == before


def test_a_wrap_opens_in_its_own_context_alone(path: Path) -> None:
    provider = KeyFile(path)
    with pytest.raises(Tampered):
        provider.unwrap(provider.wrap(b"k" * 32, b"one"), b"other")


def test_a_running_process_learns_of_a_rotation_by_another(path: Path) -> None:
    running, command = KeyFile(path), KeyFile(path)
    command.rotate()
    assert running.unwrap(command.wrap(b"k" * 32, b"c"), b"c") == b"k" * 32


def test_no_rotation_is_lost_when_several_rotate_at_once(path: Path) -> None:
    wraps = []
    with ThreadPoolExecutor(8) as pool:
        providers = [KeyFile(path) for _ in range(8)]
        versions = list(pool.map(lambda provider: provider.rotate(), providers))
        wraps = [provider.wrap(b"k" * 32, b"c") for provider in providers]
    assert sorted(versions) == list(range(2, 10))
    fresh = KeyFile(path)
    assert [fresh.unwrap(wrap, b"c") for wrap in wraps] == [b"k" * 32] * 8
    assert stat.S_IMODE(path.stat().st_mode) == 0o400


def test_destroying_keeps_what_another_process_added(path: Path) -> None:
    stale = KeyFile(path)
    KeyFile(path).rotate()
    stale.destroy(1)
    assert KeyFile(path).current() == 2


def test_without_a_key_file_every_use_says_why() -> None:
    reason = RootKeyError("the key file is missing")
    nothing = NoKey(reason)
    for use in (
        nothing.current,
        nothing.rotate,
        lambda: nothing.wrap(b"", b""),
        lambda: nothing.unwrap(b"", b""),
        lambda: nothing.destroy(1),
    ):
        with pytest.raises(RootKeyError, match="missing"):
            use()
