"""Whatever opens the data may not lie where the data is copied from: each file, each place, links followed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine

from app.data.key_places import refuse_keys_with_data
from config import Config, SettingError, read_config

FILES = ["EINSTIEG_KEY_FILE", "EINSTIEG_PASSPHRASE_FILE", "EINSTIEG_TRANSIT_TOKEN_FILE"]
PLACES = ["home/data/files", "home/keys", "srv/data", "srv/keys/deep/er", "backup", "other/backup/secret", "link"]


def _config(folder: Path, **more: str) -> Config:
    told = {
        "EINSTIEG_MODE": "test",
        "EINSTIEG_HOME": str(folder / "home"),
        "SECRET_KEY": "k" * 40,
        "DATABASE_URL": f"sqlite:///{folder}/srv/data/einstieg.sqlite",
        "KEYS_DATABASE_URL": f"sqlite+pysqlite:///file:{folder}/srv/keys/keys.sqlite?uri=true",
        "EINSTIEG_BACKUP_FOLDERS": f"{folder}/backup:{folder}/other/backup",
    }
    return read_config({**told, **more})


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("variable", FILES)
def test_a_key_with_the_data_or_in_the_backup_set_is_refused_by_name(tmp_path: Path, variable: str, place: str) -> None:
    (tmp_path / "srv" / "data").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "srv" / "data")
    with pytest.raises(SettingError, match=variable) as caught:
        _config(tmp_path, **{variable: str(tmp_path / place / "secret.key")})
    assert "secret.key" not in str(caught.value)


@pytest.mark.parametrize("variable", FILES)
def test_a_key_apart_is_fine(tmp_path: Path, variable: str) -> None:
    for place in ("home/secret", "srv/data-of-others", "backup-keys"):
        _config(tmp_path, **{variable: str(tmp_path / place / "secret.key")})


def test_a_server_database_has_no_folder_and_one_in_memory_neither(tmp_path: Path) -> None:
    for address in ("postgresql://u@h/srv", "sqlite://", "sqlite:///:memory:"):
        key_file = {"EINSTIEG_KEY_FILE": str(tmp_path / "srv" / "root.key")}
        _config(tmp_path, DATABASE_URL=address, KEYS_DATABASE_URL=address, **key_file)


def test_a_relative_address_is_looked_for_where_the_engine_opened_it(tmp_path: Path) -> None:
    opened = create_engine(f"sqlite:///{tmp_path}/instance/keys.sqlite")
    relative = {"KEYS_DATABASE_URL": "sqlite:///keys.sqlite", "DATABASE_URL": "postgresql://u@h/d"}
    config = _config(tmp_path, **relative, EINSTIEG_KEY_FILE=str(tmp_path / "instance" / "root.key"))
    with pytest.raises(SettingError, match="EINSTIEG_KEY_FILE"):
        refuse_keys_with_data(config, [opened])
