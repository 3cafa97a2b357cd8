"""How many callbacks may be requested: by number, address, network, and in all."""

from datetime import datetime, timedelta
from itertools import count

import pytest
from callback_records import (
    NOON,
    VISITOR,
    accept_callback,
    callback_state,
    end_attempt,
    make_callback_request,
    ring_visitor,
)
from sqlalchemy import func, select

from records import site_keys
from records.callbacks import acceptance, staff_actions, visitor_actions
from records.callbacks.attempt_results import AttemptResult
from records.callbacks.callback_request import CallbackChannel, TooManyCallbacks
from records.callbacks.idempotency import IdempotencyKey
from records.database.engine import Database
from records.errors import NotFound
from records.schema import CallbackSubmission
from records.schema import IdempotencyKey as Answers
from routing.access.client_network import parse_client_network
from routing.callbacks.limits import CallbackLimits
from routing.callbacks.rules import CallbackRules
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import ALWAYS_OPEN
from standardiste.parts.webhooks import purge_expired

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
    database: Database, limit: str, window: timedelta, addresses: list[str]
) -> None:
    numbers = count(1)

    def ask(at: datetime) -> None:
        n = next(numbers)
        accept_callback(
            database,
            make_callback_request(f"+336399800{n:02}", address=addresses[n % len(addresses)]),
            rules(**{limit: 3}),
            at,
        )

    for minute in range(3):
        ask(NOON + timedelta(minutes=minute))
    late = NOON + timedelta(minutes=30)
    for _ in range(2):  # a refused request does not count
        with pytest.raises(TooManyCallbacks) as refused:
            ask(late)
        assert refused.value.retry_after_s == (NOON + window - late).total_seconds()
    ask(late + timedelta(seconds=refused.value.retry_after_s))
    with pytest.raises(TooManyCallbacks):
        ask(late + timedelta(seconds=refused.value.retry_after_s))


def test_addresses_of_one_customer_count_as_one() -> None:
    assert parse_client_network("192.0.2.7") == parse_client_network("::ffff:192.0.2.7")
    assert parse_client_network("2001:db8:1:1::7") == parse_client_network("2001:db8:1:1:ffff::8")
    assert (parse_client_network("192.0.2.7").address, parse_client_network("192.0.2.7").network) == (
        "192.0.2.7/32",
        "192.0.2.0/24",
    )
    with pytest.raises(ValueError, match="nonsense"):
        parse_client_network("nonsense")


def test_requests_without_an_address_are_not_limited_by_address(database: Database) -> None:
    only_one = rules(address_hour=1, all_hour=2)
    for n in range(2):
        accept_callback(database, make_callback_request(f"+336399800{n:02}", address=None), only_one)
    with pytest.raises(TooManyCallbacks):
        accept_callback(database, make_callback_request("+33639980009", address=None), only_one)
    accept_callback(
        database, make_callback_request("+33639980009", address=None, channel=CallbackChannel.KEY), only_one
    )


def test_one_number_gets_two_callbacks_a_day_and_four_a_month_from_any_number_of_addresses(database: Database) -> None:
    addresses = (f"10.{n}.0.1" for n in count())

    def ask(at: datetime) -> str:
        accepted = accept_callback(database, make_callback_request(address=next(addresses)), rules(), at)
        became = callback_state(database, accepted.ref)
        if became == "queued":
            end_attempt(database, ring_visitor(database, accepted.ref, at).channel_id, AttemptResult.ANSWERED, at=at)
        return became

    day = timedelta(days=1)
    assert [ask(NOON) for _ in range(4)] == ["queued", "queued", "unrung", "unrung"]
    assert [ask(NOON + day) for _ in range(3)] == ["queued", "queued", "unrung"]
    assert ask(NOON + 2 * day) == "unrung"
    assert ask(NOON + 31 * day) == "queued"


def test_a_callback_cancelled_before_it_was_dialled_does_not_count(database: Database) -> None:
    for _ in range(5):
        accepted = accept_callback(database, None, rules())
        assert callback_state(database, accepted.ref) == "queued"
        visitor_actions.cancel_callback(database, accepted.ref, accepted.secret, at=NOON)


@pytest.mark.parametrize("channel", [CallbackChannel.KEY, CallbackChannel.WEB])
def test_callbacks_of_callers_and_resolved_ones_count_for_their_number(
    database: Database, channel: CallbackChannel
) -> None:
    became = []
    for _ in range(4):
        accepted = accept_callback(database, make_callback_request(channel=channel, address="192.0.2.1"), rules())
        became.append(str(callback_state(database, accepted.ref)))
        if became[-1] != "unrung":
            staff_actions.resolve_callback(database, accepted.ref, "anne", "reached", NOON)
    beyond = "to_check" if channel is CallbackChannel.KEY else "unrung"
    assert became == ["queued", "queued", beyond, beyond]


def test_a_caller_beyond_the_limit_waits_for_a_person_and_their_form_cannot_pass_it_either(database: Database) -> None:
    for _ in range(2):
        accepted = accept_callback(database, make_callback_request(channel=CallbackChannel.KEY), rules())
        staff_actions.resolve_callback(database, accepted.ref, "anne", "reached", NOON)

    pressed = accept_callback(database, make_callback_request(channel=CallbackChannel.KEY), rules())
    asked = accept_callback(database, make_callback_request(address="192.0.2.1"), rules())

    assert [str(callback_state(database, each.ref)) for each in (pressed, asked)] == ["to_check", "unrung"]
    [row] = staff_actions.list_open_callbacks(database)
    assert row.ref == pressed.ref


def test_staff_may_request_a_callback_beyond_the_limit(database: Database) -> None:
    for _ in range(4):
        accepted = accept_callback(database, make_callback_request(channel=CallbackChannel.CLI), rules())
        assert callback_state(database, accepted.ref) == "queued"
        staff_actions.resolve_callback(database, accepted.ref, "anne", "reached", NOON)


def test_addresses_and_responses_are_purged_when_no_limit_looks_back_to_them(database: Database) -> None:
    def kept() -> tuple[int, ...]:
        with database.read() as connection:
            tables = (CallbackSubmission, Answers)
            return tuple(connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables)

    key = IdempotencyKey("one", "a" * 64)
    acceptance.accept_callback(
        database,
        make_callback_request(),
        CallbackTerms(rules(), Calendar(ALWAYS_OPEN, NOON.tzinfo)),
        at=NOON,
        idempotency=key,
    )
    for hours, left in ((24, (1, 1)), (25, (1, 0)), (48, (1, 0)), (49, (0, 0))):
        purge_expired(database, now=NOON + timedelta(hours=hours))
        assert kept() == left


def test_a_submission_is_stored_without_the_number_to_call(database: Database) -> None:
    accept_callback(database)

    with database.read() as connection:
        [row] = connection.execute(select(*CallbackSubmission.__table__.c))
    assert set(row._mapping) == {"id", "at", "address", "network"}
    assert VISITOR not in str(row)


def test_a_site_key_is_accepted_until_it_is_revoked(database: Database) -> None:
    made, token = site_keys.create_site_key(
        database, site_keys.NewKey("www", scopes=("callbacks:create",), label="CRM"), at=NOON
    )

    assert site_keys.find_site_key(database, token) == made
    assert site_keys.list_site_keys(database) == (made,)
    assert site_keys.find_site_key(database, token + "x") is None
    for _ in range(2):
        site_keys.revoke_site_key(database, made.id, at=NOON)
    assert site_keys.find_site_key(database, token) is None
    with pytest.raises(NotFound):
        site_keys.revoke_site_key(database, 99, at=NOON)
