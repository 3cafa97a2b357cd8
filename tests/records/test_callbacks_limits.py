"""How many callbacks may be asked for: by number, address, network, and in all."""

from datetime import datetime, timedelta
from itertools import count

import pytest
from promises import NOON, VISITOR, ended, promised, rung, state, wish
from sqlalchemy import func, select

from records import callback_acceptance, callback_links, callback_staff, site_keys
from records.base import Base
from records.callback_results import RingResult
from records.callback_wish import CallbackChannel, TooMany
from records.errors import NotFound
from records.idempotency import Idempotency
from records.schema import CallbackPost
from records.schema import Idempotency as Answers
from routing.callback_limits import CallbackLimits, origin
from routing.callback_rules import CallbackRules
from routing.hours import ALWAYS
from standardiste.serve_webhooks import purge

MANY = 1_000
WIDE = dict.fromkeys(("address_hour", "address_day", "network_hour", "network_day", "all_hour", "all_day"), MANY)


def rules(**limits: int) -> CallbackRules:
    return CallbackRules(limits=CallbackLimits(**(WIDE | limits)))


@pytest.mark.parametrize(
    ("limit", "window", "addresses"),
    [
        ("address_hour", timedelta(hours=1), ["192.0.2.7"]),
        ("address_day", timedelta(days=1), ["192.0.2.7"]),
        ("network_hour", timedelta(hours=1), ["192.0.2.7", "192.0.2.8", "192.0.2.9", "192.0.2.250"]),
        ("network_day", timedelta(days=1), ["2001:db8:1:1::7", "2001:db8:1:2::8", "2001:db8:1:3::9", "2001:db8:1::1"]),
        ("all_hour", timedelta(hours=1), ["192.0.2.7", "198.51.100.8", "203.0.113.9", "2001:db8::1"]),
        ("all_day", timedelta(days=1), ["192.0.2.7", "198.51.100.8", "203.0.113.9", "2001:db8::1"]),
    ],
)
def test_a_limit_holds_until_its_window_has_passed(
    base: Base, limit: str, window: timedelta, addresses: list[str]
) -> None:
    numbers = count(1)

    def ask(at: datetime) -> None:
        n = next(numbers)
        promised(base, wish(f"+336399800{n:02}", address=addresses[n % len(addresses)]), rules(**{limit: 3}), at)

    for minute in range(3):
        ask(NOON + timedelta(minutes=minute))
    late = NOON + timedelta(minutes=30)
    for _ in range(2):  # what is refused does not count
        with pytest.raises(TooMany) as refused:
            ask(late)
        assert refused.value.retry_after_s == (NOON + window - late).total_seconds()
    ask(late + timedelta(seconds=refused.value.retry_after_s))
    with pytest.raises(TooMany):
        ask(late + timedelta(seconds=refused.value.retry_after_s))


def test_an_address_is_counted_as_who_has_it() -> None:
    assert origin("192.0.2.7") == origin("::ffff:192.0.2.7")
    assert origin("2001:db8:1:1::7") == origin("2001:db8:1:1:ffff::8")
    assert (origin("192.0.2.7").address, origin("192.0.2.7").network) == ("192.0.2.7/32", "192.0.2.0/24")
    with pytest.raises(ValueError, match="nonsense"):
        origin("nonsense")


def test_servers_of_our_own_and_callers_have_no_address_to_be_limited_by(base: Base) -> None:
    only_one = rules(address_hour=1, all_hour=2)
    for n in range(2):
        promised(base, wish(f"+336399800{n:02}", address=None), only_one)
    with pytest.raises(TooMany):
        promised(base, wish("+33639980009", address=None), only_one)
    promised(base, wish("+33639980009", address=None, channel=CallbackChannel.KEY), only_one)


def test_one_number_from_a_thousand_addresses_is_promised_two_calls_a_day_and_four_a_month(base: Base) -> None:
    addresses = (f"10.{n}.0.1" for n in count())

    def ask(at: datetime) -> str:
        accepted = promised(base, wish(address=next(addresses)), rules(), at)
        became = state(base, accepted.ref)
        if became == "queued":
            ended(base, rung(base, accepted.ref, at).channel_id, RingResult.ANSWERED, at=at)
        return became

    day = timedelta(days=1)
    assert [ask(NOON) for _ in range(4)] == ["queued", "queued", "unrung", "unrung"]
    assert [ask(NOON + day) for _ in range(3)] == ["queued", "queued", "unrung"]
    assert ask(NOON + 2 * day) == "unrung"
    assert ask(NOON + 31 * day) == "queued"


def test_a_callback_that_never_rang_does_not_count_when_it_is_cancelled(base: Base) -> None:
    for _ in range(5):
        accepted = promised(base, None, rules())
        assert state(base, accepted.ref) == "queued"
        callback_links.cancel(base, accepted.ref, accepted.secret, at=NOON)


def test_who_calls_us_is_called_back_as_often_as_he_asks(base: Base) -> None:
    for _ in range(6):
        accepted = promised(base, wish(channel=CallbackChannel.KEY), rules())
        assert state(base, accepted.ref) == "queued"
        callback_staff.treat(base, accepted.ref, "anne", "reached", NOON)


def test_addresses_and_answers_are_forgotten_when_nothing_looks_back_to_them(base: Base) -> None:
    def kept() -> tuple[int, ...]:
        with base.read() as connection:
            tables = (CallbackPost, Answers)
            return tuple(connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables)

    key = Idempotency("one", "a" * 64)
    callback_acceptance.accept(base, wish(), rules(), ALWAYS, NOON.tzinfo, at=NOON, idempotency=key)
    for hours, left in ((24, (1, 1)), (25, (1, 0)), (48, (1, 0)), (49, (0, 0))):
        purge(base, at=NOON + timedelta(hours=hours))
        assert kept() == left


def test_a_post_is_kept_without_whom_it_was_for(base: Base) -> None:
    promised(base)

    with base.read() as connection:
        [row] = connection.execute(select(*CallbackPost.__table__.c))
    assert set(row._mapping) == {"id", "at", "address", "network"}
    assert VISITOR not in str(row)


def test_a_key_of_a_site_opens_the_door_until_it_is_taken_back(base: Base) -> None:
    made, token = site_keys.add(base, "www", scopes=("callbacks:create",), label="CRM", at=NOON)

    assert site_keys.holder(base, token) == made
    assert site_keys.all(base) == (made,)
    assert site_keys.holder(base, token + "x") is None
    for _ in range(2):
        site_keys.revoke(base, made.id, at=NOON)
    assert site_keys.holder(base, token) is None
    with pytest.raises(NotFound):
        site_keys.revoke(base, 99, at=NOON)
