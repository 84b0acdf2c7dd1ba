"""What is free when, as one integer per resource: bit n says that the n-th candidate start fits.

Inside a pool the bitmaps combine by OR, pools with each other by AND. As a person may stand in two pools, "an
advisor and another person who interprets" is computed exactly, by counting those who are in both.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from uuid import UUID

from scheduling.hours import Interval
from scheduling.tongues import EXACT, rank, ranks
from scheduling.world import Busy, Reason, Request, Resource, ResourceKind, Taken, World


def _run(low: int, high: int) -> int:
    """The bits from `low` up to but without `high`."""
    return ((1 << (high - low)) - 1) << low if high > low else 0


def starts_that_fit(
    request: Request,
    starts: Sequence[int],
    hours: Iterable[Interval],
    busy: Iterable[Busy] = (),
    taken: Iterable[Taken] = (),
) -> int:
    """The bitmap of the ascending `starts` at which one resource is open and free for the whole length.

    `hours` are ascending and do not touch, as `open_hours` answers them.
    """
    if not starts:
        return 0
    length, fits, free = request.seconds, 0, 0
    for opening in hours:
        fits |= _run(bisect_left(starts, opening.starts), bisect_right(starts, opening.ends - length))
    if not fits:
        return 0
    free_from, last = starts[0], starts[-1]
    for low, high in _shadows(request, busy, taken):
        if low >= free_from:
            free |= _run(bisect_left(starts, free_from), bisect_right(starts, low))
        if high > free_from:
            free_from = high
            if free_from > last:
                break
    return fits & (free | _run(bisect_left(starts, free_from), len(starts)))


def _shadows(request: Request, busy: Iterable[Busy], taken: Iterable[Taken]) -> list[tuple[int, int]]:
    """Ascending pairs: after the first instant and before the second no start fits beside what is taken there."""
    before, after, length = request.buffer_before, request.buffer_after, request.seconds
    found = []
    for each in taken:
        low = max(after, each.buffer_before) * 60 + length
        high = max(before, each.buffer_after) * 60
        found += [(start - low, end + high) for start, end in zip(each.starts, each.ends, strict=True)]
    for one in busy:
        if one.ends > one.starts:
            low = max(after, one.buffer_before) * 60 if one.is_appointment else 0
            high = max(before, one.buffer_after) * 60 if one.is_appointment else 0
            found.append((one.starts - low - length, one.ends + high))
    found.sort()
    return found


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


def _pairs(advisors: Mapping[UUID, int], interpreters: Mapping[UUID, int]) -> int:
    """Where an advisor and a different person who interprets are free together."""
    both = advisors.keys() & interpreters.keys()
    only_advise = _any(fits for i, fits in advisors.items() if i not in both)
    only_interpret = _any(fits for i, fits in interpreters.items() if i not in both)
    advising, interpreting = _any(advisors[i] for i in both), _any(interpreters[i] for i in both)
    # Somebody in both pools who can interpret then can advise then: so one who interprets and two who advise will do.
    crossed = _two(advisors[i] for i in both) & interpreting
    return (only_advise & (only_interpret | interpreting)) | (advising & only_interpret) | crossed


class Pools:
    """The bitmaps of one request over its candidate starts."""

    def __init__(
        self, request: Request, world: World, starts: Sequence[int], notice_ends: Callable[[Resource], int]
    ) -> None:
        """Compute the bitmap of every resource once; `notice_ends` is the first instant for an interpreter."""
        self._request, self._starts = request, starts
        self._resources: dict[tuple[ResourceKind, UUID], Resource] = {}
        self._fits: dict[ResourceKind, dict[UUID, int]] = {kind: {} for kind in ResourceKind}
        self._fill(world)
        every = _run(0, len(starts))
        self._noticed = {
            i: fits & every & ~_run(0, bisect_left(starts, notice_ends(self._resources[ResourceKind.INTERPRETER, i])))
            for i, fits in self._fits[ResourceKind.INTERPRETER].items()
        }
        self._rooms = _any(self._fits[ResourceKind.ROOM].values()) if request.needs_room else every
        self._alone: list[int] = []
        self._paired: list[int] = []
        for worst in ranks(request.language):
            speakers = self._speaking(ResourceKind.ADVISOR, worst)
            interpreters = self._speaking(ResourceKind.INTERPRETER, worst)
            self._alone.append(_any(self._fits[ResourceKind.ADVISOR][i] for i in speakers))
            noticed = {i: self._noticed[i] for i in interpreters}
            self._paired.append(_pairs(self._fits[ResourceKind.ADVISOR], noticed))
        self.bookable = self._rooms & (self._alone[-1] | self._paired[-1])

    def _fill(self, world: World) -> None:
        taken: dict[UUID, list[Busy]] = defaultdict(list)
        for busy in world.busy:
            taken[busy.resource_id].append(busy)
        for resource in filter(self._is_suitable, world.resources):
            self._resources[resource.kind, resource.id] = resource
            hours, rows = world.hours.get(resource.id, ()), world.taken.get(resource.id, ())
            fits = starts_that_fit(self._request, self._starts, hours, taken.get(resource.id, ()), rows)
            self._fits[resource.kind][resource.id] = fits

    def _is_suitable(self, resource: Resource) -> bool:
        """Whether a resource could serve the request at all, whenever it is free."""
        request = self._request
        if resource.kind is ResourceKind.ADVISOR:
            return request.advisor_id in (None, resource.id)
        if resource.kind is ResourceKind.INTERPRETER:
            return (
                request.language is not None
                and rank(request.language, resource.languages) is not None
                and request.interpreter_gender in (None, resource.gender)
            )
        return (
            request.needs_room
            and resource.capacity >= request.people
            and (resource.is_step_free or not request.step_free)
            and request.place in (None, resource.place)
        )

    def _speaking(self, kind: ResourceKind, worst: int) -> Collection[UUID]:
        """Who of a pool can talk to the family at least that well; anybody, if German will do."""
        wanted = self._request.language
        found = set()
        for i in self._fits[kind]:
            fit = EXACT if wanted is None else rank(wanted, self._resources[kind, i].languages)
            if fit is not None and fit <= worst:
                found.add(i)
        return found

    def bookable_indexes(self) -> list[int]:
        """The indexes of all starts for which distinct resources exist, ascending."""
        return [index for index, bit in enumerate(reversed(f"{self.bookable:b}")) if bit == "1"]

    def is_bookable(self, index: int) -> bool:
        """Whether distinct resources exist for the start of that index."""
        return bool(self.bookable >> index & 1)

    def with_interpreter(self) -> int:
        """The bitmap of the starts at which the best choice is an advisor with an interpreter."""
        better, wanted = 0, 0
        for alone, paired in zip(self._alone, self._paired, strict=True):
            wanted |= paired & ~alone & ~better
            better |= alone | paired
        return wanted

    def reason(self, index: int) -> Reason:
        """What is missing first at a start that is not bookable."""
        advisors = self._fits[ResourceKind.ADVISOR]
        if not _any(advisors.values()) >> index & 1:
            return Reason.NO_ADVISOR
        if not self._rooms >> index & 1:
            return Reason.NO_ROOM
        paired = _pairs(advisors, self._fits[ResourceKind.INTERPRETER])
        return Reason.INTERPRETER_NOTICE if paired >> index & 1 else Reason.NO_INTERPRETER

    def _free(self, kind: ResourceKind, index: int) -> list[Resource]:
        """The suitable resources of a pool that are free at a start."""
        return [self._resources[kind, i] for i, fits in self._fits[kind].items() if fits >> index & 1]

    def free_advisors(self, index: int) -> list[Resource]:
        """Advisors free at a start, whatever they speak."""
        return self._free(ResourceKind.ADVISOR, index)

    def free_alone(self, index: int, worst: int = EXACT) -> list[Resource]:
        """Advisors free at a start who need no interpreter and speak at least that well."""
        speakers = self._speaking(ResourceKind.ADVISOR, worst)
        return [advisor for advisor in self.free_advisors(index) if advisor.id in speakers]

    def free_interpreters(self, index: int, worst: int = EXACT) -> list[Resource]:
        """Interpreters free at a start, their notice kept, who speak at least that well."""
        speakers = self._speaking(ResourceKind.INTERPRETER, worst)
        return [
            self._resources[ResourceKind.INTERPRETER, i]
            for i, fits in self._noticed.items()
            if i in speakers and fits >> index & 1
        ]

    def free_rooms(self, index: int) -> list[Resource]:
        """Rooms free at a start and large enough; none if no room is asked for."""
        return self._free(ResourceKind.ROOM, index)
