"""The benchmark runner speaks JSON lines and knows every benchmark by name."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.benchmarks.registry import Benchmark, Measurement, microseconds_each
from tests.house.source import ROOT


def _run(only: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.benchmarks"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "ONLY": only},
    )


def test_one_benchmark_answers_one_json_line() -> None:
    run = _run("seal_200_bytes")
    (line,) = [json.loads(text) for text in run.stdout.splitlines()]
    assert set(line) == {"name", "value", "unit", "baseline", "ratio", "n"}
    assert line["name"] == "seal_200_bytes"
    assert line["value"] > 0


def test_an_unknown_name_is_refused_and_the_known_ones_are_listed() -> None:
    run = _run("nothing")
    assert run.returncode == 2
    assert "seal_200_bytes" in run.stderr


def test_the_ratio_is_value_by_baseline_and_absent_without_one() -> None:
    def fixed(baseline: float | None) -> Benchmark:
        return Benchmark(name="x", unit="ms", n=1, measure=lambda n: Measurement(3.0, baseline, n))

    assert fixed(2.0).line()["ratio"] == 1.5
    assert fixed(None).line()["ratio"] is None


def test_subject_and_baseline_take_turns() -> None:
    order: list[str] = []
    microseconds_each(lambda: order.append("s"), lambda: order.append("b"), n=6, rounds=3)
    assert order[2:] == ["s", "s", "b", "b"] * 3
