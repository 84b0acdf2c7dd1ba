"""The pages of weekly hours: entering several at once, changing one from a day on, ending one."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.web.actors import current_actor
from scheduling.hours import SchoolHolidays
from scheduling.models import Availability
from scheduling.resources import services
from scheduling.resources.forms import WEEKDAYS, EndForm, HoursForm, RuleForm
from scheduling.resources.pages import done, resource_choices
from scheduling.resources.queries import get_pool, get_rule
from scheduling.resources.week import clock_of
from scheduling.warnings import runs_out
from scheduling.world import ResourceKind
from scheduling.worlds import wall_time

blueprint = Blueprint("hours", __name__, url_prefix="/sprechzeiten/zeiten")
KEPT = "Vereinbarte Termine bleiben."


@blueprint.route("/neu", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    """Weekly lines of hours."""
    actor = current_actor()
    pool = get_pool(actor)
    form = HoursForm(data={"valid_from": clock.today()})
    form.resource.choices = resource_choices(pool)
    if not form.validate_on_submit():
        status = 422 if form.errors else 200
        return render_template("scheduling/resources/hours.html", form=form, runs_out=runs_out(clock.today())), status
    kind, _, resource_id = form.resource.data.partition(":")
    blocks = [(form.opens.data, form.closes.data)]
    if form.opens_again.data is not None:
        blocks.append((form.opens_again.data, form.closes_again.data))
    for opens, closes in blocks:
        services.add_hours(
            actor,
            kind=ResourceKind(kind),
            resource_id=UUID(resource_id),
            weekdays=form.weekdays.data or [],
            opens=opens,
            closes=closes,
            valid_from=form.valid_from.data,
            valid_until=form.valid_until.data,
            school_holidays=SchoolHolidays(form.school_holidays.data),
        )
    return done("Die Zeiten sind eingetragen.")


@blueprint.route("/<uuid:rule_id>", methods=["GET", "POST"])
def change(rule_id: UUID) -> ResponseReturnValue:
    """One weekly line, changed from the beginning or from a later day on."""
    actor = current_actor()
    rule = get_rule(actor, rule_id)
    form = RuleForm(
        data={
            "opens": wall_time(rule.starts_minute),
            "closes": wall_time(rule.ends_minute),
            "over_midnight": rule.ends_minute > 24 * 60,
            "valid_from": rule.valid_from,
            "valid_until": rule.valid_until,
            "school_holidays": rule.school_holidays.value,
        }
    )
    if not form.validate_on_submit():
        return _rule_page(rule, form, EndForm(formdata=None, data={"last_day": clock.today()}))
    services.change_hours(
        actor,
        rule_id=rule_id,
        opens=form.opens.data,
        closes=form.closes.data,
        valid_from=form.valid_from.data,
        valid_until=form.valid_until.data,
        school_holidays=SchoolHolidays(form.school_holidays.data),
    )
    return done(f"Die Zeit ist geändert. {KEPT}")


@blueprint.post("/<uuid:rule_id>/beenden")
def end(rule_id: UUID) -> ResponseReturnValue:
    """Let a line hold for the last time on a day."""
    actor = current_actor()
    rule, form = get_rule(actor, rule_id), EndForm()
    if form.validate_on_submit() and form.last_day.data < rule.valid_from:
        form.last_day.errors = ["Dieser Tag liegt vor dem Beginn. Entfernen Sie die Zeile stattdessen."]
    if form.errors:
        return _rule_page(rule, RuleForm(formdata=None), form)
    services.end_hours(actor, rule_id=rule_id, last_day=form.last_day.data)
    return done(f"Die Zeit endet am {form.last_day.data:%d.%m.%Y}. {KEPT}")


@blueprint.post("/<uuid:rule_id>/entfernen")
def remove(rule_id: UUID) -> ResponseReturnValue:
    """Drop a line of hours."""
    services.remove_hours(current_actor(), rule_id=rule_id)
    return done(f"Die Zeit ist entfernt. {KEPT}")


def _rule_page(rule: Availability, form: RuleForm, end_form: EndForm) -> ResponseReturnValue:
    title = f"{WEEKDAYS[rule.weekday]}, {clock_of(rule.starts_minute)}–{clock_of(rule.ends_minute)}"
    status = 422 if form.errors or end_form.errors else 200
    return render_template(
        "scheduling/resources/rule.html", title=title, rule=rule, form=form, end_form=end_form
    ), status
