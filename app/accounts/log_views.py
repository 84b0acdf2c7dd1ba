"""The log of one's own organisation, for its data-protection officer: a page of lines, filters, the chain."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import log, queries
from app.accounts.forms import LogFilterForm
from app.accounts.log import ACTIONS, Filters
from app.accounts.policies import AccountPermission
from app.data.audit import Action
from app.policies import Actor, authorise
from app.web.actors import current_actor
from app.web.pagination import page_number, page_urls

blueprint = Blueprint("log", __name__, url_prefix="/protokoll")


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The entries that fit the filters, the latest first."""
    actor = current_actor()
    authorise(actor, AccountPermission.READ_LOG)
    form = _form(actor)
    is_valid = form.validate()
    page = log.read(actor, filters=_filters(form) if is_valid else Filters(), number=page_number(request))
    status = 200 if is_valid else 422
    return render_template("log/index.html", form=form, page=page, url_of=page_urls(request)), status


@blueprint.post("/pruefen")
def check() -> ResponseReturnValue:
    """Walk the chain and say whether it holds."""
    count, breaks = log.check_chain(current_actor())
    if breaks:
        flash(f"Die Kette ist an {breaks} Stellen gebrochen. Bitte sofort die Technik und die Leitung rufen.", "danger")
    else:
        flash(f"Die Kette hält: alle {count} Einträge sind unverändert und vollständig.", "success")
    return redirect(url_for("log.index"), 303)


def _form(actor: Actor) -> LogFilterForm:
    form = LogFilterForm(request.args)
    people = [(str(user.id), profile.name) for user, profile in queries.staff(actor.organisation_id)]
    form.person.choices = [("", "alle"), *people]
    form.vorgang.choices = [("", "alle"), *((action.value, label) for action, label in ACTIONS.items())]
    form.person.data = form.person.data or ""
    form.vorgang.data = form.vorgang.data or ""
    return form


def _filters(form: LogFilterForm) -> Filters:
    return Filters(
        on=form.am.data,
        person_id=UUID(form.person.data) if form.person.data else None,
        action=Action(form.vorgang.data) if form.vorgang.data else None,
    )
