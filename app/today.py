"""What somebody has to know today, by role, as data: figures at the top, then boxes of lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from flask import url_for

from app import clock
from app.accounts.policies import AccountPermission
from app.data import audit
from app.data.database import transaction
from app.policies import Actor, OrganisationKind, Role, permits
from app.web.format import clock_time, day, days, isolated, language_name
from cases import listing, queries
from cases.emergency import queries as emergencies
from cases.emergency.kinds import Verdict
from cases.handover import queries as handovers
from cases.handover.rules import Need
from cases.handover.states import HandoverState
from cases.listing import Filters, Order, Whose
from cases.placement import distribution
from cases.tasks.queries import count_overdue, open_tasks
from scheduling.day import queries as day_queries

SHOWN = 8
ANSWERED_SINCE = timedelta(days=14)
LEFT_TO_RIGHT = "\u200e"
"""Before a line that begins with a time or number: else a name in Arabic letters would turn it round."""
TONES = {HandoverState.DECLINED: "danger", HandoverState.RETURNED: "warning", HandoverState.ACCEPTED: "success"}


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One line of a box; `badge` ends it."""

    title: str
    url: str | None
    sub: str = ""
    badge: str = ""
    tone: str = "neutral"
    case_id: UUID | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Box:
    """A box of lines; `empty` says so when there is none."""

    title: str
    empty: str
    lines: list[Line] = field(default_factory=list)
    more_url: str | None = None
    more_label: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that says how things stand."""

    number: str
    label: str
    url: str | None = None
    is_urgent: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Today:
    """The whole page."""

    figures: list[list[Figure]]
    boxes: list[Box]


def of(actor: Actor) -> Today:
    """What this person's roles ask for; what was shown of cases is kept in the audit trail."""
    boxes = [make(actor) for applies, make in BOXES if applies(actor)]
    shown = sorted({str(line.case_id) for box in boxes for line in box.lines if line.case_id})
    figures = _figures(actor) if _leads(actor) else []
    if shown:
        with transaction():
            audit.record(
                audit.Action.READ,
                organisation_id=actor.organisation_id,
                actor_id=actor.user_id,
                subject_kind="today",
                facts={"cases": shown},
            )
    return Today(figures, boxes)


def _counsels(actor: Actor) -> bool:
    return actor.has(Role.ADVISOR)


def _leads(actor: Actor) -> bool:
    return actor.organisation_kind is OrganisationKind.KI and actor.has(Role.LEAD)


def _meets(actor: Actor) -> bool:
    return actor.organisation_kind is OrganisationKind.KI and actor.has(Role.RECEPTION, Role.ADVISOR, Role.LEAD)


def _manages(actor: Actor) -> bool:
    return actor.has(Role.KIM_CASE_MANAGER, Role.KIM_LEAD)


def _works_with_cases(actor: Actor) -> bool:
    return _meets(actor) or _manages(actor)


def _asks_kim(actor: Actor) -> bool:
    return actor.has(Role.ADVISOR, Role.LEAD)


def _talks(actor: Actor) -> Box:
    own = day_queries.is_own_day(actor, None)
    today = clock.today()
    lines = [
        Line(
            title=f"{LEFT_TO_RIGHT}{clock_time(one.appointment.starts_at)} {isolated(one.family_name)}",
            url=url_for("cases.show", case_id=one.appointment.case_id),
            sub=_talk_sub(one, own),
            badge=one.appointment.state.label,
            tone=one.tone,
            case_id=one.appointment.case_id,
        )
        for one in day_queries.lines_between(actor, today, today, own=own)
    ]
    title = "Meine Termine heute" if own else "Wer heute kommt"
    return Box(title, "Heute ist kein Termin.", lines, url_for("scheduling.day"), "Zum Tag")


def _talk_sub(one: day_queries.DayLine, own: bool) -> str:
    room = one.appointment.room.name if one.appointment.room else ""
    language = language_name(one.language) if one.language else ""
    parts = (one.appointment.kind.label, language, one.interpreter or "", room, "" if own else one.advisor)
    return " · ".join(part for part in parts if part)


def _tasks(actor: Actor) -> Box:
    """Own tasks that are due; whoever has no cases of their own sees those of the house."""
    today = clock.today()
    team = not _counsels(actor) and not _manages(actor)
    due = open_tasks(actor, team=team, today=today, until=today + timedelta(days=1), at_most=SHOWN)
    lines = [
        Line(
            title=one.title,
            url=url_for("tasks.show", case_id=one.task.case_id),
            sub=LEFT_TO_RIGHT
            + " · ".join(isolated(part) for part in (one.family_name, one.child_name, one.reference) if part),
            badge=one.urgency.label,
            tone=one.urgency.tone,
            case_id=one.task.case_id,
        )
        for one in due
    ]
    return Box("Fällige Aufgaben", "Nichts ist fällig.", lines, url_for("tasks.index"), "Alle Aufgaben")


