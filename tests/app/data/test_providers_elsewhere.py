"""The root key from the environment, a passphrase and a key service: the same five methods, honest refusals."""

from __future__ import annotations

import base64
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.data.key_environment import KeyEnvironment, fresh_value
from app.data.key_file import create_key_file
from app.data.key_passphrase import KeyPassphrase, create_salt_file
from app.data.key_transit import KeyTransit
from app.data.providers import KeyProvider, create_first_key, open_provider, root_version_of
from app.data.root_keys import RootKeyError, RootKeyUnavailable
from app.errors import Tampered
from config import Config, ProviderKind, SettingError, read_config
from tests.servers.transit import TransitServer

KEY, CONTEXT = b"k" * 32, b"context of a wrap"
PASSPHRASE = "vier graue Kraniche am Rhein"
TOKEN = "hvs.an-own-token-of-the-tests"
Make = Callable[..., Config]


@pytest.fixture
def service() -> Iterator[TransitServer]:
    """A key service that answers."""
    server = TransitServer(TOKEN)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def secret_file(tmp_path: Path) -> Callable[[str, str], Path]:
    """A function that writes a file of mode 0400."""

    def write(name: str, text: str) -> Path:
        file = tmp_path / "secret" / name
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(0o400)
        return file

    return write


@pytest.fixture
def provider(
    request: pytest.FixtureRequest, tmp_path: Path, service: TransitServer, secret_file: Callable[[str, str], Path]
) -> KeyProvider:
    """Each provider that can change its own keys, as the settings make it."""
    told = {
        "file": {},
        "passphrase": {"EINSTIEG_PASSPHRASE_FILE": str(secret_file("passphrase", PASSPHRASE))},
        "transit": {
            "EINSTIEG_TRANSIT_URL": service.url,
            "EINSTIEG_TRANSIT_TOKEN_FILE": str(secret_file("token", f"{TOKEN}\n")),
        },
    }[request.param]
    config = _config(tmp_path, EINSTIEG_KEY_PROVIDER=request.param, **told)
    create_first_key(config)
    return open_provider(config)


def _config(home: Path, **more: str) -> Config:
    told = {"EINSTIEG_MODE": "test", "EINSTIEG_HOME": str(home), "SECRET_KEY": "k" * 40}
    return read_config({**told, **more})


@pytest.mark.parametrize("provider", ["file", "passphrase", "transit"], indirect=True)
def test_a_rotated_key_opens_old_wraps_until_their_version_is_destroyed(provider: KeyProvider) -> None:
    old = provider.wrap(KEY, CONTEXT)
    assert provider.rotate() == provider.current() == 2
    new = provider.wrap(KEY, CONTEXT)
    assert (root_version_of(old), root_version_of(new)) == (1, 2)
    assert provider.unwrap(old, CONTEXT) == provider.unwrap(new, CONTEXT) == KEY
    with pytest.raises(RootKeyError, match="geltende"):
        provider.destroy(2)
    provider.destroy(1)
    with pytest.raises(RootKeyError):
        provider.unwrap(old, CONTEXT)
    assert provider.unwrap(new, CONTEXT) == KEY


@pytest.mark.parametrize("provider", ["file", "passphrase", "transit"], indirect=True)
def test_a_wrap_that_was_moved_or_changed_does_not_open(provider: KeyProvider) -> None:
    wrapped = provider.wrap(KEY, CONTEXT)
    for broken, context in ((wrapped, b"another place"), (_last_bit(wrapped), CONTEXT), (b"", CONTEXT)):
        with pytest.raises(Tampered):
            provider.unwrap(broken, context)


def _last_bit(wrapped: bytes) -> bytes:
    """The same wrap with one bit turned, in the text of a service as in plain bytes."""
    start, colon, encoded = wrapped.rpartition(b":")
    if not wrapped.startswith(b"vault:"):
        return wrapped[:-1] + bytes((wrapped[-1] ^ 1,))
    raw = base64.b64decode(encoded)
    return start + colon + base64.b64encode(raw[:-1] + bytes((raw[-1] ^ 1,)))


def test_the_environment_holds_versions_and_says_what_to_change_by_hand(tmp_path: Path) -> None:
    first = fresh_value()
    old = KeyEnvironment(first)
    wrapped = old.wrap(KEY, CONTEXT)
    both = _config(tmp_path, EINSTIEG_KEY_PROVIDER="environment", EINSTIEG_ROOT_KEY=f"{first} 2:{first[2:]}")
    provider = open_provider(both)
    assert (provider.current(), provider.unwrap(wrapped, CONTEXT)) == (2, KEY)
    assert first[2:] not in repr(both)
    with pytest.raises(RootKeyError, match="Wort „3:…“ anhängen"):
        provider.rotate()
    with pytest.raises(RootKeyError, match="Wort „1:…“ entfernen"):
        provider.destroy(1)
    with pytest.raises(RootKeyError, match="fehlt"):
        KeyEnvironment(" ")


