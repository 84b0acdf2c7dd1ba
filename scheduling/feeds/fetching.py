"""One fetch of a calendar: its bytes, and since when they have been these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from app import clock
from app.data.database import transaction
from scheduling.feeds.models import CalendarFeed
from scheduling.feeds.queries import feed_of_token, written_feed

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, repr=False)
class Fetched:
    """What is answered: a client that has these bytes already may be told so."""

    content: bytes
    etag: str
    changed_at: datetime


def fetch(token: str) -> Fetched | None:
    """The calendar behind an address; None for one that opens nothing.

    When the bytes differ from those fetched last, that is noted with the instant, whole seconds as HTTP counts: it
    grows by a second at least, so that a client that only knows the time is never told wrongly that nothing changed.
    """
    feed = feed_of_token(token)
    if feed is None:
        return None
    content = written_feed(feed)
    etag = sha256(content).hexdigest()
    if feed.etag != etag:
        feed = _note_change(feed, etag)
    return Fetched(content, etag, feed.changed_at)


def _note_change(feed: CalendarFeed, etag: str) -> CalendarFeed:
    with transaction() as current:
        current.refresh(feed)
        now = clock.now().replace(microsecond=0)
        if feed.etag != etag:
            feed.changed_at = max(now, feed.changed_at.replace(microsecond=0) + SECOND) if feed.etag else now
            feed.etag = etag
    return feed
