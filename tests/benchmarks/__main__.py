"""Runs the benchmarks, one JSON line each: `make bench`, or one of them with `make bench ONLY=name`."""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from pathlib import Path

from tests.benchmarks.registry import BENCHMARKS


def discover() -> None:
    """Import every module that is named bench_*.py beside this one; each puts its benchmarks on the list."""
    for file in sorted(Path(__file__).parent.glob("bench_*.py")):
        importlib.import_module(f"tests.benchmarks.{file.stem}")


def main(only: str) -> int:
    """Run all, or the one named `only`; 2 for an unknown name, 1 if a benchmark raised."""
    discover()
    if only and only not in BENCHMARKS:
        print(f"There is no benchmark {only}. There are: {', '.join(sorted(BENCHMARKS))}", file=sys.stderr)
        return 2
    failed = 0
    for name in [only] if only else sorted(BENCHMARKS):
        try:
            print(json.dumps(BENCHMARKS[name].line(), ensure_ascii=False), flush=True)
        except Exception:
            traceback.print_exc()
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main(os.environ.get("ONLY", "").strip()))
