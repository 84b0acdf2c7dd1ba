"""Known answers: published cases for AES-GCM and HKDF, and the project's own format frozen byte by byte.

`vectors/sealed_format.json` was written once, with every nonce fixed: what lies in stores today must open for ever,
and what is sealed today must look the same.
"""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import insert

from app.data import cipher, files, records
from app.data.database import transaction
from app.data.keyring import ScopeKey
from app.data.organisation_keys import kek_context, key_context
from app.data.records import Scope, SealedRecord
from app.errors import Tampered
from cases.sheets import CaseSummary, ChildLine
from tests.plugins.application import World

FOLDER = Path(__file__).parent / "vectors"
HEADER, NONCE = 4, 12

Case = dict[str, Any]


def _load(name: str) -> Case:
    loaded: Case = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


FROZEN = _load("sealed_format.json")
AES_GCM = _load("wycheproof_aes_gcm_subset.json")["tests"]
HKDF_SHA256 = _load("wycheproof_hkdf_sha256_subset.json")["tests"]


class Dice:
    """Stands in for the random source, so that each nonce is the one that was frozen."""

    def __init__(self, *values: str) -> None:
        self._values = [bytes.fromhex(value) for value in values]

    def token_bytes(self, size: int) -> bytes:
        """The next frozen value."""
        value = self._values.pop(0)
        assert len(value) == size
        return value