def _waiting(actor: Actor) -> Box:
    whose = Whose.OWN if _counsels(actor) else Whose.ALL
    page = listing.case_list(actor, Filters(whose=whose, order=Order.WAITING), number=1)
    lines = [
        Line(
            title=f"{isolated(row.family_name)}: {', '.join(isolated(child.name) for child in row.children)}",
            url=url_for("cases.show", case_id=row.case_id),
            sub=f"{row.reference} · {row.state.label}",
            badge=f"{days(row.days or 0)} ohne Platz",
            tone="warning",
            case_id=row.case_id,
        )
        for row in page.items
        if row.days
    ]
    return Box(
        "Am längsten ohne Schulplatz", "Kein Kind wartet.", lines[:5], url_for("distribution.index"), "Verteilliste"
    )


def _answers(actor: Actor) -> Box:
    found = handovers.answers_to(actor, since=clock.today() - ANSWERED_SINCE)
    names = queries.summaries(actor, [case.id for _, case in found])
    lines = [
        Line(
            title=names[case.id].family_name,
            url=url_for("handover.show", case_id=case.id),
            sub=f"{handover.desk.name if handover.desk else 'KIM'} · {day(handover.answered_at)}",
            badge=handover.state.label,
            tone=TONES.get(handover.state, "neutral"),
            case_id=case.id,
        )
        for handover, case in found
        if case.id in names
    ]
    return Box("Antworten auf Übergaben", "Keine neuen Antworten.", lines[:SHOWN])


def _offers(actor: Actor) -> Box:
    lines = [
        Line(
            title=", ".join(Need(need).label for need in offer.preview.needs),
            url=url_for("offers.show", handover_id=offer.handover.id),
            sub=f"{_children(offer.preview.children)} · Sprache {language_name(offer.preview.language)}",
            badge=f"angeboten am {day(offer.handover.offered_at)}",
            tone="info",
        )
        for offer in handovers.inbox(actor)
    ]
    return Box("Angebotene Fälle", "Zurzeit ist kein Fall angeboten.", lines, url_for("offers.index"), "Alle Übergaben")


def _carried(actor: Actor) -> Box:
    found = handovers.accepted(actor)
    names = queries.summaries(actor, [case.id for _, case in found])
    lines = [
        Line(
            title=names[case.id].family_name,
            url=url_for("cases.show", case_id=case.id),
            sub=f"{case.reference} · seit {day(handover.answered_at)}",
            case_id=case.id,
        )
        for handover, case in found
        if case.id in names
    ]
    return Box(
        "Begleitete Fälle", "Noch ist kein Fall angenommen.", lines[:SHOWN], url_for("cases.index"), "Alle Fälle"
    )


def _emergencies(actor: Actor) -> Box:
    lines = [
        Line(
            title=f"{isolated(one.person)} · Fall {one.case.reference}",
            url=url_for("emergency.review", access_id=one.access.id),
            sub=one.access.reason.label,
            badge=day(one.access.opened_at),
            tone="danger",
            case_id=one.case.id,
        )
        for one in emergencies.accesses(actor)
        if one.access.verdict is Verdict.OPEN
    ]
    return Box("Notfallzugriffe prüfen", "", lines[:SHOWN], url_for("emergency.index"), "Alle")


def _people(_: Actor) -> Box:
    line = Line("Personen und Rollen", url_for("people.index"), "Anmeldungen anlegen, Rollen ändern, sperren")
    return Box("Verwaltung", "", [line])


def _log(_: Actor) -> Box:
    line = Line("Protokoll", url_for("log.index"), "Wer wann was getan hat; ob die Kette hält")
    return Box("Datenschutz", "", [line])


def _figures(actor: Actor) -> list[list[Figure]]:
    """How the team stands: children without a seat, their median wait, what is overdue; and each band."""
    waiting = distribution.waiting_children(actor)
    overdue = count_overdue(actor, today=clock.today())
    address = url_for("distribution.index")
    team = [
        Figure(str(len(waiting.rows)), "Kinder ohne Schulplatz", address),
        Figure("–" if waiting.median_days is None else str(waiting.median_days), "Tage ohne Platz (Median)", address),
        Figure(str(overdue), "überfällige Aufgaben", url_for("tasks.index", wer="alle"), is_urgent=overdue > 0),
    ]
    return [team, [Figure(str(band.count), band.band.label, address) for band in waiting.bands]]


def _may(permission: AccountPermission) -> Callable[[Actor], bool]:
    return lambda actor: permits(actor, permission)


BOXES: tuple[tuple[Callable[[Actor], bool], Callable[[Actor], Box]], ...] = (
    (_manages, _offers),
    (lambda actor: _leads(actor) and emergencies.count_unreviewed(actor) > 0, _emergencies),
    (_meets, _talks),
    (_works_with_cases, _tasks),
    (lambda actor: _counsels(actor) or _leads(actor), _waiting),
    (_asks_kim, _answers),
    (_manages, _carried),
    (_may(AccountPermission.MANAGE_USERS), _people),
    (_may(AccountPermission.READ_LOG), _log),
)


def _children(number: int) -> str:
    return "1 Kind" if number == 1 else f"{number} Kinder"
