"""Queue entries: callers, and callback attempts, which the channel's name identifies. Members who could be rung."""

from datetime import UTC, datetime, timedelta

import pytest

from ami.queue.queue import MemberStatus, QueueEntry, QueueMember

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
NOT_IN_USE, IN_USE = "1", "2"


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


@pytest.mark.parametrize(
    ("penalty", "status", "since_the_call_s", "is_ready"),
    [(1, NOT_IN_USE, 10, True), (1, NOT_IN_USE, 9, False), (101, NOT_IN_USE, 10, False), (1, IN_USE, 10, False)],
)
def test_a_member_is_ready_after_the_wrapup_however_long_that_is(
    penalty: int, status: str, since_the_call_s: int, is_ready: bool
) -> None:
    member = QueueMember("p01", "Local/p01@member/n", "PJSIP/p01", penalty)
    now = MemberStatus(member, status, NOON - timedelta(seconds=since_the_call_s))
    assert (now.is_ready(NOON, timedelta(seconds=10)), now.takes_calls) == (is_ready, True)
