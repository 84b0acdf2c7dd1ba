"""Figures as German readers expect them: comma, per cent, and what is missing or withheld as a word."""

from __future__ import annotations

from babel.numbers import format_decimal, format_percent

from scheduling.figures.rules import SMALLEST, Figure, Used

NOTHING = "–"


def number(value: float | None) -> str:
    """A number with at most one decimal place."""
    return NOTHING if value is None else str(format_decimal(value, format="#,##0.#", locale="de"))


def percent(part: float | None) -> str:
    """A part of a whole as per cent with at most one decimal place."""
    return NOTHING if part is None else str(format_percent(part, format="#,##0.#\N{NO-BREAK SPACE}%", locale="de"))


def hours(seconds: int) -> str:
    """Seconds as hours with at most one decimal place."""
    return number(seconds / 3600)


def used(each: Used) -> str:
    """How much of the open time is taken, with both behind it."""
    return f"{percent(each.share)} ({hours(each.taken)} von {hours(each.open)} Std.)"


def cells(figure: Figure) -> tuple[str, str, str, str, str]:
    """One line of the export; a small count is told as small, and its value not at all."""
    if figure.is_withheld:
        basis = f"weniger als {SMALLEST}" if figure.basis < SMALLEST else "zurückgehalten"
        return figure.topic, figure.group, "", figure.unit, basis
    return (
        figure.topic,
        figure.group,
        "" if figure.value is None else number(figure.value),
        figure.unit,
        str(figure.basis),
    )
