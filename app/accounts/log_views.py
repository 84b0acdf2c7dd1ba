"""The log of one's own organisation, for its data-protection officer: lines, filters, what stands out, the chain."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import log, log_csv, log_patterns, queries, trail_words
from app.accounts.forms import LogFilterForm
from app.accounts.log import ACTIONS, Filters
from app.accounts.policies import AccountPermission
from app.data import audit_checks, checkpoints
from app.data.audit import Action
from app.data.audit_checks import AuditCheck
from app.policies import Actor, authorise
from app.web.actors import current_actor
from app.web.format import instant_local
from app.web.pagination import page_number, page_urls
from config import Config

blueprint = Blueprint("log", __name__, url_prefix="/protokoll")


@dataclass(frozen=True, slots=True)
class Standing:
    """How the trail stands: the last check in sentences, the last checkpoint, and each place with its state."""

    check: AuditCheck | None
    holds: bool
    verdict: str
    findings: list[str]
    limits: list[str]
    is_waiting: bool
    checkpoint: str
    places: list[tuple[str, str, str, str]]


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The entries that fit the filters, the latest first, below how the trail stands and what is unusual."""
    actor = current_actor()
    authorise(actor, AccountPermission.READ_LOG)
    form = _form(actor)
    is_valid = form.validate()
    page = log.read(actor, filters=_filters(form) if is_valid else Filters(), number=page_number(request))
    return render_template(
        "log/index.html",
        form=form,
        page=page,
        url_of=page_urls(request),
        standing=_standing(),
        patterns=log_patterns.unusual(actor),
        days=log_patterns.DAYS,
        asked={name: request.args.getlist(name) for name in form.data if name in request.args},
    ), 200 if is_valid else 422


@blueprint.get("/export.csv")
def export() -> ResponseReturnValue:
    """The same lines for a spreadsheet."""
    actor = current_actor()
    authorise(actor, AccountPermission.READ_LOG)
    form = _form(actor)
    if not form.validate():
        return redirect(url_for("log.index"), 303)
    text = log_csv.written(log.export(actor, filters=_filters(form)))
    headers = {"Content-Disposition": "attachment; filename=protokoll.csv"}
    return Response(text, content_type="text/csv; charset=utf-8", headers=headers)


@blueprint.post("/pruefen")
def check() -> ResponseReturnValue:
    """Have the trail checked and say what was found, or that the worker is at it."""
    done = log.check_chain(current_actor())
    if done.done_at is None:
        flash("Die Prüfung läuft im Hintergrund; das Ergebnis steht gleich auf dieser Seite.", "info")
    else:
        found = audit_checks.findings_of(done)
        ending = "" if found.holds else " Bitte sofort die Technik und die Leitung rufen."
        flash(trail_words.verdict(found) + ending, "success" if found.holds else "danger")
    return redirect(url_for("log.index"), 303)


def _standing() -> Standing:
    config: Config = current_app.extensions["config"]
    last = audit_checks.latest()
    found = audit_checks.findings_of(last) if last else None
    return Standing(
        check=last,
        holds=found.holds if found else True,
        verdict=trail_words.verdict(found) if found else "",
        findings=[trail_words.sentence(one) for one in found.breaks] if found else [],
        limits=[line for line in (trail_words.checked_against(found), *trail_words.limits(found)) if line]
        if found
        else [],
        is_waiting=audit_checks.is_waiting(),
        checkpoint=trail_words.checkpoint_line(checkpoints.last_checkpoint()),
        places=_places(config),
    )


def _places(config: Config) -> list[tuple[str, str, str, str]]:
    """Each place: what it is, how it stands, the tone of that, and since when or how often."""
    latest = checkpoints.last_checkpoint()
    told = []
    for place, row in checkpoints.standing(config):
        if row is not None and row.failures:
            told.append((place.label, "nicht angekommen", "danger", f"{row.failures} Versuche, der nächste folgt"))
        elif row is None or row.delivered_at is None or (latest and row.size < latest.size):
            told.append((place.label, "wartet", "warning", ""))
        else:
            told.append((place.label, "angekommen", "success", instant_local(row.delivered_at)))
    return told


def _form(actor: Actor) -> LogFilterForm:
    form = LogFilterForm(request.args)
    people = [(str(user.id), profile.name) for user, profile in queries.staff(actor.organisation_id)]
    form.person.choices = [("", "alle"), *people]
    form.stelle.choices = [("", "alle"), *((str(house.id), house.short_name) for house in queries.organisations())]
    form.vorgang.choices = [("", "alle"), *((action.value, label) for action, label in ACTIONS.items())]
    for field in (form.person, form.stelle, form.vorgang):
        field.data = field.data or ""
    return form


def _filters(form: LogFilterForm) -> Filters:
    return Filters(
        begin=form.von.data,
        end=form.bis.data,
        person_id=UUID(form.person.data) if form.person.data else None,
        action=Action(form.vorgang.data) if form.vorgang.data else None,
        organisation_id=UUID(form.stelle.data) if form.stelle.data else None,
        case=(form.fall.data or "").strip().lower(),
    )
