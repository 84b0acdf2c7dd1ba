"""Our own errors as a sentence on the terminal instead of a trace."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.errors import EinstiegError

Command = Callable[..., Any]


def in_sentences(command: Command) -> Command:
    """Show our own errors as a sentence, exit code 1."""

    @wraps(command)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        try:
            return command(*arguments, **options)
        except EinstiegError as error:
            raise click.ClickException(_capitalised(str(error))) from None
        except (OperationalError, ProgrammingError) as error:
            reason = type(error.orig).__name__
            raise click.ClickException(
                f"Eine Datenbank antwortet nicht oder ist noch nicht angelegt ({reason}); 'flask doctor' zeigt, welche."
            ) from None

    return wrapped


def _capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
