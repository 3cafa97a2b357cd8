"""The pages that are open, and what each of them has still to be told."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count

from records.page_topics import PageState, Topic, may_see_counts, visible_topics
from records.users.sessions import ConsoleSession

MAX_PAGES_PER_SESSION = 20
"""The page that was opened first is closed when there are more: it asks the console instead."""
OWN = "me"
"""The presence of the agent who is the user of the page, their wrap-up, and the caller whom they are rung for."""
OPENED = "open"
"""From this event on the page is told of every change; what was before, it asks for."""


@dataclass(frozen=True, slots=True)
class PageEvent:
    """`names`: what changed, in order. `counts`: callers who wait and agents who are ready, if these have changed."""

    names: tuple[str, ...]
    counts: tuple[int, int] | None


class OpenPage:
    """One page of a session. News waits here until it is sent: names and counts, which do not grow."""

    def __init__(self, session: ConsoleSession) -> None:
        self.session = session
        self._names: set[str] = set()
        self._counts: tuple[int, int] | None = None
        self._told_counts: tuple[int, int] | None = None
        self._ready = asyncio.Event()
        self.is_new, self._is_closed = True, False

    @property
    def topics(self) -> frozenset[Topic]:
        """What its user may be told of."""
        return visible_topics(self.session.user.actor)

    def begin(self) -> None:
        """It is told of what changes from now on."""
        if self.is_new:
            self.is_new = False
            self.tell([OPENED])

    def tell(self, names: Iterable[str]) -> None:
        """Of changes; a page that has not begun will ask for everything."""
        if not self.is_new:
            self._names.update(names)
        if self._names:
            self._ready.set()

    def tell_counts(self, waiting: int, ready: int) -> None:
        self._counts = (waiting, ready)
        if not self.is_new and self._counts != self._told_counts:
            self._ready.set()

    def close(self) -> None:
        self._is_closed = True
        self._ready.set()

    async def next_event(self, timeout_s: float) -> PageEvent | None:
        """Without names and counts after `timeout_s` seconds without a change; None once the page is closed."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._ready.wait()
        except TimeoutError:
            return PageEvent((), None)
        if self._is_closed:
            return None
        counts = self._counts if self._counts != self._told_counts else None
        event = PageEvent(tuple(sorted(self._names)), counts)
        self._names, self._told_counts = set(), self._counts
        self._ready.clear()
        return event


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

    def tell_changes(self, before: PageState, after: PageState) -> None:
        """Tells each page the names of its user's topics that have changed, the counts, and what is its agent's."""
        changed = {topic for topic in after.topics if after.topics[topic] != before.topics[topic]}
        agents = {agent for agent in after.agents if after.agents[agent] != before.agents.get(agent)}
        for page in self._pages.values():
            own = [OWN] if page.session.user.agent_id in agents else []
            page.tell([*own, *(topic.event_name for topic in changed & page.topics)])
            if may_see_counts(page.session.user.actor):
                page.tell_counts(after.waiting, after.ready)

    def has_new(self) -> bool:
        """Whether a page is open whose session has not been looked at since it was added."""
        return any(page.is_new for page in self._pages.values())

    def begin_new(self) -> None:
        """The pages that were added since are told of what changes from now on."""
        for page in self._pages.values():
            page.begin()

    def close_all(self) -> None:
        for page in self._pages.values():
            page.close()
