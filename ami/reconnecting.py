"""Links to Asterisk, one after the other, for as long as the process lives."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NoReturn

from ami.link import Account, Headers, Link, LinkLost, Refused, always, linked

log = logging.getLogger("switch")

BACK_OFF_S = (0.2, 2.0)  # first and longest pause before the next link
STEADY_S = 10.0  # a link that lasted as long was a good one: the next pause is short again


async def stay_linked(
    account: Account,
    work: Callable[[Link], Awaitable[None]],
    hear: Callable[[Headers], None],
    allowed: Callable[[], None] = always,
) -> NoReturn:
    """Does `work` on a link, and again on the next one each time a link is lost.  Raises WrongPassword at once."""
    first, longest = BACK_OFF_S
    pause, clock, reason = first, asyncio.get_running_loop().time, ""

    async def on_one_link() -> None:
        nonlocal reason
        async with linked(account, hear, allowed) as link:
            log.info("linked to Asterisk")
            reason = ""
            await work(link)

    while True:
        began = clock()
        try:
            await apart(on_one_link())
        except* (LinkLost, Refused) as lost:
            said = str(first_cause(lost))
            if said != reason:  # once, not at every attempt
                log.warning("no link to Asterisk: %s", said)
            reason = said
        pause = first if clock() - began > STEADY_S else min(pause * 2, longest)
        await asyncio.sleep(pause)


async def apart(work: Coroutine[Any, Any, None]) -> None:
    """Does `work` in a task of its own. Who is told to end meanwhile ends, with it, and whatever it then raises: a
    TaskGroup that fails at the moment in which it is cancelled tells its errors and forgets the rest (Python 3.11)."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # looked at, and of no more interest
        raise
    task.result()


def first_cause(error: BaseException) -> BaseException:
    """The first error of a group, however deep; an error that is no group is its own cause."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
