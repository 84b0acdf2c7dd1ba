"""Where the root key comes from: a plug-in of five methods that wraps and unwraps organisation keys."""

from __future__ import annotations

from typing import Protocol

from app.data import cipher
from app.data.key_environment import KeyEnvironment
from app.data.key_file import KeyFile, create_key_file
from app.data.key_passphrase import KeyPassphrase, create_salt_file
from app.data.key_transit import CIPHERTEXT, KeyTransit
from app.data.root_keys import RootKeyError
from config import Config, ProviderKind

PROVIDER_NAMES = {
    ProviderKind.FILE: "Schlüsseldatei",
    ProviderKind.ENVIRONMENT: "Umgebungsvariable",
    ProviderKind.PASSPHRASE: "Passphrase",
    ProviderKind.TRANSIT: "Schlüsseldienst",
}
"""What an administrator calls them."""


class KeyProvider(Protocol):
    """Holds the root key; nothing else ever sees it."""

    def current(self) -> int:
        """The version new wraps use."""
        ...

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Seal a key under the current root version."""
        ...

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Open a wrapped key; raises Tampered."""
        ...

    def rotate(self) -> int:
        """Make a new root version and answer it."""
        ...

    def destroy(self, version: int) -> None:
        """Forget a root version for ever, and any before it."""
        ...


class NoKey:
    """Stands in while commands run that need no key, such as the one that makes it."""

    def __init__(self, reason: RootKeyError) -> None:
        self._reason = reason

    def current(self) -> int:
        """Raises the reason."""
        raise self._reason

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Raises the reason."""
        raise self._reason

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Raises the reason."""
        raise self._reason

    def rotate(self) -> int:
        """Raises the reason."""
        raise self._reason

    def destroy(self, version: int) -> None:
        """Raises the reason."""
        raise self._reason


def open_provider(config: Config) -> KeyProvider:
    """The provider of this installation; raises RootKeyError when its key cannot be used."""
    match config.key_provider:
        case ProviderKind.FILE:
            return KeyFile(config.key_file)
        case ProviderKind.ENVIRONMENT:
            return KeyEnvironment(config.root_keys)
        case ProviderKind.PASSPHRASE if config.passphrase_file is not None:
            return KeyPassphrase(config.key_file, config.passphrase_file)
        case ProviderKind.TRANSIT if config.transit_token_file is not None:
            return KeyTransit(config.transit_url, config.transit_key, config.transit_token_file)
    raise RootKeyError(f"zu EINSTIEG_KEY_PROVIDER={config.key_provider} fehlt eine Einstellung")


def create_first_key(config: Config) -> None:
    """Make the key of a new installation where the provider keeps one; what is there is never touched."""
    if config.key_provider is ProviderKind.FILE:
        create_key_file(config.key_file)
    elif config.key_provider is ProviderKind.PASSPHRASE and config.passphrase_file is not None:
        create_salt_file(config.key_file, config.passphrase_file)


def root_version_of(wrapped: bytes) -> int:
    """The root version a wrapped key names, whichever provider made it."""
    by_service = CIPHERTEXT.fullmatch(wrapped)
    return int(by_service[1]) if by_service else cipher.generation_of(wrapped)