def test_the_salts_hold_no_key_and_open_for_their_passphrase_alone(
    tmp_path: Path, secret_file: Callable[[str, str], Path]
) -> None:
    salts, passphrase = tmp_path / "apart" / "root.salts", secret_file("passphrase", PASSPHRASE)
    create_salt_file(salts, passphrase)
    wrapped = KeyPassphrase(salts, passphrase).wrap(KEY, CONTEXT)
    assert stat.S_IMODE(salts.stat().st_mode) == 0o400
    before = salts.read_bytes()
    create_salt_file(salts, passphrase)
    assert salts.read_bytes() == before
    with pytest.raises(RootKeyError, match="passt nicht") as caught:
        KeyPassphrase(salts, secret_file("passphrase", "fünf graue Kraniche am Rhein"))
    assert "Kraniche" not in str(caught.value)
    both = KeyPassphrase(salts, secret_file("passphrase", f"eine ganz neue Passphrase\n{PASSPHRASE}\n"))
    assert both.unwrap(wrapped, CONTEXT) == KEY
    both.rotate()
    both.destroy(1)
    renewed = KeyPassphrase(salts, secret_file("passphrase", "eine ganz neue Passphrase"))
    assert renewed.unwrap(both.wrap(KEY, CONTEXT), CONTEXT) == KEY


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "leer"),
        ("1:65536:3:4", "beschädigt"),
        ("1:8:1:1:c2FsenNhbHpzYWx6c2Fseg==:c2FsenNhbHpzYWx6c2Fseg==", "beschädigt"),
        ("1:99999999:3:4:c2FsenNhbHpzYWx6c2Fseg==:c2FsenNhbHpzYWx6c2Fseg==", "beschädigt"),
        ("1:65536:3:4:c2Fseg==:c2FsenNhbHpzYWx6c2Fseg==", "beschädigt"),
    ],
)
def test_salts_that_were_changed_are_refused(line: str, why: str, secret_file: Callable[[str, str], Path]) -> None:
    with pytest.raises(RootKeyError, match=why):
        KeyPassphrase(secret_file("salts", line), secret_file("passphrase", PASSPHRASE))


def test_a_short_passphrase_and_one_that_others_may_read_are_refused(
    tmp_path: Path, secret_file: Callable[[str, str], Path]
) -> None:
    with pytest.raises(RootKeyError, match="16 Zeichen"):
        create_salt_file(tmp_path / "salts", secret_file("passphrase", "kurz"))
    open_to_all = secret_file("passphrase", PASSPHRASE)
    open_to_all.chmod(0o444)
    with pytest.raises(RootKeyError, match="andere"):
        create_salt_file(tmp_path / "salts", open_to_all)


def test_systemd_hands_the_passphrase_over_as_a_credential(tmp_path: Path) -> None:
    (tmp_path / "einstieg-passphrase").write_text(PASSPHRASE)
    told = {"EINSTIEG_KEY_PROVIDER": "passphrase", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert _config(tmp_path / "home", **told).passphrase_file == tmp_path / "einstieg-passphrase"
    with pytest.raises(SettingError, match="EINSTIEG_PASSPHRASE_FILE"):
        _config(tmp_path / "home", EINSTIEG_KEY_PROVIDER="passphrase")


def test_a_key_service_that_fails_is_told_without_its_token(
    service: TransitServer, secret_file: Callable[[str, str], Path]
) -> None:
    provider = KeyTransit(service.url, "einstieg", secret_file("token", TOKEN))
    wrapped = provider.wrap(KEY, CONTEXT)
    service.silent = True
    with pytest.raises(RootKeyUnavailable, match="503"):
        provider.unwrap(wrapped, CONTEXT)
    service.silent = False
    secret_file("token", "hvs.expired")
    with pytest.raises(RootKeyUnavailable, match="Token") as caught:
        provider.unwrap(wrapped, CONTEXT)
    assert "hvs." not in str(caught.value)
    secret_file("token", TOKEN)
    assert provider.unwrap(wrapped, CONTEXT) == KEY
    with pytest.raises(RootKeyUnavailable, match="kennt den Schlüssel"):
        KeyTransit(service.url, "unknown", secret_file("token", TOKEN)).current()
    service.stop()
    with pytest.raises(RootKeyUnavailable, match="antwortet nicht") as silence:
        provider.current()
    assert "127.0.0.1" not in str(silence.value)


@pytest.mark.parametrize("address", ["", "http://schluessel.example", "ftp://127.0.0.1", "schluessel.example"])
def test_a_token_travels_encrypted_or_stays_on_this_machine(tmp_path: Path, address: str) -> None:
    told = {"EINSTIEG_KEY_PROVIDER": "transit", "EINSTIEG_TRANSIT_TOKEN_FILE": str(tmp_path / "token")}
    with pytest.raises(SettingError, match="EINSTIEG_TRANSIT_URL"):
        _config(tmp_path / "home", EINSTIEG_TRANSIT_URL=address, **told)


def test_the_cookie_secret_is_never_the_root_key(tmp_path: Path) -> None:
    for kind in ProviderKind:
        with pytest.raises((RootKeyError, SettingError)):
            open_provider(_config(tmp_path, EINSTIEG_KEY_PROVIDER=kind))
    create_key_file(tmp_path / "secret" / "root.key")
    wrapped = open_provider(_config(tmp_path)).wrap(KEY, CONTEXT)
    assert open_provider(_config(tmp_path, SECRET_KEY="z" * 40)).unwrap(wrapped, CONTEXT) == KEY
