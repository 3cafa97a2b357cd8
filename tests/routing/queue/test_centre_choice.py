"""Which centres a call is offered to, and in which order."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st
from rich_plan import RICH_PLAN
from unbroken_spaces import with_ordinary_spaces

from routing.centres.contract import CentreContract
from routing.plan.model import OverflowCentre, OverflowPlan, Plan
from routing.plan.parsing import parse_plan
from routing.queue.centre_choice import choose_centres, is_any_open, order_without_call, tell_choice
from routing.queue.centre_variables import centre_variables

PLAN = parse_plan(RICH_PLAN)
NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)  # a Monday
NIGHT = datetime(2030, 3, 4, 22, tzinfo=UTC)
DAY, BEFORE, AFTER = date(2030, 3, 4), date(2030, 3, 3), date(2030, 3, 5)
CALLS = 4_000
Days = tuple[date | None, date | None]
ALWAYS: Days = (None, None)
IN_FORCE: tuple[Days, ...] = (ALWAYS, (DAY, None), (None, DAY), (DAY, DAY), (BEFORE, AFTER))
NOT_IN_FORCE: tuple[Days, ...] = ((AFTER, None), (None, BEFORE), (AFTER, AFTER), (BEFORE, BEFORE))


def plan_of(*centres: OverflowCentre) -> Plan:
    return replace(PLAN, overflow=OverflowPlan((), centres))


def centre(name: str, share: int = 0, priority: int = 1, hours: str = "", days: Days = ALWAYS) -> OverflowCentre:
    contract = CentreContract(share=share, priority=priority, hours=hours, starts_on=days[0], ends_on=days[1])
    return OverflowCentre(name, "+33199000050", None, "+33199000000", contract=contract)


def order(plan: Plan, ref: str, at: datetime = NOON) -> list[str]:
    return [each.name for each in choose_centres(plan, ref, at).order]


def first_places(plan: Plan, calls: int = CALLS) -> Counter[str]:
    return Counter(order(plan, f"{number}.1")[0] for number in range(calls))


names = st.sampled_from("abcdef")
centres = st.lists(
    st.builds(
        centre,
        names,
        st.integers(0, 100),
        st.integers(1, 3),
        st.sampled_from(["", "always", "office"]),
        st.sampled_from([*IN_FORCE, *NOT_IN_FORCE]),
    ),
    max_size=6,
    unique_by=lambda each: each.name,
)
moments = st.sampled_from([NOON, NIGHT])


def test_without_shares_the_order_is_that_of_the_plan_and_place_1_comes_first() -> None:
    plan = plan_of(centre("late", priority=2), centre("a"), centre("b"))
    assert order(plan, "1.1") == order(plan, "2.1") == ["a", "b", "late"]
    assert [each.name for each in order_without_call(plan.overflow.centres)] == ["a", "b", "late"]


def test_three_centres_get_their_shares_of_4000_calls_and_one_without_is_only_tried_after_them() -> None:
    found = first_places(plan_of(centre("reserve"), centre("a", 60), centre("b", 30), centre("c", 10)))
    assert found["reserve"] == 0
    for name, share in (("a", 60), ("b", 30), ("c", 10)):  # four standard deviations of so many calls are 3.1 %
        assert abs(100 * found[name] / CALLS - share) < 3.1, found


def test_the_calls_of_a_centre_that_fails_go_to_the_others_by_their_shares() -> None:
    plan = plan_of(centre("a", 60), centre("b", 30), centre("c", 10))
    orders = [order(plan, f"{number}.1") for number in range(CALLS)]
    second = Counter(each[1] for each in orders if each[0] == "a")
    assert abs(second["b"] / second.total() - 0.75) < 0.04, second


def test_shares_that_do_not_make_100_are_kept_in_proportion() -> None:
    found = first_places(plan_of(centre("a", 20), centre("b", 20)))
    assert abs(found["a"] / CALLS - 0.5) < 0.04, found


@given(centres, st.text(max_size=20), moments)
def test_every_open_centre_is_tried_once_by_priority_and_no_closed_one(
    of_plan: list[OverflowCentre], ref: str, at: datetime
) -> None:
    plan = plan_of(*of_plan)
    found = choose_centres(plan, ref, at)
    lapsed = {each.name for each in of_plan if (each.contract.starts_on, each.contract.ends_on) in NOT_IN_FORCE}
    shut = {each.name for each in of_plan if each.contract.hours == "office" and at == NIGHT} - lapsed
    open_ones = {each.name for each in of_plan} - lapsed - shut
    assert sorted(each.name for each in found.order) == sorted(open_ones)
    assert {each.name for each in found.closed} == shut
    assert {each.name for each in found.without_contract} == lapsed
    priorities = [each.contract.priority for each in found.order]
    assert priorities == sorted(priorities)
    assert is_any_open(plan, at) is bool(open_ones)
    assert found == choose_centres(plan, ref, at)


@given(centres, st.text(max_size=20), names)
def test_a_centre_that_is_left_out_changes_nothing_between_the_others(
    of_plan: list[OverflowCentre], ref: str, gone: str
) -> None:
    whole = order(plan_of(*of_plan), ref)
    rest = order(plan_of(*(each for each in of_plan if each.name != gone)), ref)
    assert rest == [name for name in whole if name != gone]


def test_the_choice_is_told_in_both_languages() -> None:
    plan = plan_of(centre("a", 100), centre("b"), centre("c", hours="office"))
    told = tell_choice(choose_centres(plan, "1.1", NIGHT).detail, str.upper)
    assert told
    assert str(told) == (
        "The overflow centres for this call, in order: A (place 1, 100 % of the calls for it) and B (place 1)."
        " Closed by its hours: C."
    )
    assert with_ordinary_spaces(told.in_language("fr")).startswith(
        "Centres de débordement pour cet appel, dans l'ordre : A (rang 1, 100 % des appels de ce rang) et B"
    )
    assert tell_choice(choose_centres(plan_of(centre("a")), "1.1", NOON).detail, str) is None
    closed = tell_choice(choose_centres(plan_of(centre("c", hours="office")), "1.1", NIGHT).detail, str)
    assert str(closed) == "No overflow centre took calls at that hour. Closed by its hours: c."


def test_a_contract_holds_from_the_first_to_the_last_midnight_by_the_clock_of_the_plan() -> None:
    plan = plan_of(centre("a", days=(DAY, DAY)))
    begins, over = (datetime.combine(day, time(), plan.timezone) for day in (DAY, AFTER))
    moment = timedelta(seconds=1)
    assert [order(plan, "1.1", at) for at in (begins - moment, begins, over - moment, over)] == [[], ["a"], ["a"], []]
    *_, starts, ends = centre_variables(plan, plan.overflow.centres)["CENTRE_CANDIDATE_1"].split(",")
    assert [int(starts), int(ends)] == [begins.timestamp(), over.timestamp()]


def test_the_centres_outside_their_contracts_are_told_in_both_languages() -> None:
    plan = plan_of(centre("a"), centre("b", days=(None, BEFORE)), centre("c", days=(AFTER, None)))
    told = tell_choice(choose_centres(plan, "1.1", NOON).detail, str.upper)
    assert told
    assert str(told) == "The overflow centres for this call, in order: A. Without a contract on that day: B and C."
    assert with_ordinary_spaces(told.in_language("fr")).endswith("Sans contrat ce jour-là : B et C.")
