"""What is free when, as one integer per resource: bit n says that the n-th candidate start fits.

Inside a pool the bitmaps combine by OR, pools with each other by AND. As a person may stand in two pools, "an
advisor and another person who interprets" is computed exactly, by counting those who are in both.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from uuid import UUID

from scheduling.hours import Interval, merge
from scheduling.world import Busy, Reason, Request, Resource, ResourceKind, World


def _run(low: int, high: int) -> int:
    """The bits from `low` up to but without `high`."""
    return ((1 << (high - low)) - 1) << low if high > low else 0


def starts_that_fit(request: Request, starts: Sequence[int], hours: Iterable[Interval], busy: Iterable[Busy]) -> int:
    """The bitmap of the ascending `starts` at which one resource is open and free for the whole length."""
    if not starts:
        return 0
    length, fits, clashes = request.seconds, 0, 0
    for opening in merge(hours):
        fits |= _run(bisect_left(starts, opening.starts), bisect_right(starts, opening.ends - length))
    for taken in busy:
        gap_after = max(taken.buffer_after, request.buffer_before) * 60 if taken.is_appointment else 0
        gap_before = max(request.buffer_after, taken.buffer_before) * 60 if taken.is_appointment else 0
        too_late, again_free = taken.starts - gap_before - length, taken.ends + gap_after
        if again_free <= starts[0] or too_late >= starts[-1] or taken.ends <= taken.starts:
            continue
        clashes |= _run(bisect_right(starts, too_late), bisect_left(starts, again_free))
    return fits & ~clashes


def _any(bitmaps: Iterable[int]) -> int:
    """Where at least one of the bitmaps has its bit."""
    return reduce(or_, bitmaps, 0)


def _two(bitmaps: Iterable[int]) -> int:
    """Where at least two of the bitmaps have their bit."""
    one, two = 0, 0
    for bitmap in bitmaps:
        two |= one & bitmap
        one |= bitmap
    return two


class Pools:
    """The bitmaps of one request over its candidate starts."""

    def __init__(self, request: Request, world: World, starts: Sequence[int], notice_ends: int) -> None:
        """Compute the bitmap of every resource once; `notice_ends` is the first instant for interpreters."""
        self._request = request
        self._starts = starts
        self._resources: dict[tuple[ResourceKind, UUID], Resource] = {}
        taken: dict[UUID, list[Busy]] = defaultdict(list)
        for busy in world.busy:
            taken[busy.resource_id].append(busy)
        self._fits: dict[ResourceKind, dict[UUID, int]] = {kind: {} for kind in ResourceKind}
        for resource in filter(self._is_suitable, world.resources):
            self._resources[resource.kind, resource.id] = resource
            hours = world.hours.get(resource.id, ())
            fits = starts_that_fit(request, starts, hours, taken[resource.id])
            self._fits[resource.kind][resource.id] = fits
        every = _run(0, len(starts))
        self._noticed = every & ~_run(0, bisect_left(starts, notice_ends))
        self._rooms = _any(self._fits[ResourceKind.ROOM].values()) if request.needs_room else every
        self._alone = _any(self._fits[ResourceKind.ADVISOR][a.id] for a in self._speakers())
        self._pairs = self._advisor_with_interpreter()
        self._bookable = self._rooms & (self._alone | (self._pairs & self._noticed))

    def _is_suitable(self, resource: Resource) -> bool:
        """Whether a resource could serve the request at all, whenever it is free."""
        request = self._request
        if resource.kind is ResourceKind.ADVISOR:
            return request.advisor_id in (None, resource.id)
        if resource.kind is ResourceKind.INTERPRETER:
            return request.language is not None and request.language in resource.languages
        return request.needs_room and resource.capacity >= request.people

    def _speakers(self) -> list[Resource]:
        """The advisors who need no interpreter for this family."""
        wanted = self._request.language
        advisors = (self._resources[ResourceKind.ADVISOR, i] for i in self._fits[ResourceKind.ADVISOR])
        return [advisor for advisor in advisors if wanted is None or wanted in advisor.languages]

    def _advisor_with_interpreter(self) -> int:
        """Where an advisor and a different person who interprets are free together."""
        advisors, interpreters = self._fits[ResourceKind.ADVISOR], self._fits[ResourceKind.INTERPRETER]
        both = advisors.keys() & interpreters.keys()
        only_advise = _any(fits for i, fits in advisors.items() if i not in both)
        only_interpret = _any(fits for i, fits in interpreters.items() if i not in both)
        either = _any(advisors[i] for i in both)
        two_of_both = _two(advisors[i] for i in both)
        return (only_advise & (only_interpret | either)) | (either & only_interpret) | two_of_both

    def is_bookable(self, index: int) -> bool:
        """Whether distinct resources exist for the start of that index."""
        return bool(self._bookable >> index & 1)

    def needs_interpreter(self, index: int) -> bool:
        """Whether no free advisor could talk to the family alone."""
        return not self._alone >> index & 1

    def reason(self, index: int) -> Reason:
        """What is missing first at a start that is not bookable."""
        if not _any(self._fits[ResourceKind.ADVISOR].values()) >> index & 1:
            return Reason.NO_ADVISOR
        if not self._rooms >> index & 1:
            return Reason.NO_ROOM
        return Reason.INTERPRETER_NOTICE if self._pairs >> index & 1 else Reason.NO_INTERPRETER

    def _free(self, kind: ResourceKind, index: int) -> list[Resource]:
        """The suitable resources of a pool that are free at a start."""
        return [self._resources[kind, i] for i, fits in self._fits[kind].items() if fits >> index & 1]

    def free_advisors(self, index: int) -> list[Resource]:
        """Advisors free at a start, whatever they speak."""
        return self._free(ResourceKind.ADVISOR, index)

    def free_alone(self, index: int) -> list[Resource]:
        """Advisors free at a start who need no interpreter."""
        speakers = {advisor.id for advisor in self._speakers()}
        return [advisor for advisor in self.free_advisors(index) if advisor.id in speakers]

    def free_interpreters(self, index: int) -> list[Resource]:
        """Interpreters of the wanted language free at a start."""
        return self._free(ResourceKind.INTERPRETER, index)

    def free_rooms(self, index: int) -> list[Resource]:
        """Rooms free at a start and large enough; none if no room is asked for."""
        return self._free(ResourceKind.ROOM, index)
