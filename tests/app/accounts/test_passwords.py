"""What a password's hash costs whoever tries many; the tests themselves make cheaper ones."""

from __future__ import annotations

import subprocess
import sys

from argon2 import extract_parameters

from tests.house.source import ROOT


def test_a_hash_costs_what_owasp_asks_at_least() -> None:
    made = subprocess.run(
        [sys.executable, "-c", "from app.accounts.passwords import hash_password; print(hash_password('Dreizehn'))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    cost = extract_parameters(made.stdout.strip())
    assert cost.memory_cost >= 19_456
    assert cost.time_cost >= 2
