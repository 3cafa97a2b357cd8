"""Ends the receptions that the tests of a folder share, when a process goes on to tests that do not use them.

Else they would run until the process ends, and the polling of ten idle receptions is half the load of a processor.
"""

import inspect
from typing import Any

import pytest
from lots import LOT
from priority import REAL_TIME

_FOLDERS = tuple(f"tests/{folder}" for folder in REAL_TIME)
_running: list[pytest.FixtureDef[Any]] = []


def note(fixture: pytest.FixtureDef[Any]) -> None:
    """Remembers a fixture that has just been set up, if it is one of these."""
    ends = inspect.isgeneratorfunction(fixture.func)
    if ends and fixture.scope == "session" and fixture.baseid.startswith(_FOLDERS):
        _running.append(fixture)


def end(item: pytest.Item, following: pytest.Item | None) -> None:
    """After a test: ends those that the following one does not use, unless both belong together (`lots`).

    A later test that uses one sets it up again.
    """
    if following is None or item.stash[LOT] == following.stash[LOT]:
        return
    for fixture in [each for each in reversed(_running) if each.argname not in following.fixturenames]:
        _running.remove(fixture)
        fixture.finish(item._request)
