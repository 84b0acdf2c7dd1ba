"""The time of a world that appointments, group talks and holds take, resource by resource."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from scheduling.hours import Interval
from scheduling.world import World


def spans_taken(world: World) -> dict[UUID, list[Interval]]:
    """Every taken span without its buffers; two at the same time stand side by side."""
    found: dict[UUID, list[Interval]] = defaultdict(list)
    for resource_id, rows in world.taken.items():
        for row in rows:
            found[resource_id] += [Interval(starts, ends) for starts, ends in zip(row.starts, row.ends, strict=True)]
    for busy in world.busy:
        if busy.is_appointment:
            found[busy.resource_id].append(Interval(busy.starts, busy.ends))
    return found
