"""What comes next for a child and who may be waited for: one step in front, the rarer ones behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app import clock
from cases.child_states import SIDE_EXITS, ChildState
from cases.placement.kinds import PlacementState
from cases.placement.models import Placement
from cases.placement.queries import Attempt, ChildFile
from cases.placement.school_types import Stage


@dataclass(frozen=True, slots=True)
class Act:
    """One button: `endpoint` takes the case and the child, with `of_attempt` the case and the attempt."""

    label: str
    endpoint: str
    of_attempt: bool = False
    is_post: bool = False


@dataclass(frozen=True, slots=True)
class NextStep:
    """What the page puts in front: a sentence, the usual act, and what else may happen now."""

    title: str
    text: str
    usual: Act | None = None
    others: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One act in the history of an attempt: what, when, by whom."""

    label: str
    on: date
    user_id: UUID | None


RECOMMEND = Act("Empfehlung festlegen", "placement.recommend")
CHANGE = Act("Empfehlung ändern", "placement.recommend")
PICK = Act("Schule auswählen", "placement.options")
REFUSAL = Act("Ablehnung eintragen", "placement.refuse", of_attempt=True)
WITHDRAW = Act("Vorschlag zurücknehmen", "placement.withdraw", of_attempt=True)
SHEET = Act("Bogen für die Schulaufsicht", "placement.sheet", of_attempt=True)
AGAIN = Act("Kind wieder aufnehmen", "placement.take_up_again", is_post=True)
REGULAR = Act("In die Regelklasse", "placement.enter_regular_class", is_post=True)
EXTEND = Act("Erstförderung verlängern", "placement.extend")
NEW_SEAT = Act("Neuen Schulplatz suchen", "placement.search_new_seat", is_post=True)


def next_step(file: ChildFile) -> NextStep:
    """The step for where a child stands now."""
    state, attempt = file.child.state, file.current
    if state in SIDE_EXITS:
        return NextStep(f"Beendet: {state.label}", "Für dieses Kind wird kein Schulplatz mehr gesucht.", AGAIN)
    if attempt is not None:
        return _of_attempt(file, attempt)
    if state is ChildState.ADMITTED:
        return _of_start(file)
    if state in (ChildState.INITIAL_SUPPORT, ChildState.EXTENDED):
        text = "Das Kind ist in der Schule. Zu den Terminen der Erstförderung erscheint eine Aufgabe."
        more = (EXTEND, NEW_SEAT) if state is ChildState.INITIAL_SUPPORT else (NEW_SEAT,)
        return NextStep("Erstförderung begleiten", text, REGULAR, more)
    if state is ChildState.REGULAR_CLASS:
        done = Act("Begleitung abschließen", "placement.complete", is_post=True)
        return NextStep("In der Regelklasse", "Das Kind folgt dem ganzen Unterricht seiner Klasse.", done)
    if state is ChildState.COMPLETED:
        return NextStep("Abgeschlossen", "Für dieses Kind ist nichts mehr zu tun.")
    return _of_search(file)


def _of_search(file: ChildFile) -> NextStep:
    if file.proposal is None:
        text = "Ohne Geburtsdatum können die Regeln nichts vorschlagen. Bitte tragen Sie es im Erfassungsbogen nach."
        return NextStep("Geburtsdatum fehlt", text)
    if file.child.state is ChildState.REPORTED or file.decision is None:
        text = "Die Regeln schlagen unten etwas vor. Sie entscheiden nach dem Gespräch, was für das Kind passt."
        return NextStep("Empfehlung festlegen", text, RECOMMEND)
    if file.stage is Stage.NONE:
        return NextStep("Kein Schulplatz nötig", "Nach der Empfehlung ist kein Schulplatz zu suchen.", CHANGE)
    if file.child.state is ChildState.REFUSED:
        text = "Die letzte Schule hat abgelehnt. Diese Schule wird nicht mehr vorgeschlagen."
        return NextStep("Nächste Schule auswählen", text, PICK, (CHANGE,))
    return NextStep("Schule auswählen", "Passende Schulen stehen nach Entfernung sortiert bereit.", PICK, (CHANGE,))


def _of_attempt(file: ChildFile, attempt: Attempt) -> NextStep:
    placement, name = attempt.placement, attempt.placement.school.title
    authority = placement.authority.label
    if placement.state is PlacementState.PROPOSED:
        act = Act("Übergabe eintragen", "placement.hand_over", of_attempt=True)
        return NextStep(f"An {authority} übergeben", f"Vorgeschlagen: {name}.", act, (SHEET, WITHDRAW))
    if placement.state is PlacementState.WITH_AUTHORITY:
        act = Act("Zuweisung eintragen", "placement.assign", of_attempt=True)
        listed = Act("Kein Platz frei: auf die Verteilliste", "placement.put_on_list", of_attempt=True, is_post=True)
        on_list = file.child.state is ChildState.ON_DISTRIBUTION_LIST
        others = (REFUSAL, SHEET, WITHDRAW) if on_list else (listed, REFUSAL, SHEET, WITHDRAW)
        since = _german(placement.handed_over_on)
        return NextStep("Auf die Schulaufsicht warten", f"Seit {since} bei: {authority}. {name}.", act, others)
    act = Act("Aufnahme eintragen", "placement.admit", of_attempt=True)
    text = f"Zugewiesen am {_german(placement.assigned_on)}: {name}. Die Schule meldet sich bei der Familie."
    return NextStep("Auf die Schule warten", text, act, (REFUSAL,))


def _of_start(file: ChildFile) -> NextStep:
    seat = file.seat
    if seat is None:
        return NextStep("Aufgenommen", "Das Kind ist aufgenommen.")
    starts = seat.placement.starts_on
    text = f"{seat.placement.school.title} hat das Kind aufgenommen. Erster Schultag: {_german(starts)}."
    if starts is not None and starts > clock.today():
        text += " Bis dahin zählen die Tage ohne Schulplatz weiter."
    act = Act("Schulbeginn bestätigen", "placement.confirm_start", of_attempt=True)
    return NextStep("Schulbeginn bestätigen", text, act, (REFUSAL,))


def history(placement: Placement) -> list[Event]:
    """The acts of an attempt in their order, each with its day and who noted it."""
    steps = (
        ("Vorgeschlagen", clock.local(placement.proposed_at).date(), placement.proposed_by),
        ("Übergeben", placement.handed_over_on, placement.handed_over_by),
        ("Zugewiesen", placement.assigned_on, placement.assigned_by),
        ("Aufgenommen", placement.admitted_on, placement.admitted_by),
        ("Abgelehnt", placement.refused_on, placement.refused_by),
        ("Zurückgenommen", placement.withdrawn_on, placement.withdrawn_by),
    )
    return [Event(label, on, user_id) for label, on, user_id in steps if on is not None]


def _german(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else "–"
