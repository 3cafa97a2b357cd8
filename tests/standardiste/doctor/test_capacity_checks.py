"""How many calls the settings carry, and what `doctor` says about it."""

import pytest
from rich_plan import RICH_PLAN

from routing.plan.parsing import parse_plan
from standardiste import capacity
from standardiste.doctor import capacity_checks
from standardiste.settings import Settings


def settings(**given: object) -> Settings:
    return Settings.model_validate(given)


def test_the_default_ports_carry_the_default_calls_each_with_a_second_leg_and_every_phone() -> None:
    default = settings()

    assert capacity.max_calls(default) == default.calls_at_once == 800
    assert capacity.voice_legs(default) >= 2 * default.calls_at_once + 2 * default.phones + capacity.SPARE_LEGS
    assert capacity_checks.check_ports(default).ok
    assert list(capacity_checks.check_sessions(default)) == []


@pytest.mark.parametrize(("rtp_last", "fit"), [(10199, 40), (10049, 10), (10003, 1), (19999, 2400)])
def test_a_range_carries_fewer_calls_than_ports_would_allow_at_once(rtp_last: int, fit: int) -> None:
    given = settings(rtp_last=rtp_last)

    assert capacity.calls_that_fit(given) == fit
    assert capacity.max_calls(given) == min(fit, 800)
    assert 2 * fit < capacity.voice_legs(given) or rtp_last == 10003  # room for callbacks and the staff line


@pytest.mark.parametrize(("calls", "phones"), [(800, 50), (1, 1), (40, 50), (41, 99), (333, 10), (5000, 99)])
def test_doctor_names_the_port_with_which_the_calls_fit(calls: int, phones: int) -> None:
    too_small = settings(rtp_last=10003, calls_at_once=calls + 1, phones=phones)

    last = capacity.rtp_last_for(too_small)

    assert not capacity_checks.check_ports(too_small).ok
    assert str(last) in str(capacity_checks.check_ports(too_small).in_language("en"))
    mended = settings(rtp_last=last, calls_at_once=calls + 1, phones=phones)
    assert capacity_checks.check_ports(mended).ok
    assert not capacity_checks.check_ports(settings(rtp_last=last - 2, calls_at_once=calls + 1, phones=phones)).ok


def test_doctor_says_when_conversations_or_open_files_end_before_the_ports() -> None:
    few = settings(agi_threads=849)

    assert [check.name for check in capacity_checks.check_sessions(few)] == ["capacity: conversations"]
    assert "850" in str(next(capacity_checks.check_sessions(few)).in_language("en"))
    assert [check.name for check in capacity_checks.check_open_files(few, 1024)] == ["capacity: open files"]
    assert list(capacity_checks.check_open_files(few, 65_536)) == []


def test_calls_are_handed_over_only_if_that_is_set_and_while_there_are_ports() -> None:
    assert capacity.max_handed_over(settings()) == 0
    assert capacity.max_handed_over(settings(when_full="overflow")) == 100


def test_doctor_says_when_a_contract_promises_more_calls_than_the_machine_carries() -> None:
    plan = parse_plan(RICH_PLAN)  # the centre "north" takes 12 at once

    assert list(capacity_checks.check_centres(settings(), plan)) == []
    (said,) = capacity_checks.check_centres(settings(rtp_last=10049), plan)
    assert "may get 12 calls at once; this machine carries 10 in all" in str(said.message)
