"""Fields of the intake form that check what only a child's or a family's data can break."""

from __future__ import annotations

from wtforms.validators import Regexp

from app import clock
from app.web.fields import PartialDateField
from cases.partial_dates import PartialDate, birth_problem

is_email = Regexp(
    r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}$",
    message="Diese E-Mail-Adresse ist nicht vollständig. Sie sieht so aus: name@beispiel.de.",
)


class BirthDateField(PartialDateField):
    """A child's birth date: parts may be unknown, but it lies in the past and belongs to a child or youth."""

    def read(self, text: str) -> str:
        """Answer the ISO form of what is known; raises ValueError with what is wrong and what to do."""
        value = super().read(text)
        problem = birth_problem(PartialDate.parse(value), clock.today())
        if problem is not None:
            raise ValueError(problem)
        return value
