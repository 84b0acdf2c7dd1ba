"""A new case and a new child: nobody is made before the house was searched for them, whichever way the form came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.policies import Actor, Role
from app.web.actors import current_actor
from cases import queries
from cases import services as cases
from cases.duplicates import checking, crossing, sameness
from cases.duplicates.checking import Suspect, Typed
from cases.forms import NewCaseForm
from cases.intake import services as intake
from cases.intake.child_forms import PersonForm
from cases.intake.views import blueprint as intake_blueprint
from cases.models import Case
from cases.policies import CasePermission
from cases.search import services as searches
from cases.sheets import ChildSheet
from cases.views import advisors
from cases.views import blueprint as blueprint


@blueprint.route("/faelle/neu", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Open a case after a search, beside the likely same families; names travel in the body, never the address."""
    actor, searched = current_actor(), request.form.get("q", "").strip()
    if not searched:
        return redirect(url_for("search.show"))
    wish = request.form.get("do", "")
    form = NewCaseForm(formdata=None) if wish == "begin" else NewCaseForm()
    form.offer_advisors(advisors(actor), chosen=actor.user_id if actor.has(Role.ADVISOR) else None)
    if wish == "begin":
        form.begin_with(searched)
    elif not form.change_rows(wish):
        form.number_rows()
        if form.validate():
            return _checked(actor, form, searched)
    form.number_rows(keep_blank=not form.errors)
    rows = searches.search(actor, text=searched)
    page = render_template(
        "cases/new.html",
        form=form,
        searched=searched,
        matches=rows,
        suspects_found=[],
        declined=[],
        houses=[],
        basis="",
    )
    return page, 422 if form.errors else 200


@intake_blueprint.route("/kinder/neu", methods=["GET", "POST"])
def add_child(case_id: UUID) -> ResponseReturnValue:
    """Take another child of the family into the case, unless the house knows it already."""
    actor = current_actor()
    case = cases.read_case(actor, case_id=case_id, part="intake", permission=CasePermission.CHANGE)
    form = PersonForm()
    if not form.validate_on_submit():
        page = render_template(
            "cases/intake/new_child.html", case=case, form=form, suspects_found=[], declined=[], twice=False
        )
        return page, 422 if form.errors else 200
    child = ChildSheet(**form.changes())
    typed = _typed_child(actor, case, child)
    twice = bool(checking.known_children(actor, case, typed)) and not _is_confirmed("self")
    declined = _declined()
    apart = {case.id, *declined, *_set_apart(case)}
    suspects = checking.likely_families(actor, typed, apart_from=apart)
    if twice or _unseen(suspects):
        page = render_template(
            "cases/intake/new_child.html", case=case, form=form, suspects_found=suspects, declined=declined, twice=twice
        )
        return page, 409
    intake.add_child(actor, case_id=case_id, child=child)
    if declined:
        sameness.remember(actor, case_id=case_id, other_ids=declined)
    flash("Das Kind ist aufgenommen.", "success")
    return redirect(url_for("intake.show", case_id=case_id), 303)


def _checked(actor: Actor, form: NewCaseForm, searched: str) -> ResponseReturnValue:
    """Open the case, add the children to one that is the same family, or ask once more with those found beside."""
    typed, declined = _typed(form), _declined()
    for case_id in _ids("same"):
        return _joined(actor, form, typed, case_id)
    suspects = checking.likely_families(actor, typed, apart_from=declined)
    houses = crossing.other_houses(actor, people=typed.people_of_children())
    if _unseen(suspects) or (houses and not _is_confirmed("others")):
        page = render_template(
            "cases/new.html",
            form=form,
            searched=searched,
            matches=[],
            suspects_found=suspects,
            declined=declined,
            houses=houses,
            basis=crossing.basis(),
        )
        return page, 409
    case = cases.open_case(
        actor,
        family=form.family(),
        children=form.child_sheets(),
        guardians=form.guardian_sheets(),
        advisor_id=form.advisor_id(),
    )
    if declined:
        sameness.remember(actor, case_id=case.id, other_ids=declined)
    flash(f"Der Fall {case.reference} ist angelegt.", "success")
    return redirect(url_for("cases.show", case_id=case.id), 303)


def _joined(actor: Actor, form: NewCaseForm, typed: Typed, case_id: UUID) -> ResponseReturnValue:
    """The same family: the children its case does not know yet are added there."""
    case = queries.get_case(actor, case_id, CasePermission.CHANGE)
    known = checking.known_children(actor, case, typed)
    fresh = [sheet for position, sheet in enumerate(form.child_sheets()) if position not in known]
    for sheet in fresh:
        intake.add_child(actor, case_id=case_id, child=sheet)
    told = "Die Kinder, die dort fehlten, sind aufgenommen." if fresh else "Die Kinder stehen dort schon."
    flash(f"Das ist der Fall {case.reference}. {told} Bitte ergänzen Sie dort, was neu ist.", "success")
    return redirect(url_for("cases.show", case_id=case_id), 303)


def _unseen(suspects: Sequence[Suspect]) -> bool:
    """Whether somebody must look: unless "go on" was pressed beside every one of these cases."""
    seen = set(request.form.getlist("seen")) if _is_confirmed("others") else set()
    return any(str(suspect.case_id) not in seen for suspect in suspects)


def _is_confirmed(what: str) -> bool:
    return what in request.form.getlist("confirmed")


def _declined() -> list[UUID]:
    """The cases somebody said are not the same, in this form or in the one before."""
    return list(dict.fromkeys(_ids("declined")))


def _ids(name: str) -> Iterator[UUID]:
    """The ids of a field; what is none is passed over."""
    for text in request.form.getlist(name):
        with suppress(ValueError):
            yield UUID(text)


def _typed(form: NewCaseForm) -> Typed:
    children = [row.form for row in form.children.entries if not row.form.is_blank()]
    guardians = form.guardian_sheets()
    return Typed(
        form.family_name.data or "",
        tuple(
            (f"{row.given_names.data} {row.family_name.data or ''}".strip(), row.born.data or "") for row in children
        ),
        tuple(sheet.name for sheet in guardians),
        tuple(phone for phone in (form.phone.data, *(sheet.phone for sheet in guardians)) if phone),
    )


def _typed_child(actor: Actor, case: Case, child: ChildSheet) -> Typed:
    """The child alone: of its family the house would only find the case it is added to."""
    family = queries.summary_of(actor, case).family_name
    return Typed(family, ((f"{child.given_names} {child.family_name}".strip(), child.born),))


def _set_apart(case: Case) -> set[UUID]:
    house = sameness.house_of(case.organisation_id)
    pairs = [(row.first_id, row.second_id) for row in sameness.pairs_of(case.id)]
    apart = sameness.set_apart(case.organisation_id, house, pairs)
    return {one for pair in apart for one in pair} - {case.id}
