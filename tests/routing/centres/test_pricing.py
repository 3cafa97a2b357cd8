"""The costs of an overflow centre: a month worked out by hand, and what holds for any month."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import examples

from routing.centres.contract import CentreContract, RoundedOn, Tariff
from routing.centres.day_counts import HandedOverCall, count_days
from routing.centres.pricing import (
    CostKind,
    Costs,
    Period,
    Service,
    divide_month,
    is_contact,
    measure_service,
    price_period,
    share_out,
)

JUNE = date(2030, 6, 1)
CONTRACT = CentreContract(
    paid_by=Tariff.CONTACT,
    starts_on=JUNE,
    contact_price=Decimal("2.455"),
    contact_free_s=10,
    contacts_min=6,
    hour_price=Decimal("31.50"),
    hours_planned=100,
    hours_min=8,
    hour_step_min=15,
    set_up=Decimal(900),
    service_percent=80,
    service_s=20,
    penalty_percent=5,
)
WHOLE = Period(CONTRACT, JUNE, date(2030, 6, 30))


def call(number: int, day: int, ring_s: float | None = 5.0, talk_s: float | None = 120.0) -> HandedOverCall:
    at = datetime(2030, 6, day, 12, tzinfo=UTC) + timedelta(seconds=number)
    return HandedOverCall(f"r{number}", at, at.date(), ring_s, talk_s)


CALLS = (
    call(1, 3, 4, 180),
    call(2, 3, 19, 60),
    call(3, 4, 21, 60),  # answered too late, and paid
    call(4, 5, 3, 9.9),  # too short to be a contact
    call(5, 6, None, None),  # not answered
)


DAYS = count_days(CALLS)


def lines(costs: Costs) -> list[tuple[str, str, str]]:
    return [(line.kind.value, str(line.quantity), str(line.amount)) for line in costs.lines]


def test_a_month_by_contact_to_the_cent() -> None:
    """Three contacts at 2.455 are 7.365; three more are paid in any case. 3 of 5 calls in time: 5 % are taken off."""
    costs = price_period(WHOLE, DAYS, None)[Tariff.CONTACT]
    assert lines(costs) == [
        ("contacts", "3", "7.365"),
        ("minimum", "3", "7.365"),
        ("penalty", "1", "-0.7365"),  # 5 % of 14.73
        ("set_up", "1", "900"),
        ("rounding", "1", "-0.0035"),
    ]
    assert costs.total == Decimal("913.99")
    shares = share_out(WHOLE, CALLS, {Tariff.CONTACT: costs})[Tariff.CONTACT]
    assert {reference: str(amount) for reference, amount in shares.items()} == {
        **dict.fromkeys(("r1", "r2", "r3"), "2.455"),
        **dict.fromkeys(("r4", "r5"), "0"),
    }


def test_the_same_month_with_each_line_rounded_to_the_cent() -> None:
    """2.455 is 2.46 on a line of its own, and 7.37 for the three that are missing; 5 % of 14.75 are 0.7375."""
    contract = replace(CONTRACT, rounded_on=RoundedOn.LINE)
    costs = price_period(replace(WHOLE, contract=contract), DAYS, None)[Tariff.CONTACT]
    assert [line[2] for line in lines(costs)] == ["7.38", "7.37", "-0.74", "900.00"]
    assert costs.total == Decimal("914.01")


def test_the_same_month_by_the_hours_that_the_centre_has_sent() -> None:
    """3.10 h are 3.25 and 2.25 stay: 5.50 h at 31.50 are 173.25; 2.50 h more are paid in any case, 78.75."""
    hours = {date(2030, 6, 3): Decimal("3.1"), date(2030, 6, 4): Decimal("2.25"), date(2030, 7, 1): Decimal(9)}
    costs = price_period(WHOLE, DAYS, hours)[Tariff.HOUR]
    assert lines(costs) == [
        ("hours", "5.5", "173.25"),
        ("minimum", "2.50", "78.7500"),
        ("penalty", "1", "-12.6000"),
        ("set_up", "1", "900"),
    ]
    assert costs.total == Decimal("1139.40")
    # 309.9 s of talk share 173.25: 180 s are 100.629…, 60 s 33.543… twice, 9.9 s 5.534…
    shares = share_out(WHOLE, CALLS, {Tariff.HOUR: costs})[Tariff.HOUR]
    assert {reference: str(amount) for reference, amount in shares.items()} == {
        "r1": "100.63",
        "r2": "33.54",
        "r3": "33.54",
        "r4": "5.54",
        "r5": "0.00",
    }


def test_planned_hours_count_by_the_days_of_the_contract() -> None:
    """Ten of thirty days: a third of 100 hours, and of the least quantities."""
    costs = price_period(Period(CONTRACT, date(2030, 6, 21), date(2030, 6, 30)), (), None)
    assert lines(costs[Tariff.HOUR]) == [("hours", "33.33", "1049.8950"), ("rounding", "1", "0.0050")]
    assert lines(costs[Tariff.CONTACT]) == [("contacts", "0", "0.000"), ("minimum", "2", "4.910")]


def test_a_tariff_without_a_price_is_not_worked_out() -> None:
    assert set(price_period(replace(WHOLE, contract=replace(CONTRACT, hour_price=None)), DAYS, None)) == {
        Tariff.CONTACT
    }


def test_a_month_is_divided_where_one_contract_follows_another() -> None:
    new = CentreContract(starts_on=date(2030, 6, 16), contact_price=Decimal(3))
    old = CentreContract(starts_on=date(2029, 1, 1), ends_on=date(2030, 6, 20), contact_price=Decimal(2))
    assert [(period.contract, period.first.day, period.last.day) for period in divide_month(JUNE, [new, old])] == [
        (old, 1, 15),
        (new, 16, 30),
    ]
    assert divide_month(date(2028, 6, 1), [new, old]) == ()


def test_a_call_that_is_not_answered_counts_against_the_service_level() -> None:
    service = measure_service(CONTRACT, DAYS)
    assert (service.given, service.answered, service.in_time, service.percent) == (5, 4, 3, Decimal(60))
    assert measure_service(CONTRACT, ()).percent is None


seconds = st.one_of(st.none(), st.floats(0, 5000, allow_nan=False).map(lambda value: round(value, 1)))
months = st.lists(st.tuples(st.integers(1, 30), seconds, seconds), max_size=30).map(
    lambda rows: [
        call(number, day, ring, None if ring is None else talk) for number, (day, ring, talk) in enumerate(rows)
    ]
)
amounts = st.decimals(0, 100, places=4)
contracts = st.builds(
    CentreContract,
    starts_on=st.just(JUNE),
    contact_price=amounts,
    contact_free_s=st.integers(0, 60),
    contacts_min=st.integers(0, 40),
    hour_price=amounts,
    hours_planned=st.integers(0, 300),
    hours_min=st.integers(0, 300),
    hour_step_min=st.integers(1, 60),
    set_up=st.one_of(st.none(), amounts),
    rounded_on=st.sampled_from(RoundedOn),
    service_percent=st.integers(1, 100),
    service_s=st.integers(1, 60),
    penalty_percent=st.integers(0, 100),
)
all_hours = st.one_of(
    st.none(), st.dictionaries(st.integers(1, 30).map(lambda day: date(2030, 6, day)), st.decimals(0, 200, places=2))
)


@settings(max_examples=examples(60))
@given(contracts, months, all_hours, st.randoms())
def test_costs_do_not_depend_on_the_order_and_are_the_sum_of_their_parts(
    contract: CentreContract, calls: list[HandedOverCall], hours: dict[date, Decimal] | None, random: Any
) -> None:
    whole = replace(WHOLE, contract=contract)
    costs = price_period(whole, count_days(calls), hours)
    shares = share_out(whole, calls, costs)
    shuffled, later = random.sample(calls, len(calls)), dict(reversed((hours or {}).items()))
    again = price_period(whole, reversed(count_days(shuffled)), None if hours is None else later)
    assert (again, share_out(whole, shuffled, again)) == (costs, shares)
    for tariff, work in ((Tariff.CONTACT, CostKind.CONTACTS), (Tariff.HOUR, CostKind.HOURS)):
        cost, by_call = costs[tariff], shares[tariff]
        assert cost.total == cost.total.quantize(Decimal("0.01"))
        assert set(by_call) == {each.reference for each in calls}
        [worked] = [line.amount for line in cost.lines if line.kind is work]
        of_calls = sum(by_call.values(), Decimal(0))
        if tariff is Tariff.CONTACT:
            assert of_calls == worked
        elif any(each.talk_s and each.talk_s >= 0.001 for each in calls):
            assert 0 <= worked - of_calls < Decimal("0.01")
        else:
            assert of_calls == 0


@settings(max_examples=examples(60))
@given(contracts, months)
def test_the_counts_of_days_say_of_each_limit_what_the_calls_say(
    contract: CentreContract, calls: list[HandedOverCall]
) -> None:
    service = measure_service(contract, count_days(calls))
    rings = [each.ring_s for each in calls if each.ring_s is not None]
    assert service == Service(len(calls), len(rings), sum(ring <= (contract.service_s or 0) for ring in rings))
    contacts = sum(each.count_talks_from(contract.contact_free_s) for each in count_days(calls))
    assert contacts == sum(is_contact(contract, each) for each in calls)
