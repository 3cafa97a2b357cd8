"""Progress of long operations."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from prompts.library import Progress


@contextmanager
def synthesis_progress() -> Iterator[Progress]:
    """A progress bar while prompts are spoken; one line if standard error is no terminal; nothing if none is spoken."""
    bar: Any = None  # click names no type for it

    def advance(done: int, total: int, _name: str) -> None:
        nonlocal bar
        if bar is None:
            bar = click.progressbar(length=total, label=f"Speaking {total} prompts", file=sys.stderr)
            bar.__enter__()
        bar.update(done - bar.pos)

    try:
        yield advance
    finally:
        if bar:
            bar.__exit__(None, None, None)
