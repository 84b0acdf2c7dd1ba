"""What the pages of resources share: one form a page, one sentence after it, and what the change runs into."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.policies import permits
from app.web.actors import current_actor
from app.web.forms import EinstiegForm
from scheduling.conflicts.counting import recount
from scheduling.policies import SchedulingPermission
from scheduling.resources.queries import Pool
from scheduling.world import ResourceKind

KINDS = {ResourceKind.ADVISOR: "Beratung", ResourceKind.INTERPRETER: "Sprachmittlung", ResourceKind.ROOM: "Raum"}


def resource_choices(pool: Pool) -> list[tuple[str, str]]:
    """Everybody and everything with hours, for a select field."""
    return [(f"{each.kind}:{each.id}", f"{KINDS[each.kind]}: {each.name}") for each in pool.bookable]


def form_page(title: str, form: EinstiegForm, template: str = "form", **more: object) -> ResponseReturnValue:
    """The page of one form; in error with all that was typed."""
    status = 422 if form.errors or form.form_errors else 200
    return render_template(f"scheduling/resources/{template}.html", title=title, form=form, **more), status


def done(sentence: str, endpoint: str = "resources.index") -> ResponseReturnValue:
    """Back to the list; when appointments no longer fit, with the way to them."""
    flash(sentence, "success")
    warn_of_conflicts()
    return redirect(url_for(endpoint), 303)


def warn_of_conflicts() -> int:
    """Say how many appointments do not fit any more, with a link for whoever settles them; answers how many."""
    actor = current_actor()
    count = recount(actor.organisation_id)
    if count:
        told = "1 Termin passt nicht mehr." if count == 1 else f"{count} Termine passen nicht mehr."
        if permits(actor, SchedulingPermission.SEE_DAY):
            told = Markup('{} <a href="{}">Konflikte ansehen</a>').format(told, url_for("conflicts.index"))
        flash(told, "warning")
    return count
