"""Logs of our own processes: one JSON object a line on standard error, which the supervisor keeps."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog


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
    shared = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        lambda _logger, _method, event: event | {"process": process},
    ]
    handler = logging.StreamHandler(sys.stderr)
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