def _raw(case: Case, *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


def _spelled(*parts: bytes) -> bytes:
    """Context as the documents describe it, written here a second time."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


@pytest.mark.parametrize("case", AES_GCM, ids=lambda case: f"{case['tcId']} {case['comment']}".strip())
def test_aes_gcm_answers_as_published(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own sealing adds its header to the associated data, so the bare cipher beneath it is asked."""
    key, nonce, aad, message, ciphertext, tag = _raw(case, "key", "iv", "aad", "msg", "ct", "tag")
    monkeypatch.setattr(cipher, "secrets", Dice(case["iv"]))
    opener = cipher.Opener(key)
    assert isinstance(opener._gcm, AESGCM)
    if case["result"] == "valid":
        assert opener._gcm.encrypt(nonce, message, aad) == ciphertext + tag
        assert opener._gcm.decrypt(nonce, ciphertext + tag, aad) == message
        sealed = cipher.seal(key, message, aad)
        assert sealed[HEADER : HEADER + NONCE] == nonce
        assert sealed[HEADER + NONCE : -16] == ciphertext, "the key stream is that of the published case"
        return
    with pytest.raises(InvalidTag):
        opener._gcm.decrypt(nonce, ciphertext + tag, aad)
    # What is invalid there is invalid here: only the tag differs from one we make ourselves.
    sealed = cipher.seal(key, message, aad)
    assert sealed[HEADER + NONCE : -16] == ciphertext
    flipped = bytes(mine ^ theirs ^ good for mine, theirs, good in zip(sealed[-16:], tag, _good_tag(case), strict=True))
    with pytest.raises(Tampered):
        opener.unseal(sealed[:-16] + flipped, aad)


def _good_tag(case: Case) -> bytes:
    key, nonce, aad, message = _raw(case, "key", "iv", "aad", "msg")
    return AESGCM(key).encrypt(nonce, message, aad)[-16:]


@pytest.mark.parametrize("case", HKDF_SHA256, ids=lambda case: str(case["tcId"]))
def test_hkdf_answers_as_published(case: Case) -> None:
    secret, salt, info, key = _raw(case, "ikm", "salt", "info", "okm")
    whole = HKDF(algorithm=SHA256(), length=case["size"], salt=salt or None, info=info).derive(secret)
    assert whole == key
    # `derive` is the first block of the expansion, so it must agree with what extraction and expansion make.
    extracted = cipher.hmac.digest(salt or bytes(32), secret, "sha256")
    first = cipher.hmac.digest(extracted, info + b"\x01", "sha256")
    assert first[: min(32, case["size"])] == key[:32]
    purpose = case["tcId"]
    ours = HKDF(algorithm=SHA256(), length=32, salt=salt or None, info=str(purpose).encode()).derive(secret)
    assert cipher.derive(extracted, str(purpose)) == ours
    if salt:
        assert cipher.derive_from_secret(secret, str(purpose), salt) == ours


def test_small_parts_are_frozen() -> None:
    parts = FROZEN["parts"]
    key = bytes.fromhex(parts["key"])
    assert {purpose: cipher.derive(key, purpose).hex() for purpose in parts["derive"]} == parts["derive"]
    assert cipher.commitment(key).hex() == parts["commitment"]
    assert {value: cipher.token(key, value).hex() for value in parts["token"]} == parts["token"]
    assert cipher.derive_from_secret(b"secret", "passphrase", b"salt").hex() == parts["derive_from_secret"]
    assert cipher.bind("sealed_record", b"\x01\x02", 7, "", "Ж").hex() == parts["bind"]
    lengths = {str(length): len(cipher.pad(b"x" * int(length))) for length in parts["pad"]}
    assert lengths == parts["pad"]


def test_a_sealed_value_opens_and_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    case = FROZEN["value"]
    key, nonce, context, sealed = _raw(case, "key", "nonce", "context", "sealed")
    plaintext = case["plaintext"].encode()
    assert cipher.unseal(key, sealed, context) == plaintext
    assert cipher.generation_of(sealed) == case["generation"]
    monkeypatch.setattr(cipher, "secrets", Dice(case["nonce"]))
    assert cipher.seal(key, plaintext, context, generation=case["generation"]) == sealed
    head = bytes((1, 1)) + case["generation"].to_bytes(2, "big")
    assert AESGCM(key).encrypt(nonce, plaintext, head + context) == sealed[len(head) + len(nonce) :]


def test_a_sealed_record_opens_and_is_made_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = FROZEN["record"]
    owner, case_id, record_id = (UUID(case[name]) for name in ("organisation_id", "case_id", "record_id"))
    secret, body = _raw(case, "case_key", "body")
    child = ChildLine(child_id=str(record_id), name="Дарина", born="2014-03")
    sheet = CaseSummary(family_name="Ковальчук", latin="Kovalchuk", children=[child], language="uk", district=3)
    assert sheet.to_bytes() == case["plaintext"].encode()
    document_key = cipher.derive(secret, "doc")
    by_hand = _spelled(owner.bytes, b"sealed_record", b"case.summary", record_id.bytes, case_id.bytes, b"4", b"1")
    plaintext = AESGCM(document_key).decrypt(body[4:16], body[16:], body[:4] + by_hand)
    assert plaintext == case["plaintext"].encode()
    key = ScopeKey(case_id, case["generation"], secret)
    monkeypatch.setattr(cipher, "secrets", Dice(case["nonce"]))
    values = records._sealed_values(sheet, record_id, Scope(owner, case_id), key, version=4)
    assert values["body"] == body


def test_wraps_open_and_are_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, context in (
        ("organisation_key", _context_of_kek(FROZEN["organisation_key"])),
        ("case_key", _context_of_key(FROZEN["case_key"])),
    ):
        case = FROZEN[name]
        outer, secret, wrapped = _raw(case, "outer_key", "secret", "wrapped")
        assert cipher.unseal(outer, wrapped, context) == secret
        assert cipher.commitment(secret).hex() == case["commitment"]
        monkeypatch.setattr(cipher, "secrets", Dice(case["nonce"]))
        assert cipher.seal(outer, secret, context, generation=case["generation_byte"]) == wrapped


def _context_of_kek(case: Case) -> bytes:
    owner = UUID(case["organisation_id"])
    assert kek_context(owner, case["version"]) == _spelled(b"kek", owner.bytes, str(case["version"]).encode())
    return kek_context(owner, case["version"])


def _context_of_key(case: Case) -> bytes:
    scope, holder = UUID(case["scope_id"]), UUID(case["organisation_id"])
    parts = (str(case["generation"]).encode(), holder.bytes, str(case["kek_version"]).encode())
    context = key_context(scope, case["generation"], holder, case["kek_version"])
    assert context == _spelled(b"dek", scope.bytes, *parts)
    return context


def test_a_sealed_file_opens_and_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = FROZEN["file"]
    file_id, scope = UUID(case["file_id"]), Scope(UUID(case["organisation_id"]), UUID(case["case_id"]))
    key = ScopeKey(scope.key_id, case["generation"], bytes.fromhex(case["case_key"]))

    class Ring:
        """Holds the one frozen key."""

        def open_keys(self, _scopes: object, _reader: object) -> dict[UUID, dict[int, ScopeKey]]:
            """The frozen key by its scope and generation."""
            return {scope.key_id: {key.generation: key}}

        def open_key(self, _scope: object, _reader: object) -> ScopeKey:
            """The frozen key."""
            return key

    monkeypatch.setattr(files, "keyring", Ring)
    content = case["content"].encode()
    (tmp_path / file_id.hex).write_bytes(bytes.fromhex(case["sealed"]))
    assert b"".join(files.read(tmp_path, file_id, scope=scope, reader=scope.organisation_id)) == content
    monkeypatch.setattr(cipher, "secrets", Dice(*case["nonces"]))
    monkeypatch.setattr(files, "CHUNK", case["chunk"])
    files.write(tmp_path, file_id, BytesIO(content), scope=scope)
    assert (tmp_path / file_id.hex).read_bytes().hex() == case["sealed"]


def test_a_frozen_row_opens_through_the_tables(world: World) -> None:
    """A record as it lay in both stores: root key, organisation key, wrap and row, from the frozen bytes alone."""
    case, wrap = FROZEN["record"], FROZEN["case_key"]
    assert wrap["secret"] == case["case_key"]
    ring = records.keyring()
    scope = Scope(world.ki.id, UUID(case["case_id"]))
    key = ScopeKey(scope.key_id, case["generation"], bytes.fromhex(case["case_key"]))
    ring._store([key], [world.ki.id], expires_at=None)
    record_id = UUID(case["record_id"])
    sheet = CaseSummary.from_bytes(case["plaintext"].encode())
    values = records._sealed_values(sheet, record_id, scope, key, version=4)
    with transaction() as current:
        columns = {"organisation_id": world.ki.id, "case_id": scope.case_id, "kind": CaseSummary.KIND}
        current.execute(insert(SealedRecord), [{**columns, "record_id": record_id, **values}])
    stored = records.get(CaseSummary, record_id, reader=world.ki.id)
    assert (stored.version, stored.sheet.family_name) == (4, "Ковальчук")
