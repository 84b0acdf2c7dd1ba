"""The root key in a service of the Vault transit kind: it encrypts and decrypts, and never hands the key out.

Speaks HTTPS without redirects or proxies. The context goes along as associated data of the AEAD, so that a wrap
moved elsewhere does not open. The token comes from a file that is read at every call, as agents renew it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from app.data.root_keys import RootKeyError, RootKeyUnavailable, read_private
from app.errors import Tampered

WHAT = "die Datei mit dem Token des Schlüsseldienstes (EINSTIEG_TRANSIT_TOKEN_FILE)"
SECONDS = 5
LARGEST_ANSWER = 64 * 1024
CIPHERTEXT = re.compile(rb"vault:v(\d{1,5}):[A-Za-z0-9+/=]{20,2000}")


class KeyTransit:
    """One named key of the service, `mount/name` or a name under `transit`; every use is a request."""

    def __init__(self, url: str, key: str, token_file: Path) -> None:
        parts = urlsplit(url)
        mount, _, name = key.rpartition("/")
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port = parts.hostname or "", parts.port
        self._start = f"{parts.path.rstrip('/')}/v1/{quote(mount or 'transit')}"
        self._name = quote(name, safe="")
        self._token_file = token_file
        self._token()

    def current(self) -> int:
        """The newest version of the key."""
        return _number(self._ask("GET", f"keys/{self._name}").get("latest_version"))

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Have a key encrypted under the newest version; answers the service's own text as bytes."""
        body = {"plaintext": _base64(key), "associated_data": _base64(context)}
        wrapped = str(self._ask("POST", f"encrypt/{self._name}", body).get("ciphertext", "")).encode()
        if not CIPHERTEXT.fullmatch(wrapped):
            raise RootKeyUnavailable("der Schlüsseldienst antwortet anders als vereinbart")
        return wrapped

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Have a wrap decrypted; raises Tampered, RootKeyError for a destroyed version, RootKeyUnavailable."""
        if not CIPHERTEXT.fullmatch(wrapped):
            raise Tampered("not a wrap of this provider")
        body = {"ciphertext": wrapped.decode(), "associated_data": _base64(context)}
        try:
            return base64.b64decode(str(self._ask("POST", f"decrypt/{self._name}", body).get("plaintext", "")))
        except ValueError:
            raise RootKeyUnavailable("der Schlüsseldienst antwortet anders als vereinbart") from None

    def rotate(self) -> int:
        """Have a new version made, which later wraps use."""
        self._ask("POST", f"keys/{self._name}/rotate", {})
        return self.current()

    def destroy(self, version: int) -> None:
        """Have this version and all before it deleted for ever."""
        if version >= self.current():
            raise RootKeyError("die geltende Fassung des Hauptschlüssels kann nicht vernichtet werden")
        lowest = version + 1
        limits = {"min_decryption_version": lowest, "min_encryption_version": lowest}
        self._ask("POST", f"keys/{self._name}/config", limits)
        self._ask("POST", f"keys/{self._name}/trim", {"min_available_version": lowest})

    def _ask(self, method: str, path: str, body: Mapping[str, str | int] | None = None) -> dict[str, Any]:
        connection = self._kind(self._host, self._port, timeout=SECONDS)
        headers = {"X-Vault-Token": self._token(), "X-Vault-Request": "true", "Content-Type": "application/json"}
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, f"{self._start}/{path}", body=content, headers=headers)
            answer = connection.getresponse()
            raw = answer.read(LARGEST_ANSWER)
        except (OSError, HTTPException) as error:
            raise RootKeyUnavailable(f"der Schlüsseldienst antwortet nicht ({type(error).__name__})") from None
        finally:
            connection.close()
        told = _json(raw)
        if answer.status >= 300:
            _refuse(answer.status, " ".join(str(each) for each in told.get("errors") or ()).lower())
        data = told.get("data")
        return data if isinstance(data, dict) else {}

    def _token(self) -> str:
        way_out = "bitte dort das Token ablegen, mit dem Einstieg den Schlüssel benutzen darf"
        token = read_private(self._token_file, what=WHAT, way_out=way_out).strip()
        if not token.isascii() or not token or len(token.split()) != 1:
            raise RootKeyError(f"{WHAT} enthält kein Token")
        return token.decode()


def _refuse(status: int, told: str) -> None:
    """Turn a refusal into our own errors; the service's text is looked at and never passed on."""
    if status in (401, 403):
        raise RootKeyUnavailable("der Schlüsseldienst lehnt das Token ab: ist es abgelaufen, darf es diesen Schlüssel?")
    if status == 404:
        raise RootKeyUnavailable("der Schlüsseldienst kennt den Schlüssel nach EINSTIEG_TRANSIT_KEY nicht")
    if status == 400 and ("too old" in told or "disallowed by policy" in told or "not found" in told):
        raise RootKeyError("die Fassung des Hauptschlüssels, unter der ein Schlüssel liegt, ist vernichtet")
    if status == 400 and ("authentication failed" in told or "invalid ciphertext" in told):
        raise Tampered("does not belong here")
    raise RootKeyUnavailable(f"der Schlüsseldienst lehnt ab (Status {status})")


def _json(raw: bytes) -> dict[str, Any]:
    try:
        told = json.loads(raw or b"{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _number(value: object) -> int:
    if not isinstance(value, int) or value < 1:
        raise RootKeyUnavailable("der Schlüsseldienst antwortet anders als vereinbart")
    return value


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
