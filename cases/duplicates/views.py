"""The page of likely duplicates, the decision about a pair, a merge, and taking one back."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.policies import authorise
from app.web.actors import current_actor
from cases.duplicates import forms, listing, sameness, services
from cases.duplicates.policies import DuplicatePermission
from cases.duplicates.services import TooLate, Unmergeable
from cases.queries import MergedAway
from cases.services import record_list_read, record_read

blueprint = Blueprint("duplicates", __name__)


@blueprint.route("/dubletten", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Likely duplicates of the house, what was set apart, and a way to compare two cases by hand."""
    actor, form = current_actor(), forms.CompareForm()
    authorise(actor, DuplicatePermission.LIST)
    if form.validate_on_submit():
        found = [listing.named(actor, field.data or "") for field in (form.kept, form.merged)]
        if None not in found:
            return redirect(url_for("duplicates.merge", kept_id=found[0], merged_id=found[1]), 303)
        for field, case_id in zip((form.kept, form.merged), found, strict=True):
            if case_id is None:
                field.errors = ["Zu diesem Aktenzeichen gibt es hier keinen Fall."]
    pairs, apart = listing.duplicate_pairs(actor), listing.remembered(actor)
    seen = [row.case_id for pair in pairs for row in (pair.first, pair.second)]
    page = render_template("cases/duplicates/index.html", pairs=pairs, apart=apart, form=form)
    record_list_read(actor, case_ids=[*seen, *(row.case_id for pair in apart for row in pair)])
    return page, 422 if form.errors else 200


@blueprint.post("/dubletten/<uuid:first_id>/<uuid:second_id>/nicht-dieselbe")
def set_apart(first_id: UUID, second_id: UUID) -> ResponseReturnValue:
    """Remember that these are two families."""
    authorise(current_actor(), DuplicatePermission.LIST)
    sameness.remember(current_actor(), case_id=first_id, other_ids=[second_id])
    flash("Gemerkt: Das sind zwei Familien. Das Paar wird nicht wieder vorgeschlagen.", "success")
    return redirect(url_for("duplicates.index"), 303)


@blueprint.post("/dubletten/<uuid:first_id>/<uuid:second_id>/doch-vergleichen")
def bring_back(first_id: UUID, second_id: UUID) -> ResponseReturnValue:
    """Propose a pair again."""
    authorise(current_actor(), DuplicatePermission.LIST)
    sameness.take_back(current_actor(), first_id=first_id, second_id=second_id)
    flash("Das Paar wird wieder vorgeschlagen, wenn genug dafür spricht.", "success")
    return redirect(url_for("duplicates.index"), 303)


@blueprint.route("/dubletten/<uuid:kept_id>/<uuid:merged_id>/zusammenfuehren", methods=["GET", "POST"])
def merge(kept_id: UUID, merged_id: UUID) -> ResponseReturnValue:
    """Decide field by field how one case goes into another."""
    actor, form, sentences = current_actor(), forms.MergeForm(), []
    sent = form.is_submitted() and form.validate()
    same = forms.same_of(request.form) if sent else None
    if sent and request.form.get("do") == "merge":
        try:
            services.merge(actor, kept_id=kept_id, merged_id=merged_id, same=same, chosen=forms.chosen_of(request.form))
            flash("Die Fälle sind zusammengeführt. 30 Tage lang lässt sich das zurücknehmen.", "success")
            return redirect(url_for("cases.show", case_id=kept_id), 303)
        except Unmergeable as error:
            sentences = error.sentences
    found = listing.compare(actor, kept_id=kept_id, merged_id=merged_id, same=same)
    page = render_template(
        "cases/duplicates/merge.html",
        form=form,
        found=found,
        chosen=forms.chosen_of(request.form),
        obstacles=list(dict.fromkeys([*sentences, *found.obstacles])),
    )
    for case in (found.kept, found.merged):
        record_read(actor, case, "merge")
    return page, 409 if sentences else 200


@blueprint.post("/zusammenfuehrungen/<uuid:merge_id>/zuruecknehmen")
def undo(merge_id: UUID) -> ResponseReturnValue:
    """Take a merge back."""
    try:
        done = services.undo(current_actor(), merge_id=merge_id)
    except TooLate:
        flash("Diese Zusammenführung lässt sich nicht mehr zurücknehmen: Die 30 Tage sind um.", "warning")
        return redirect(url_for("duplicates.index"), 303)
    flash(
        "Die Zusammenführung ist zurückgenommen. Was seither dazukam, ist in diesem Fall geblieben.",
        "success",
    )
    return redirect(url_for("cases.show", case_id=done.kept_id), 303)


@blueprint.app_errorhandler(MergedAway)
def lead_on(error: MergedAway) -> ResponseReturnValue:
    """From a case that went into another to the one where its people are now."""
    flash("Dieser Fall wurde mit einem anderen zusammengeführt. Sie sehen jetzt den gemeinsamen Fall.", "info")
    return redirect(url_for("cases.show", case_id=error.kept_id), 303)
