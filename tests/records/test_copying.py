"""A copy of the base, taken while others write, and what a restored base still believes."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from arrivals import arrived
from bases import Maker
from promises import SOON, brought_to

from records import callback_attempts, callback_queue, callback_staff, calls, copying, restored, stories
from records.base import Base, open_base
from records.errors import BaseUnavailable
from records.events import CallEvent, CallEventKind
from records.requests import open_requests
from routing.callback_states import CallbackState

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)


def open_call(base: Base, ref: str, *kinds: CallEventKind) -> None:
    arrived(base, ref, NOON, None, public_number=None)
    calls.note(base, ref, [CallEvent(NOON, kind) for kind in kinds], 5000)


def test_a_copy_taken_while_others_write_is_whole_and_can_be_put_back(base: Base, bases: Maker, tmp_path: Path) -> None:
    ends, began = threading.Event(), threading.Event()

    def write() -> None:
        n = 0
        while not ends.is_set():
            open_call(base, f"1.{n}", CallEventKind.KEY)
            n += 1
            began.set()

    writer = threading.Thread(target=write)
    writer.start()
    began.wait()
    file = copying.copy(base, tmp_path)
    ends.set()
    writer.join()

    elsewhere = bases.empty()
    assert copying.is_empty(elsewhere)
    copying.put_back(file, elsewhere)
    assert not copying.is_empty(elsewhere)
    again = open_base(elsewhere)
    found = stories.recent(again, 10_000)
    # One moment: every call up to it, none after it.
    assert sorted(int(call.ref[2:]) for call in found) == list(range(len(found)))
    assert 1 <= len(found) <= len(stories.recent(base, 10_000))
    again.close()


@pytest.mark.engine("sqlite")
def test_what_sqlite_left_beside_a_base_that_was_moved_away_is_kept_and_mixed_with_no_other(
    base: Base, base_url: str, tmp_path: Path
) -> None:
    open_call(base, "1.1", CallEventKind.KEY)
    assert base.file
    base.file.rename(tmp_path / "away")  # its processes were killed: the journal of what came last stays
    assert not copying.is_empty(base_url)

    Path(f"{base.file}-wal").rename(tmp_path / "away-wal")
    assert copying.is_empty(base_url)
    again = open_base(f"sqlite:///{tmp_path / 'away'}")
    assert [call.ref for call in stories.recent(again)] == ["1.1"]
    again.close()


def test_calls_that_were_under_way_end_as_far_as_is_known_and_who_asked_for_a_person_is_not_forgotten(
    base: Base,
) -> None:
    open_call(base, "1.1", CallEventKind.KEY)
    open_call(base, "1.2", CallEventKind.QUEUE_ENTERED)
    open_call(base, "1.3", CallEventKind.MESSAGE_HEARD)
    open_call(base, "1.4")
    calls.close_call(base, "1.4", at=NOON, ending=None, cause="16")

    restored.settle(base, NOON, NOON + timedelta(days=1))

    endings = {call.ref: str(call.ending) for call in stories.recent(base)}
    assert endings == {"1.1": "cut", "1.2": "cut", "1.3": "message_heard", "1.4": "abandoned"}
    assert [request.call_ref for request in open_requests(base)] == ["1.2"]


def test_a_callback_that_was_to_be_rung_waits_for_a_person_and_is_never_rung_by_itself(base: Base) -> None:
    expired_first = sorted(CallbackState, key=lambda state: state is not CallbackState.EXPIRED)  # time passes for all
    lines = {state: f"+336399801{n:02}" for n, state in enumerate(expired_first)}
    refs = {state: brought_to(base, state, line).ref for state, line in lines.items()}
    later = SOON + timedelta(days=1)

    restored.settle(base, SOON, later)

    S = CallbackState
    unknown = {S.QUEUED, S.IN_LINE, S.VISITOR_RINGING, S.TALKING}
    after = {state: callback_staff.show(base, ref).row.state for state, ref in refs.items()}
    assert after == {state: S.TO_CHECK if state in unknown else state for state in S}
    assert callback_queue.due(base, at=later, most=100) == ()
    assert callback_attempts.in_flight(base) == ()
    story = callback_staff.show(base, refs[S.IN_LINE])
    assert (story.moves[-1].before, story.moves[-1].after, story.moves[-1].at) == (S.IN_LINE, S.TO_CHECK, later)
    assert [tried.result for tried in story.attempts] == ["restored"]
    callback_staff.retry(base, refs[S.QUEUED], "anne", later)  # a person may still say so
    assert [due.ref for due in callback_queue.due(base, at=later, most=100)] == [refs[S.QUEUED]]


@pytest.mark.engine("sqlite")
def test_a_damaged_base_is_not_copied_as_if_it_were_good(base: Base, tmp_path: Path) -> None:
    for n in range(200):
        open_call(base, f"1.{n}", CallEventKind.KEY)
    base.close()
    assert base.file
    with base.file.open("r+b") as damaged:
        damaged.seek(8 * 4096)
        damaged.write(b"\xff" * 8 * 4096)

    with pytest.raises(BaseUnavailable, match=r"damaged|cannot be copied"):
        copying.copy(base, tmp_path)
