"""How a page of messages names the case a message belongs to: the package of cases tells, the frame asks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from app.policies import Actor


@dataclass(frozen=True, slots=True)
class CaseReference:
    """A case as a link: its reference number, and where it opens ("" when this actor may not open it)."""

    label: str
    url: str = ""


References = Callable[[Actor, Collection[UUID]], Mapping[UUID, CaseReference]]


class _Teller:
    tell: References | None = None


_teller = _Teller()


def told_by(references: References) -> None:
    """Let `references` name cases from now on; the composition calls this."""
    _teller.tell = references


def references(actor: Actor, case_ids: Collection[UUID | None]) -> Mapping[UUID, CaseReference]:
    """The cases behind these ids as this actor may see them; unknown ones are missing."""
    wanted = {case_id for case_id in case_ids if case_id is not None}
    return _teller.tell(actor, wanted) if _teller.tell and wanted else {}
