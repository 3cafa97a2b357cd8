"""The pages that are open, and what each of them has still to be told."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from itertools import count

from records.page_topics import Topic, TopicVersions, visible_topics
from records.users.sessions import ConsoleSession

MAX_PAGES_PER_SESSION = 20
"""The page that was opened first is closed when there are more: it asks the console instead."""
OPENED = "open"
"""From this event on the page is told of every change; what was before, it asks for."""


class OpenPage:
    """One page of a session. What it has not been told waits for it as a set of names, which cannot grow."""

    def __init__(self, session: ConsoleSession) -> None:
        self.session = session
        self._names: set[str] = set()
        self._ready = asyncio.Event()
        self._is_new, self._is_closed = True, False

    @property
    def topics(self) -> frozenset[Topic]:
        """What its user may be told of."""
        return visible_topics(self.session.user.actor)

    def begin(self) -> None:
        """It is told of what changes from now on."""
        if self._is_new:
            self._is_new = False
            self.tell([OPENED])

    def tell(self, names: Iterable[str]) -> None:
        """Of changes; a page that has not begun will ask for everything."""
        if not self._is_new:
            self._names.update(names)
        if self._names:
            self._ready.set()

    def close(self) -> None:
        self._is_closed = True
        self._ready.set()

    async def next_names(self, timeout_s: float) -> list[str] | None:
        """What changed, in order; empty after `timeout_s` seconds without a change, None once the page is closed."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._ready.wait()
        except TimeoutError:
            return []
        if self._is_closed:
            return None
        names, self._names = sorted(self._names), set()
        self._ready.clear()
        return names


class OpenPages:
    """All open pages, by number in the order of their opening. `when_added` is called for each new one."""

    def __init__(self, when_added: Callable[[], object]) -> None:
        self._pages: dict[int, OpenPage] = {}
        self._numbers, self._any, self._when_added = count(), asyncio.Event(), when_added

    def add(self, session: ConsoleSession) -> tuple[int, OpenPage]:
        """The new page, and its number for `remove`."""
        same = [page for page in self._pages.values() if page.session.id == session.id]
        if len(same) >= MAX_PAGES_PER_SESSION:
            same[0].close()
        number, page = next(self._numbers), OpenPage(session)
        self._pages[number] = page
        self._any.set()
        self._when_added()
        return number, page

    def remove(self, number: int) -> None:
        self._pages.pop(number, None)
        if not self._pages:
            self._any.clear()

    def __len__(self) -> int:
        return len(self._pages)

    async def wait_for_any(self) -> None:
        """Returns as soon as a page is open."""
        await self._any.wait()

    @property
    def session_ids(self) -> frozenset[int]:
        return frozenset(page.session.id for page in self._pages.values())

    def renew_sessions(self, running: Mapping[int, ConsoleSession], asked: frozenset[int]) -> None:
        """Closes the pages of sessions that have ended, of those that were `asked` for.

        The others have the rights that their users have now.
        """
        for page in self._pages.values():
            session = running.get(page.session.id)
            if session and session.is_fully_authenticated:
                page.session = session
            elif page.session.id in asked:
                page.close()

    def tell_changes(self, before: TopicVersions, after: TopicVersions) -> None:
        """Tells each page the names of the topics of its user that have changed."""
        changed = {topic for topic in after if after[topic] != before[topic]}
        for page in self._pages.values():
            page.tell(topic.event_name for topic in changed & page.topics)

    def begin_new(self) -> None:
        """The pages that were added since are told of what changes from now on."""
        for page in self._pages.values():
            page.begin()

    def close_all(self) -> None:
        for page in self._pages.values():
            page.close()
