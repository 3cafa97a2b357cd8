"""Logs of our own processes: one JSON object a line on standard error, which the supervisor keeps and nobody waits for.

Each has `event`, `level`, `logger`, `timestamp` (UTC), `process`, with `exception` for a failure, and `call` where the
line is about one: the call's reference, the same in every part. Who writes a line leaves names and numbers out of it;
what an error of somebody else's library still carries of a number is masked here.
"""

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from structlog.typing import EventDict, Processor

from routing.numbers import masked
from standardiste.log_handler import UnblockedHandler

# As trunks and people write numbers. A call's reference (1763757623.12) looks like none of them.
_NUMBER = re.compile(r"(?<![\w.+])(?:\+\d{7,15}|00\d{8,15}|0[1-9]\d{8}|33[1-9]\d{8})(?!\w)")


@contextmanager
def of(process: str) -> Iterator[None]:
    """In here `logging` writes JSON lines that name the process, and a failure that ends it is one of them."""
    _start(process)
    try:
        yield
    except Exception as error:
        logging.getLogger(process).critical("%s", error, exc_info=True)
        sys.exit(1)


def _start(process: str) -> None:
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.ExtraAdder(allow=["call"]),
        structlog.processors.format_exc_info,
        _masked,
        lambda _logger, _method, event: {**event, "process": process},
    ]
    handler = UnblockedHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _masked(_logger: object, _method: str, event: EventDict) -> EventDict:
    texts = {name: str(event[name]) for name in ("event", "exception") if name in event}
    return {**event, **{name: _NUMBER.sub(lambda found: masked(found[0]), text) for name, text in texts.items()}}
