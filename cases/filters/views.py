"""Keeping the present filter of the case list, and the page where kept filters are renamed, shared and removed."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import queries as people
from app.errors import Invalid
from app.policies import Actor, authorise
from app.web.actors import current_actor
from cases.filters import queries, services
from cases.filters.forms import FilterForm
from cases.filters.policies import FilterPermission
from cases.policies import CasePermission
from cases.requests import arguments_of, filters_of, url_of

blueprint = Blueprint("filters", __name__)


@blueprint.get("/faelle/filter")
def index() -> ResponseReturnValue:
    """The filters one may use."""
    return _page(current_actor())


@blueprint.post("/faelle/filter")
def keep() -> ResponseReturnValue:
    """Keep the filter the list stood under."""
    actor, form = current_actor(), FilterForm()
    filters = filters_of(request.form, actor)
    if form.validate():
        try:
            services.keep_filter(
                actor, name=form.name.data or "", settings=arguments_of(filters), is_shared=bool(form.shared.data)
            )
        except Invalid:
            flash(f"Mehr als {services.MOST} Filter kann niemand behalten. Löschen Sie zuerst einen.", "danger")
            return redirect(url_for("filters.index"), 303)
        flash("Der Filter ist gemerkt.", "success")
        return redirect(url_of(filters), 303)
    authorise(actor, CasePermission.LIST)
    return render_template("cases/filters/keep.html", form=form, arguments=arguments_of(filters)), 422


@blueprint.route("/faelle/filter/<uuid:filter_id>", methods=["GET", "POST"])
def change(filter_id: UUID) -> ResponseReturnValue:
    """Rename a filter, share it, or take it back."""
    actor = current_actor()
    queries.get_filter(actor, filter_id, FilterPermission.CHANGE)
    kept = next(one for one in queries.filters_for(actor) if one.filter_id == filter_id)
    form = FilterForm(data={"name": kept.name, "shared": kept.is_shared})
    if form.validate_on_submit():
        services.change_filter(actor, filter_id=filter_id, name=form.name.data or "", is_shared=bool(form.shared.data))
        flash("Der Filter ist geändert.", "success")
        return redirect(url_for("filters.index"), 303)
    return render_template("cases/filters/change.html", form=form, kept=kept), 422 if form.errors else 200


@blueprint.post("/faelle/filter/<uuid:filter_id>/loeschen")
def remove(filter_id: UUID) -> ResponseReturnValue:
    """Forget a filter."""
    services.remove_filter(current_actor(), filter_id=filter_id)
    flash("Der Filter ist gelöscht.", "success")
    return redirect(url_for("filters.index"), 303)


@blueprint.post("/faelle/filter/<uuid:filter_id>/anfang")
def begin_with(filter_id: UUID) -> ResponseReturnValue:
    """Begin the list with this filter."""
    services.begin_with(current_actor(), filter_id=filter_id)
    flash("Ihre Fall-Liste beginnt jetzt mit diesem Filter.", "success")
    return redirect(url_for("filters.index"), 303)


@blueprint.post("/faelle/filter/anfang")
def begin_plainly() -> ResponseReturnValue:
    """Begin the list without a filter."""
    services.begin_plainly(current_actor())
    flash("Ihre Fall-Liste beginnt wieder ohne gemerkten Filter.", "success")
    return redirect(url_for("filters.index"), 303)


def _page(actor: Actor) -> str:
    authorise(actor, CasePermission.LIST)
    kept = queries.filters_for(actor)
    return render_template(
        "cases/filters/index.html",
        kept=kept,
        urls={one.filter_id: url_of(filters_of(one.settings, actor)) for one in kept},
        owners=people.names([one.owner_id for one in kept]),
    )
