"""Fixtures of the FastAGI tests."""

import logging
from collections.abc import Iterator

import pytest
from scripted_asterisk import ScriptedAsterisk


@pytest.fixture
def asterisk() -> Iterator[ScriptedAsterisk]:
    scripted = ScriptedAsterisk()
    yield scripted
    scripted.close()


@pytest.fixture(autouse=True)
def _every_level_is_heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
