"""A small key service of the Vault transit kind for tests: it really encrypts, keeps versions and forgets them."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Answer = tuple[int, dict[str, Any]]
REFUSED: Answer = (403, {"errors": ["permission denied"]})
TOO_OLD: Answer = (400, {"errors": ["ciphertext or signature version is disallowed by policy (too old)"]})
FORGED: Answer = (400, {"errors": ["cipher: message authentication failed"]})


class TransitServer:
    """One key under `transit/keys/einstieg`; `silent` lets it answer 503 like a sealed service."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.keys = {1: secrets.token_bytes(32)}
        self.lowest = 1
        self.silent = False
        self.seen: list[str] = []
        handler = type("Handler", (_Handler,), {"service": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering; the port is free afterwards."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, token: str | None, method: str, path: str, body: dict[str, Any]) -> Answer:
        """What the service says to a request."""
        self.seen.append(path)
        if self.silent:
            return 503, {"errors": ["Vault is sealed"]}
        if token != self.token:
            return REFUSED
        asked = path.removeprefix("/v1/transit/")
        acts = {
            "encrypt/einstieg": self._encrypt,
            "decrypt/einstieg": self._decrypt,
            "keys/einstieg/rotate": self._rotate,
            "keys/einstieg/config": self._configure,
            "keys/einstieg/trim": self._trim,
        }
        if method == "GET" and asked == "keys/einstieg":
            return 200, {"data": {"latest_version": max(self.keys), "min_decryption_version": self.lowest}}
        return acts[asked](body) if method == "POST" and asked in acts else (404, {"errors": []})

    def _encrypt(self, body: dict[str, Any]) -> Answer:
        version, nonce = max(self.keys), secrets.token_bytes(12)
        sealed = nonce + AESGCM(self.keys[version]).encrypt(
            nonce, _raw(body, "plaintext"), _raw(body, "associated_data")
        )
        return 200, {"data": {"ciphertext": f"vault:v{version}:{base64.b64encode(sealed).decode()}"}}

    def _decrypt(self, body: dict[str, Any]) -> Answer:
        _, number, encoded = body["ciphertext"].split(":")
        version, sealed = int(number[1:]), base64.b64decode(encoded)
        if version < self.lowest or version not in self.keys:
            return TOO_OLD
        try:
            plain = AESGCM(self.keys[version]).decrypt(sealed[:12], sealed[12:], _raw(body, "associated_data"))
        except InvalidTag:
            return FORGED
        return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}

    def _rotate(self, body: dict[str, Any]) -> Answer:
        self.keys[max(self.keys) + 1] = secrets.token_bytes(32)
        return 204, {}

    def _configure(self, body: dict[str, Any]) -> Answer:
        self.lowest = min(body["min_decryption_version"], body["min_encryption_version"])
        return 204, {}

    def _trim(self, body: dict[str, Any]) -> Answer:
        if body["min_available_version"] > self.lowest:
            return 400, {"errors": ["cannot set min available version higher than min decryption version"]}
        self.keys = {number: key for number, key in self.keys.items() if number >= body["min_available_version"]}
        return 204, {}


class _Handler(BaseHTTPRequestHandler):
    """Hands a request to the service it was made for."""

    service: TransitServer

    def do_GET(self) -> None:
        """Reading what is known of the key."""
        self._respond("GET")

    def do_POST(self) -> None:
        """Everything else."""
        self._respond("POST")

    def log_message(self, *_: object) -> None:
        """Nothing goes to the terminal."""

    def _respond(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"{}")
        status, told = self.service.answer(self.headers.get("X-Vault-Token"), method, self.path, body)
        content = b"" if status == 204 else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _raw(body: dict[str, Any], name: str) -> bytes:
    return base64.b64decode(body.get(name, ""))
