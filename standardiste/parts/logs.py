"""Logs of our processes: one JSON object per line on standard error, which the supervisor stores.

Each object has `event`, `level`, `logger`, `timestamp` (UTC) and `process`, `exception` for a failure, and `call`, the
call's reference, if it is about a call. Our code logs no names and no telephone numbers; numbers in the error texts of
libraries are masked here.
"""

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from structlog.typing import EventDict, Processor

from routing.numbers import mask_number
from standardiste.parts.log_handler import NonBlockingHandler

# Numbers as trunks and people write them; a call's reference (1763757623.12) does not match.
_PHONE_NUMBER = re.compile(r"(?<![\w.+])(?:\+\d{7,15}|00\d{8,15}|0[1-9]\d{8}|33[1-9]\d{8})(?!\w)")


@contextmanager
def json_logging(process: str) -> Iterator[None]:
    """Makes `logging` write JSON lines that name the process; an exception that ends the process is logged too."""
    _configure_logging(process)
    try:
        yield
    except Exception as error:
        logging.getLogger(process).critical("%s", error, exc_info=True)
        sys.exit(1)


def _configure_logging(process: str) -> None:
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.ExtraAdder(allow=["call"]),
        structlog.processors.format_exc_info,
        _mask_numbers,
        lambda _logger, _method, event: {**event, "process": process},
    ]
    handler = NonBlockingHandler()
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


def _mask_numbers(_logger: object, _method: str, event: EventDict) -> EventDict:
    texts = {name: str(event[name]) for name in ("event", "exception") if name in event}
    return {
        **event,
        **{name: _PHONE_NUMBER.sub(lambda found: mask_number(found[0]), text) for name, text in texts.items()},
    }
