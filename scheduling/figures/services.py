"""Figures of a period put together, and handed out without what is too small to be handed out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app import clock
from app.data import audit
from app.data.audit import Action
from app.data.database import transaction
from app.policies import Actor, authorise, permits
from app.web.format import language_name
from scheduling.figures import queries, rules
from scheduling.figures.policies import FiguresPermission
from scheduling.figures.rules import Attendance, Figure, Interpreted, LeadTimes, Talk, Used
from scheduling.states import AppointmentState
from scheduling.world import ResourceKind

POOLS = {
    ResourceKind.ADVISOR: "Beratung",
    ResourceKind.INTERPRETER: "Sprachmittlung",
    ResourceKind.ROOM: "Räume",
}
MONTHS = ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sep.", "Okt.", "Nov.", "Dez.")


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the page of one period shows; `people` is empty for whoever may not see single colleagues."""

    first: date
    last: date
    whole: Attendance
    by_kind: tuple[tuple[str, Attendance], ...]
    by_month: tuple[tuple[str, Attendance], ...]
    booked: LeadTimes
    invited: LeadTimes
    pools: tuple[tuple[str, Used], ...]
    people: tuple[tuple[str, Used], ...]
    interpreted: tuple[Interpreted, ...]

    @property
    def attendance(self) -> tuple[tuple[str, Attendance], ...]:
        """The whole, then by kind, then by month."""
        return (("Gesamt", self.whole), *self.by_kind, *self.by_month)


def report(actor: Actor, *, first: date, last: date) -> Report:
    """The figures of these local days (both inclusive); raises NotPermitted."""
    authorise(actor, FiguresPermission.SEE)
    now, talks = clock.now(), queries.get_talks(actor, first, last)
    standing = [talk for talk in talks if talk.state is not AppointmentState.CANCELLED]
    kinds = sorted({talk.kind for talk in talks})
    used = queries.get_used(actor, first, last)
    advisors = used[ResourceKind.ADVISOR]
    names = queries.get_names(actor, advisors) if permits(actor, FiguresPermission.SEE_PEOPLE) else {}
    return Report(
        first=first,
        last=last,
        whole=rules.attendance(talks, now),
        by_kind=tuple((kind, rules.attendance((t for t in talks if t.kind == kind), now)) for kind in kinds),
        by_month=tuple((_month(key), rules.attendance(some, now)) for key, some in rules.by_month(talks).items()),
        booked=_booked(standing),
        invited=_invited(standing),
        pools=tuple((POOLS[kind], _together(list(each.values()))) for kind, each in used.items()),
        people=tuple(sorted((names[key], each) for key, each in advisors.items() if key in names)),
        interpreted=tuple(rules.interpreted([*talks, *queries.get_group_talks(actor, first, last)])),
    )


def export(actor: Actor, *, first: date, last: date) -> list[Figure]:
    """The same as lines to hand out: by group, never by person, small counts withheld; the trail keeps that."""
    authorise(actor, FiguresPermission.SEE)
    made = report(actor, first=first, last=last)
    with transaction():
        audit.record(
            Action.EXPORTED,
            organisation_id=actor.organisation_id,
            actor_id=actor.user_id,
            subject_kind="figures",
            facts={"first": first.isoformat(), "last": last.isoformat()},
        )
    return rules.withheld(_lines(made))


def _lines(made: Report) -> list[Figure]:
    """Every figure of a report with what stands behind it."""
    lines = [_rate("Nicht erschienen", "gesamt", made.whole)]
    lines += [_rate("Nicht erschienen nach Art", kind, each) for kind, each in made.by_kind]
    lines += [_rate("Nicht erschienen nach Monat", month, each) for month, each in made.by_month]
    for topic, times in (("Buchung bis Gespräch", made.booked), ("Einladung bis Gespräch", made.invited)):
        lines.append(Figure(f"{topic}, Mitte", "gesamt", times.median, "Tage", times.count))
        lines += [Figure(topic, label, float(count), "Gespräche", count) for label, count in times.spread]
    lines += [Figure("Auslastung", name, _percent(each.share), "Prozent", each.talks) for name, each in made.pools]
    for each in made.interpreted:
        name = language_name(each.language) if each.language else "nicht erfasst"
        lines.append(Figure("Gedolmetscht", name, each.hours, "Stunden", each.talks))
        lines.append(Figure("Umsonst bestellt", name, each.in_vain, "Stunden", each.talks))
    return lines


def _rate(topic: str, group: str, each: Attendance) -> Figure:
    return Figure(topic, group, _percent(each.rate), "Prozent", each.noted)


def _percent(part: float | None) -> float | None:
    return None if part is None else 100 * part


def _booked(talks: Sequence[Talk]) -> LeadTimes:
    return rules.lead_times(rules.days_to_talk(talk.booked_at, talk.starts_at) for talk in talks)


def _invited(talks: Sequence[Talk]) -> LeadTimes:
    return rules.lead_times(rules.days_to_talk(t.invited_at, t.starts_at) for t in talks if t.invited_at)


def _together(each: Sequence[Used]) -> Used:
    whole = Used()
    for one in each:
        whole = whole.plus(one)
    return whole


def _month(key: str) -> str:
    year, month = key.split("-")
    return f"{MONTHS[int(month) - 1]} {year}"
