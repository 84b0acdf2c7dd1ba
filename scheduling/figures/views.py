"""The page of figures with its drawings and tables, and the same as CSV."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.policies import authorise
from app.web import spreadsheet
from app.web.actors import current_actor
from app.web.format import language_name
from scheduling.figures import services, words
from scheduling.figures.charts import Chart, bars
from scheduling.figures.forms import PeriodForm
from scheduling.figures.policies import FiguresPermission
from scheduling.figures.rules import span_of
from scheduling.figures.services import Report

blueprint = Blueprint("figures", __name__, url_prefix="/auswertung")
HEADER = ("Kennzahl", "Gruppe", "Wert", "Einheit", "Gespräche dahinter")


@blueprint.get("/termine")
def appointments() -> ResponseReturnValue:
    """Who came, how long families wait, what is used, what is interpreted."""
    actor, form = current_actor(), PeriodForm(request.args)
    authorise(actor, FiguresPermission.SEE)
    is_valid = form.validate()
    first, last = _asked(form if is_valid else None)
    if is_valid:
        form.von.data, form.bis.data = first, last
    made = services.report(actor, first=first, last=last)
    return render_template(
        "scheduling/figures/appointments.html",
        form=form,
        report=made,
        charts=_charts(made),
        periods=_periods(clock.today()),
        words=words,
        asked={"von": first.isoformat(), "bis": last.isoformat()},
    ), 200 if is_valid else 422


@blueprint.get("/termine.csv")
def export() -> ResponseReturnValue:
    """The same for a spreadsheet, without single people and without small counts."""
    actor, form = current_actor(), PeriodForm(request.args)
    authorise(actor, FiguresPermission.SEE)
    first, last = _asked(form if form.validate() else None)
    lines = services.export(actor, first=first, last=last)
    text = spreadsheet.written(HEADER, (words.cells(line) for line in lines))
    headers = {"Content-Disposition": f"attachment; filename=termine-{first.isoformat()}-{last.isoformat()}.csv"}
    return Response(text, content_type=spreadsheet.CONTENT_TYPE, headers=headers)


def _asked(form: PeriodForm | None) -> tuple[date, date]:
    first, last = (form.von.data, form.bis.data) if form is not None else (None, None)
    return span_of(first, last, clock.today())


def _charts(made: Report) -> dict[str, Chart]:
    months = [
        (label, each.rate, f"{words.percent(each.rate)} ({each.missed} von {each.noted})")
        for label, each in made.by_month
    ]
    return {
        "missed": bars(
            "nicht-erschienen", "Nicht erschienen nach Monat", [(a, b, c) for a, b, c in months if b is not None]
        ),
        "booked": bars(
            "vorlauf", "Von der Buchung bis zum Gespräch",
            [(label, float(count), str(count)) for label, count in made.booked.spread],
        ),
        "used": bars(
            "auslastung", "Auslastung",
            [(label, each.share or 0.0, words.percent(each.share)) for label, each in made.pools], most=1.0,
        ),
        "interpreted": bars(
            "gedolmetscht", "Gedolmetschte Stunden nach Sprache",
            [(_language(each.language), each.hours, words.number(each.hours)) for each in made.interpreted],
        ),
    }  # fmt: skip


def _language(code: str) -> str:
    return language_name(code) if code else "nicht erfasst"


def _periods(today: date) -> list[tuple[str, str, str]]:
    """Periods people ask for: a label and both days."""
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    year = today.replace(month=1, day=1)
    last_year = year.replace(year=year.year - 1)
    spans = (
        ("Dieser Monat", month, today),
        ("Voriger Monat", before, month - timedelta(days=1)),
        ("Dieses Quartal", quarter, today),
        ("Dieses Jahr", year, today),
        ("Voriges Jahr", last_year, year - timedelta(days=1)),
    )
    return [(label, first.isoformat(), last.isoformat()) for label, first, last in spans]
