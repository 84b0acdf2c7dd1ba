"""The benchmarks by name; subject and baseline take turns, so that a busy machine hits both."""

from __future__ import annotations

import operator
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

ROUNDS = 60
"""Short ones: the speed of a shared machine changes within seconds."""
STEPS = 100_000


@dataclass(frozen=True)
class Measurement:
    """A value in the benchmark's unit, the baseline's if there is one, how often, and what `more` was seen.

    `ratio` is given where it was taken in turns, else it is value by baseline.
    """

    value: float
    baseline: float | None
    n: int
    more: Mapping[str, float] = field(default_factory=dict)
    ratio: float | None = None


@dataclass(frozen=True)
class Benchmark:
    """One named figure; `n` is how often or with how many rows it is taken by default."""

    name: str
    unit: str
    n: int
    measure: Callable[[int], Measurement]

    def line(self) -> dict[str, str | float | int | None]:
        """Measure, and answer the figures of one output line."""
        taken = self.measure(self.n)
        ratio = taken.ratio or (taken.value / taken.baseline if taken.baseline else None)
        return {
            "name": self.name,
            "value": round(taken.value, 4),
            "unit": self.unit,
            "baseline": round(taken.baseline, 4) if taken.baseline is not None else None,
            "ratio": round(ratio, 4) if ratio is not None else None,
            "n": taken.n,
            **{name: round(seen, 4) for name, seen in taken.more.items()},
        }


BENCHMARKS: dict[str, Benchmark] = {}


def benchmark(
    name: str, *, unit: str, n: int
) -> Callable[[Callable[[int], Measurement]], Callable[[int], Measurement]]:
    """Put the decorated function on the list; it is called with `n`. Raises ValueError for a name twice."""

    def register(measure: Callable[[int], Measurement]) -> Callable[[int], Measurement]:
        if name in BENCHMARKS:
            raise ValueError(f"two benchmarks are named {name}")
        BENCHMARKS[name] = Benchmark(name=name, unit=unit, n=n, measure=measure)
        return measure

    return register


def microseconds_each(
    subject: Callable[[], object], baseline: Callable[[], object] | None, *, n: int, rounds: int = ROUNDS
) -> Measurement:
    """The median over at most `rounds` of the mean time of a call in microseconds; `n` calls in all a side.

    The ratio is the median of those of the rounds: a machine slower for a while is so for both sides of one.
    """
    rounds = min(rounds, n)
    each = n // rounds
    subjects, baselines = [], []
    for call in (subject, baseline):
        if call is not None:
            call()
    for _round in range(rounds):
        subjects.append(_mean(subject, each))
        if baseline is not None:
            baselines.append(_mean(baseline, each))
    return Measurement(
        value=statistics.median(subjects),
        baseline=statistics.median(baselines) if baselines else None,
        n=each * rounds,
        ratio=statistics.median(map(operator.truediv, subjects, baselines)) if baselines else None,
    )


def pace() -> float:
    """Milliseconds a fixed piece of work takes here and now: how fast the machine is while a limit of time is held to.

    It goes with such a figure as `pace`. Where it doubles, the machine was at half its speed.
    """
    start, total = time.perf_counter(), 0
    for step in range(STEPS):
        total += step
    return (time.perf_counter() - start) * 1000


def _mean(call: Callable[[], object], times: int) -> float:
    start = time.perf_counter()
    for _turn in range(times):
        call()
    return (time.perf_counter() - start) / times * 1e6
