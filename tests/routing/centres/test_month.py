"""A month of a centre as a whole, and the weeks around it."""

from datetime import UTC, date, datetime
from decimal import Decimal

from routing.centres.contract import CentreContract, Tariff
from routing.centres.day_counts import HandedOverCall, count_days
from routing.centres.month import day_after_read, first_day_read, work_out

JUNE = date(2030, 6, 1)
CONTRACT = CentreContract(contact_price=Decimal(2), hour_price=Decimal(30), hours_planned=300)


def call(number: int, month: int, day: int) -> HandedOverCall:
    at = datetime(2030, month, day, 12, tzinfo=UTC)
    return HandedOverCall(f"r{number}", at, at.date(), 5.0, 100.0)


def test_the_weeks_end_with_the_last_one_of_the_month() -> None:
    assert (first_day_read(JUNE), day_after_read(JUNE)) == (date(2030, 4, 8), date(2030, 7, 1))
    month = work_out(JUNE, [CONTRACT], count_days([call(1, 4, 8), call(2, 6, 30), call(3, 6, 24)]), {})
    assert [month.weeks[0].monday, month.weeks[-1].monday] == [date(2030, 4, 8), date(2030, 6, 24)]
    assert [month.weeks[0].contacts, month.weeks[-1].contacts] == [1, 2]
    assert month.weeks[-1].break_even == 1050  # 7 days of 10 hours at 30 euros, in contacts at 2
    assert month.costs[Tariff.CONTACT].total == 4  # the call of April is of another month
    assert month.costs[Tariff.HOUR].total == 9000


def test_hours_of_the_centre_take_the_place_of_the_planned_ones_in_their_month_alone() -> None:
    month = work_out(JUNE, [CONTRACT], count_days([]), {JUNE: {date(2030, 6, 24): Decimal(8)}})
    assert month.weeks[-1].break_even == 120
    assert month.costs[Tariff.HOUR].total == 240
    assert month.weeks[0].break_even == 1050


def test_a_month_of_two_contracts_is_the_sum_of_both() -> None:
    old = CentreContract(ends_on=date(2030, 6, 15), contact_price=Decimal(3))
    new = CentreContract(starts_on=date(2030, 6, 16), contact_price=Decimal(2))
    month = work_out(JUNE, [new, old], count_days([call(1, 6, 15), call(2, 6, 16)]), {})
    assert month.contract is new
    assert month.costs[Tariff.CONTACT].total == 5
    assert set(month.costs) == {Tariff.CONTACT}


def test_without_a_contract_nothing_is_worked_out() -> None:
    month = work_out(JUNE, [], count_days([call(1, 6, 15)]), {})
    assert (month.costs, month.contract, month.service.given) == ({}, None, 1)
    assert {week.break_even for week in month.weeks} == {None}
