"""Queue entries: callers, and callback attempts, which the channel's name identifies."""

from datetime import UTC, datetime

import pytest

from ami.queue import QueueEntry


@pytest.mark.parametrize(
    ("channel", "attempt"),
    [
        ("Local/cb-3-1@callback-agent-first-00000001;2", "cb-3-1"),
        ("Local/cb-3-1@callback-visitor-first-00000001;1", "cb-3-1"),
        ("Local/cb-12-34@callback-line-0000000a;2", "cb-12-34"),  # a context of version 0.1
        ("PJSIP/trunk-00000001", None),
        ("Local/p01@member-00000001;1", None),
        ("Local/cb-x@callback-agent-first-00000001;2", None),
    ],
)
def test_an_entry_is_an_attempt_when_its_channel_is_named_after_one(channel: str, attempt: str | None) -> None:
    assert QueueEntry("100.1", channel, datetime(2025, 3, 3, 12, tzinfo=UTC), 1).attempt == attempt
