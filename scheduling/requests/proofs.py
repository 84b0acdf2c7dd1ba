"""Work for the browser before the open page takes a request: cheap for one family, dear for whoever wants a thousand.

Off unless a setting says how many bits. A browser without scripts shows that it can wait instead: the challenge
counts as answered once it is `WAIT` old. Each challenge is good for one request (a unique column) and for half an hour.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from app import clock
from config import Config

WAIT = timedelta(seconds=20)
LASTS = timedelta(minutes=30)


def bits() -> int:
    """How many leading zero bits are asked for; 0: nothing."""
    config: Config = current_app.extensions["config"]
    return config.proof_bits


def new_challenge() -> str:
    """A signed challenge that knows when it was made."""
    return _serializer().dumps([token_urlsafe(12), int(clock.now().timestamp())])


def is_answered(challenge: str, answer: str) -> bool:
    """Whether the browser computed the answer, or waited; always when nothing is asked for."""
    if bits() == 0:
        return True
    made = _made_at(challenge)
    if made is None:
        return False
    age = clock.now().timestamp() - made
    if not 0 <= age <= LASTS.total_seconds():
        return False
    return age >= WAIT.total_seconds() or solves(challenge, answer, bits())


def solves(challenge: str, answer: str, wanted: int) -> bool:
    """Whether SHA-256 over `challenge:answer` begins with that many zero bits."""
    digest = sha256(f"{challenge}:{answer}".encode()).digest()
    return len(answer) <= 20 and int.from_bytes(digest, "big") >> (256 - wanted) == 0


def mark_of(challenge: str) -> str | None:
    """What of a used challenge is kept, so that it is good once; None when nothing is asked for."""
    return sha256(challenge.encode()).hexdigest() if bits() else None


def is_running(challenge: str) -> bool:
    """Whether a challenge is still good, so that a page shown again keeps it and the wait with it."""
    made = _made_at(challenge)
    return made is not None and 0 <= clock.now().timestamp() - made <= LASTS.total_seconds()


def _made_at(challenge: str) -> int | None:
    try:
        _, made = _serializer().loads(challenge)
    except (BadData, ValueError, TypeError):
        return None
    return made if isinstance(made, int) else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="open-page-challenge")
