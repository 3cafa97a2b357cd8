"""The state of the queue for one caller."""

from routing.queue.queue_state import QueueLoad, build_queue_state
from routing.queue.wait_estimate import estimate_position, estimate_wait_s
from routing.shares import share_draw


def build(load: QueueLoad, waited_s: float = 0.0):
    return build_queue_state(load, "1.1", waited_s, is_open=True, overflow_forced=False)


def test_the_estimate_counts_wrapup_and_callers_of_the_other_queues():
    state = build(QueueLoad(4, 1, 3, (2, 9), handling_time_s=180.0, wrapup_s=20), 12.5)
    assert state.estimated_wait_s == estimate_wait_s(estimate_position(4, (2, 9)), 1, 4, 200.0)
    assert (state.logged_in, state.ready, state.waiting, state.longest_wait_s) == (4, 1, 3, 12.5)
    assert (state.is_open, state.overflow_forced, state.draw) == (True, False, share_draw("1.1"))


def test_without_a_known_handling_time_a_wait_is_estimated_only_when_an_agent_is_free():
    assert build(QueueLoad(2, 0, 0, (), handling_time_s=0.0, wrapup_s=30)).estimated_wait_s is None
    assert build(QueueLoad(2, 1, 0, (), handling_time_s=0.0, wrapup_s=30)).estimated_wait_s == 0
