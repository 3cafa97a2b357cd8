"""The extended supervisord."""

import select
import signal
from collections.abc import Iterator

import pytest

from standardiste.parts.supervisor import _SignalWakeup


@pytest.fixture
def signals() -> Iterator[_SignalWakeup]:
    before = signal.signal(signal.SIGCHLD, lambda *_: None)
    signals = _SignalWakeup()
    yield signals
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, before)


def is_woken(signals: _SignalWakeup) -> bool:
    return bool(select.select([signals.descriptor], [], [], 0)[0])


def test_a_part_that_ends_wakes_the_supervisor_once(signals: _SignalWakeup) -> None:
    assert signals.readable() and not is_woken(signals)
    signal.raise_signal(signal.SIGCHLD)
    assert is_woken(signals)
    signals.handle_read_event()
    assert not is_woken(signals)
