"""Who looks at a request at this moment, and the note they are typing; kept in the memory of the console process."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from flask import current_app

STAYS = timedelta(seconds=15)
"""A page that is open says so every few seconds; after so long without a word nobody looks."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody who has the page of a request open.

    `writes`: there are words in it that are not sent; `draft`: those of the note, as far as the page told them.
    """

    name: str
    seen_at: datetime
    writes: bool
    draft: str | None = None


class Watchers:
    """Who looks at which request."""

    def __init__(self) -> None:
        self._seen: dict[int, dict[int, Watcher]] = {}
        self._lock = Lock()

    def see(self, request_id: int, user_id: int, watcher: Watcher) -> None:
        """This user has the page of the request open, and what they typed before is still in it if they write."""
        with self._lock:
            self._forget(watcher.seen_at)
            watchers = self._seen.setdefault(request_id, {})
            before = watchers.get(user_id)
            kept = before.draft if before and watcher.writes else None
            watchers[user_id] = replace(watcher, draft=kept)

    def type_note(self, request_id: int, user_id: int, watcher: Watcher) -> None:
        """This user has typed the watcher's draft, or has taken it out."""
        with self._lock:
            self._forget(watcher.seen_at)
            self._seen.setdefault(request_id, {})[user_id] = watcher

    def others(self, user_id: int | None, now: datetime) -> Mapping[int, tuple[Watcher, ...]]:
        """By request, those who look beside this user."""
        with self._lock:
            self._forget(now)
            found = {
                request_id: tuple(watcher for who, watcher in watchers.items() if who != user_id)
                for request_id, watchers in self._seen.items()
            }
        return {request_id: watchers for request_id, watchers in found.items() if watchers}

    def _forget(self, now: datetime) -> None:
        for request_id, watchers in list(self._seen.items()):
            self._seen[request_id] = {who: each for who, each in watchers.items() if now - each.seen_at <= STAYS}
            if not self._seen[request_id]:
                del self._seen[request_id]


def get_watchers() -> Watchers:
    """Those of this application."""
    watchers: Watchers = current_app.extensions.setdefault("inbox_watchers", Watchers())
    return watchers
