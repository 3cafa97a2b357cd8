"""The same callback asked for, placed and rung by many at the same moment."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from promises import NOON, OURS, PARIS, RULES, SOON, placed, promised, request_id, wish
from sqlalchemy import func, select, text

from records import (
    callback_acceptance,
    callback_attempts,
    callback_links,
    callback_slots,
    callback_staff,
    callback_wish,
)
from records.base import Base
from records.callback_wish import SlotGone, TooMany
from records.idempotency import Idempotency
from records.schema import Callback, Request
from routing.callback_rules import CallbackLimits, CallbackRules, First
from routing.callback_slots import Slot
from routing.hours import ALWAYS

POSTS = int(os.environ.get("CALLBACK_POSTS", "200"))
"""How often one key is posted. The long form, once in a while, by hand:
`CALLBACK_POSTS=10000 pytest -k "many_posts or many_times or many_addresses" tests/records tests/callback_api`."""
AT_ONCE = 8
FREE = CallbackRules(
    limits=CallbackLimits(**dict.fromkeys(CallbackLimits.__dataclass_fields__, 1_000_000) | {"cents_min": 4})
)
SLOT = Slot(NOON + timedelta(hours=1), NOON + timedelta(minutes=90))
T = TypeVar("T")


def all_at_once(act: Callable[[int], T], times: int) -> list[T]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(act, range(times)))


def count(base: Base, *which: object) -> int:
    with base.read() as connection:
        rows = select(func.count()).select_from(Callback).join(Request, Request.id == Callback.request_id)
        return connection.scalar(rows.where(*which)) or 0


def test_many_posts_of_one_key_are_one_callback_and_one_answer(base: Base) -> None:
    key = Idempotency("one", "a" * 64)

    answers = all_at_once(
        lambda _: callback_acceptance.accept(base, wish(), FREE, ALWAYS, PARIS, at=NOON, idempotency=key), POSTS
    )

    assert len(set(answers)) == 1
    assert count(base) == 1


def test_one_number_asked_for_from_everywhere_at_once_waits_once(base: Base) -> None:
    answers = all_at_once(lambda n: promised(base, wish(address=f"192.0.2.{n}"), FREE), 40)

    assert len({answer.ref for answer in answers}) == 40
    assert (count(base), count(base, Callback.state == "queued")) == (40, 1)


def test_without_its_unique_index_a_number_would_wait_twice(base: Base) -> None:
    with base.write() as connection:
        connection.execute(text("DROP INDEX one_open_callback"))

    all_at_once(lambda n: promised(base, wish(address=f"192.0.2.{n}"), FREE), 4)

    assert count(base, Callback.state == "queued") > 1


def test_a_slot_never_holds_more_than_its_room(base: Base) -> None:
    rules = CallbackRules(per_slot=3, limits=FREE.limits)

    def ask(n: int) -> bool:
        try:
            promised(base, wish(f"+336399800{n:02}", slot=SLOT), rules)
        except SlotGone:
            return False
        return True

    assert sum(all_at_once(ask, 16)) == 3
    assert callback_slots.taken(base, OURS, NOON, NOON + timedelta(days=1)) == {SLOT.start: 3}


def test_limits_hold_against_all_who_come_at_once(base: Base) -> None:
    rules = CallbackRules(limits=CallbackLimits(address_hour=5))

    def ask(n: int) -> bool:
        try:
            promised(base, wish(f"+336399800{n:02}"), rules)
        except TooMany:
            return False
        return True

    assert sum(all_at_once(ask, 16)) == 5


def test_two_switches_place_one_request_once_and_two_legs_ring_it_once(base: Base) -> None:
    request = request_id(base, promised(base).ref)

    attempts = all_at_once(lambda _: callback_attempts.place(base, request, first=First.AGENT, at=SOON), 16)
    [attempt] = filter(None, attempts)
    rings = all_at_once(lambda _: callback_attempts.ring(base, attempt.channel_id, at=SOON), 16)

    assert len(list(filter(None, rings))) == 1
    assert callback_staff.show(base, attempt.ref).row.rings == 1


def test_a_visitor_who_cancels_while_it_begins_to_ring_is_told_the_truth(base: Base) -> None:
    for n in range(12):
        accepted = promised(base, wish(f"+336399800{n:02}"), FREE)
        attempt = placed(base, accepted.ref)

        def cancel_or_ring(which: int, accepted=accepted, attempt=attempt) -> bool:
            if which:
                return callback_attempts.ring(base, attempt.channel_id, at=SOON) is not None
            try:
                return callback_links.cancel(base, accepted.ref, accepted.secret, at=SOON).shown == "cancelled"
            except callback_wish.TooLate:
                return False

        assert sum(all_at_once(cancel_or_ring, 2)) == 1


def test_a_key_belongs_to_its_site(base: Base) -> None:
    key = Idempotency("one", "a" * 64)
    sites = ("www", "shop")

    answers = [
        callback_acceptance.accept(base, wish(site=site), RULES, ALWAYS, PARIS, at=NOON, idempotency=key)
        for site in sites
    ]

    assert answers[0].ref != answers[1].ref
