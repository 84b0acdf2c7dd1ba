"""What looks unusual in the log of an organisation: numbers by person, for its officer to ask about.

None of it proves anything: a lead reads many cases, and somebody may well be on call at night.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts import queries
from app.accounts.policies import AccountPermission
from app.data.audit import Action, AuditEntry
from app.data.database import session
from app.policies import Actor, authorise

DAYS = 7
SEARCHES_A_DAY = 60
EXPORTS_A_DAY = 20
REFUSALS = 5
FAILED_SIGN_INS = 10
FOREIGN_CASES = 15
NIGHT_BEGINS, NIGHT_ENDS = 22, 6
MOST_ROWS = 100_000
_LOOKED_AT = (Action.SEARCHED, Action.EXPORTED, Action.REFUSED, Action.SIGN_IN_FAILED, Action.READ)
_AT_NIGHT = frozenset({Action.SEARCHED, Action.EXPORTED, Action.READ})

ForeignReads = Callable[[UUID, datetime], dict[UUID, int]]
_lent: dict[str, ForeignReads] = {}


@dataclass(frozen=True, slots=True)
class Pattern:
    """Somebody and what stands out, with the filter of the log that shows it."""

    person: str
    person_id: UUID
    sentence: str
    action: Action | None
    count: int


def lend_foreign_reads(count: ForeignReads) -> None:
    """Let this know how many cases each person read that are not theirs: what is whose, the packages know."""
    _lent["foreign"] = count


def unusual(actor: Actor) -> list[Pattern]:
    """What stands out in the last days in the actor's organisation, the most frequent first."""
    authorise(actor, AccountPermission.READ_LOG)
    since = clock.now() - timedelta(days=DAYS)
    found = list(_by_numbers(actor.organisation_id, since))
    if "foreign" in _lent:
        for person_id, count in _lent["foreign"](actor.organisation_id, since).items():
            if count >= FOREIGN_CASES:
                found.append((person_id, f"{count} Fälle gelesen, die andere beraten", Action.READ, count))
    names = queries.names({person_id for person_id, *_ in found})
    patterns = [
        Pattern(names.get(person_id, "ausgeschiedene Person"), person_id, sentence, action, count)
        for person_id, sentence, action, count in found
    ]
    return sorted(patterns, key=lambda one: -one.count)


Found = tuple[UUID, str, Action | None, int]


def _by_numbers(organisation_id: UUID, since: datetime) -> Iterator[Found]:
    query = (
        select(AuditEntry.actor_id, AuditEntry.at, AuditEntry.action)
        .where(
            AuditEntry.organisation_id == organisation_id,
            AuditEntry.at >= since,
            AuditEntry.actor_id.is_not(None),
            AuditEntry.action.in_(_LOOKED_AT),
        )
        .order_by(AuditEntry.seq.desc())
        .limit(MOST_ROWS)
    )
    by_day: dict[tuple[UUID, Action], Counter[date]] = defaultdict(Counter)
    nights: Counter[UUID] = Counter()
    for person_id, at, action in session().execute(query):
        if person_id is None:
            continue
        local = clock.local(at)
        by_day[(person_id, action)][local.date()] += 1
        if action in _AT_NIGHT and (local.hour >= NIGHT_BEGINS or local.hour < NIGHT_ENDS):
            nights[person_id] += 1
    for (person_id, action), days in by_day.items():
        yield from _judged(person_id, action, days)
    for person_id, count in nights.items():
        yield person_id, f"{count} Zugriffe zwischen {NIGHT_BEGINS} und {NIGHT_ENDS} Uhr", None, count


def _judged(person_id: UUID, action: Action, days: Counter[date]) -> Iterator[Found]:
    day, most = days.most_common(1)[0]
    total = days.total()
    if action is Action.SEARCHED and most >= SEARCHES_A_DAY:
        yield person_id, f"{most} Suchen an einem Tag ({day:%d.%m.})", action, most
    elif action is Action.EXPORTED and most >= EXPORTS_A_DAY:
        yield person_id, f"{most} Ausgaben an einem Tag ({day:%d.%m.})", action, most
    elif action is Action.REFUSED and total >= REFUSALS:
        yield person_id, f"{total} verweigerte Zugriffe", action, total
    elif action is Action.SIGN_IN_FAILED and total >= FAILED_SIGN_INS:
        yield person_id, f"{total} gescheiterte Anmeldungen", action, total
