"""Settings: each wrong one is an error at start that names the variable and never its value."""

from __future__ import annotations

import stat
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from config import DEMO_MARKER, Config, Mode, SettingError, read_config

SECRET = "k" * 40


def _environment(home: Path, **more: str) -> dict[str, str]:
    told = {
        "EINSTIEG_MODE": "production",
        "EINSTIEG_HOME": str(home),
        "EINSTIEG_BASE_URL": "https://einstieg.example/",
        "SECRET_KEY": SECRET,
    }
    return {name: value for name, value in {**told, **more}.items() if value != "-"}


def test_a_complete_environment_makes_a_frozen_object(tmp_path: Path) -> None:
    config = read_config(_environment(tmp_path))
    assert (config.mode, config.base_url, config.secure_cookies) == (Mode.PRODUCTION, "https://einstieg.example", True)
    assert config.database_url == f"sqlite:///{tmp_path / 'data' / 'einstieg.sqlite'}"
    assert config.keys_database_url == f"sqlite:///{tmp_path / 'keys' / 'keys.sqlite'}"
    with pytest.raises(FrozenInstanceError):
        config.port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"EINSTIEG_MODE": "probe"}, "EINSTIEG_MODE"),
        ({"EINSTIEG_BASE_URL": "-"}, "EINSTIEG_BASE_URL"),
        ({"SECRET_KEY": "-"}, "SECRET_KEY"),
        ({"SECRET_KEY": "tiny-one"}, "SECRET_KEY"),
        ({"PORT": "0"}, "PORT"),
        ({"PORT": "65536"}, "PORT"),
        ({"PORT": "-1"}, "PORT"),
        ({"PORT": "http"}, "PORT"),
        ({"EINSTIEG_NOW": "2026-11-23T08:00:00+01:00"}, "EINSTIEG_NOW"),
        ({"EINSTIEG_MODE": "test", "EINSTIEG_NOW": "2026-01-02T03:04:05"}, "EINSTIEG_NOW"),
        ({"EINSTIEG_MODE": "demo", "EINSTIEG_NOW": "tomorrow"}, "EINSTIEG_NOW"),
        ({"EINSTIEG_TRANSPORT": "pigeon"}, "EINSTIEG_TRANSPORT"),
        ({"EINSTIEG_PROXIES": "viele"}, "EINSTIEG_PROXIES"),
    ],
)
def test_each_wrong_setting_is_named_and_not_quoted(tmp_path: Path, changes: dict[str, str], variable: str) -> None:
    with pytest.raises(SettingError, match=variable) as caught:
        read_config(_environment(tmp_path, **changes))
    for value in changes.values():
        assert len(value) < 5 or value not in str(caught.value)


@pytest.mark.parametrize(
    "place", ["data/root.key", "data/files/root.key", "data/../data/x/root.key", "keys/root.key", "link/root.key"]
)
def test_a_key_file_in_the_data_folder_or_the_key_store_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    with pytest.raises(SettingError, match="EINSTIEG_KEY_FILE"):
        read_config(_environment(tmp_path, EINSTIEG_KEY_FILE=str(tmp_path / place)))


def test_a_key_file_beside_them_is_fine(tmp_path: Path) -> None:
    read_config(_environment(tmp_path, EINSTIEG_KEY_FILE=str(tmp_path / "data-of-others" / "root.key")))


def test_a_settings_object_shows_no_secret(tmp_path: Path) -> None:
    told = {"REDIS_URL": "redis://:geheim@x", "SMTP_URL": "smtp://u:geheim@x", "EINSTIEG_DEMO_PASSWORD": "geheim"}
    shown = repr(read_config(_environment(tmp_path, **told)))
    assert SECRET not in shown
    assert "geheim" not in shown


def test_a_settings_object_shows_no_password_of_a_database(tmp_path: Path) -> None:
    addresses = {"DATABASE_URL": "postgresql://u:geheim@h/d", "KEYS_DATABASE_URL": "postgresql://u:geheim@h/k"}
    assert "geheim" not in repr(read_config(_environment(tmp_path, **addresses)))


def test_a_demo_makes_its_own_cookie_key_once_for_itself_alone(tmp_path: Path) -> None:
    told = _environment(tmp_path, EINSTIEG_MODE="demo", SECRET_KEY="-", EINSTIEG_BASE_URL="-")
    first: Config = read_config(told)
    assert len(first.secret_key) >= 40
    assert read_config(told).secret_key == first.secret_key
    (file,) = tmp_path.rglob("cookie.key")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first.secure_cookies is False


def test_an_unset_mode_is_demo_in_the_home_of_a_demo_alone(tmp_path: Path) -> None:
    with pytest.raises(SettingError):
        read_config({"EINSTIEG_HOME": str(tmp_path)})
    (tmp_path / DEMO_MARKER).write_text("")
    assert read_config({"EINSTIEG_HOME": str(tmp_path)}).mode is Mode.DEMO
