"""Connects to Asterisk again and again, as long as the process lives."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NoReturn

from ami.connection import (
    ActionRejected,
    AmiConnection,
    AmiLogin,
    ConnectionLost,
    Headers,
    always_allowed,
    open_connection,
)

log = logging.getLogger("switch")

BACK_OFF_S = (0.2, 2.0)  # first and longest delay before the next attempt
STEADY_S = 10.0  # after a connection that lasted longer, the next delay is the first one again


async def stay_connected(
    login: AmiLogin,
    work: Callable[[AmiConnection], Awaitable[None]],
    on_event: Callable[[Headers], None],
    check_allowed: Callable[[], None] = always_allowed,
) -> NoReturn:
    """Runs `work` on a connection, and again on the next one whenever it is lost. Raises LoginRejected at once."""
    first, longest = BACK_OFF_S
    delay, clock, last_reason = first, asyncio.get_running_loop().time, ""

    async def work_on_one_connection() -> None:
        nonlocal last_reason
        async with open_connection(login, on_event, check_allowed) as connection:
            log.info("AMI connected")
            last_reason = ""
            await work(connection)

    while True:
        started = clock()
        try:
            await run_isolated(work_on_one_connection())
        except* (ConnectionLost, ActionRejected) as lost:
            reason = str(first_cause(lost))
            if reason != last_reason:  # once, not at every attempt
                log.warning("AMI connection lost: %s", reason)
            last_reason = reason
        delay = first if clock() - started > STEADY_S else min(delay * 2, longest)
        await asyncio.sleep(delay)


async def run_isolated(work: Coroutine[Any, Any, None]) -> None:
    """Runs `work` in a task of its own. A caller that is cancelled ends as cancelled, whatever the task raises.

    In Python 3.11 a TaskGroup that fails at the moment of its cancellation raises its errors and loses the
    cancellation.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # retrieved, so that asyncio does not log it
        raise
    task.result()


def first_cause(error: BaseException) -> BaseException:
    """The first error of a group, however deep; an error that is no group is its own cause."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
