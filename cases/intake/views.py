"""The intake form: its blocks with their progress, and each block as a page that is saved by itself."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import VersionConflict
from app.web.actors import current_actor
from cases import services
from cases.intake import progress, subjects
from cases.intake.blocks import CHILD, FAMILY, Block
from cases.intake.forms import BlockForm
from cases.intake.progress import BlockProgress
from cases.intake.subjects import Difference, Subject

blueprint = Blueprint("intake", __name__, url_prefix="/faelle/<uuid:case_id>")
FAMILY_KEYS = ", ".join(FAMILY)
CHILD_KEYS = ", ".join(CHILD)


@blueprint.get("/erfassung")
def show(case_id: UUID) -> ResponseReturnValue:
    """Every block with how far it is filled."""
    actor = current_actor()
    case = services.read_case(actor, case_id=case_id, part="intake")
    blocks = progress.progress_of(actor, case)
    return render_template("cases/intake/show.html", case=case, groups=progress.grouped(blocks))


@blueprint.route(f"/erfassung/<any({FAMILY_KEYS}):block_key>", methods=["GET", "POST"])
def family(case_id: UUID, block_key: str) -> ResponseReturnValue:
    """One block about the family."""
    return _block_page(case_id, FAMILY[block_key], None)


@blueprint.route(f"/kinder/<uuid:child_id>/<any({CHILD_KEYS}):block_key>", methods=["GET", "POST"])
def child(case_id: UUID, child_id: UUID, block_key: str) -> ResponseReturnValue:
    """One block about a child."""
    return _block_page(case_id, CHILD[block_key], child_id)


def _block_page(case_id: UUID, block: Block, child_id: UUID | None) -> ResponseReturnValue:
    subject = subjects.open_subject(current_actor(), case_id=case_id, block=block, child_id=child_id)
    form = block.form()
    if not form.is_submitted():
        form.fill(subject.sheet, subject.version)
    elif form.change_rows(request.form.get("do", "")):
        return _page(subject, form)
    elif form.validate():
        try:
            subjects.save(current_actor(), subject, form)
        except VersionConflict:
            return _conflict(subject, form)
        flash(f"„{block.title}“ ist gespeichert.", "success")
        return redirect(_onward(subject), 303)
    return _page(subject, form), 422 if form.errors else 200


def _conflict(subject: Subject, form: BlockForm) -> ResponseReturnValue:
    """Show both versions: what is stored now, and what was typed, ready to be saved over it knowingly."""
    fresh = subjects.open_subject(
        current_actor(), case_id=subject.case.id, block=subject.block, child_id=subject.child_id
    )
    found = subjects.differences(form, form.changes(), fresh.sheet)
    form.mark(fresh.sheet, fresh.version)
    return _page(fresh, form, found), 409


def _page(subject: Subject, form: BlockForm, found: list[Difference] | None = None) -> str:
    blocks = progress.progress_of(current_actor(), subject.case)
    return render_template(
        "cases/intake/block.html",
        case=subject.case,
        subject=subject,
        form=form,
        conflict=found,
        groups=progress.grouped(blocks),
    )


def _onward(subject: Subject) -> str:
    """The next block of the same subject after "save and go on", else the list of all."""
    case_id = subject.case.id
    if request.form.get("do") != "next":
        return url_for("intake.show", case_id=case_id)
    keys = list(FAMILY if subject.child_id is None else CHILD)
    following: list[BlockProgress] = [
        entry
        for entry in progress.progress_of(current_actor(), subject.case)
        if entry.child_id == subject.child_id and entry.key in keys
    ]
    position = [entry.key for entry in following].index(subject.block.key) + 1
    if position == len(following):
        return url_for("intake.show", case_id=case_id)
    key = following[position].key
    if subject.child_id is None:
        return url_for("intake.family", case_id=case_id, block_key=key)
    return url_for("intake.child", case_id=case_id, child_id=subject.child_id, block_key=key)
