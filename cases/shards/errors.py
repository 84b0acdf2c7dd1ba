"""What can be wrong with a shard, as a type of its own: the page says how to mend it."""

from __future__ import annotations

from app.errors import Unavailable


class ShardBroken(Unavailable):
    """A shard does not open: moved, changed outside, or its key is gone; `flask search rebuild` makes all anew."""
