"""What is typed after --until and --number of a switch."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from routing.plan.model import Plan
from routing.plan.parsing import parse_plan
from standardiste.commands.switch_options import find_number, parse_until

SEED = Path(__file__).parents[3] / "plan.yaml"
NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)  # in Paris
EVE = datetime(2030, 3, 30, 20, tzinfo=UTC)  # clocks go forward at 2:00 the next night


@pytest.fixture(scope="module")
def default_plan() -> Plan:
    return parse_plan(SEED.read_text())


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("18:00", datetime(2030, 3, 4, 17, tzinfo=UTC)),
        ("18h30", datetime(2030, 3, 4, 17, 30, tzinfo=UTC)),
        ("9h00", datetime(2030, 3, 5, 8, tzinfo=UTC)),  # tomorrow
        ("9h", NOON + timedelta(hours=9)),
        ("12:00", datetime(2030, 3, 5, 11, tzinfo=UTC)),
        ("2h ", NOON + timedelta(hours=2)),
        ("45 min", NOON + timedelta(minutes=45)),
        ("2030-03-06 09:00", datetime(2030, 3, 6, 8, tzinfo=UTC)),
        ("2030-07-06 09:00", datetime(2030, 7, 6, 7, tzinfo=UTC)),
    ],
)
def test_an_end_in_the_forms_that_people_write(default_plan: Plan, typed: str, expected: datetime) -> None:
    assert parse_until(typed, default_plan, NOON) == expected


@pytest.mark.parametrize("typed", ["", "soon", "25:00", "18:60", "h", "2030-02-30 09:00", "1999-01-01 09:00"])
def test_what_is_no_time_is_refused_with_examples(default_plan: Plan, typed: str) -> None:
    with pytest.raises(click.ClickException, match=r"18:00, 2h, 45min"):
        parse_until(typed, default_plan, NOON)


def test_a_time_that_clocks_do_not_show_that_night_is_refused(default_plan: Plan) -> None:
    with pytest.raises(click.ClickException, match="Clocks do not show 02:30"):
        parse_until("02:30", default_plan, EVE)
    assert parse_until("6h", default_plan, EVE) == EVE + timedelta(hours=6)  # hours that pass, not those on clocks


def test_only_the_plans_numbers_are_known_in_any_form(default_plan: Plan) -> None:
    assert find_number(default_plan, "") == ""
    assert find_number(default_plan, "01 99 00 00 00") == find_number(default_plan, "+33199000000") == "+33199000000"
    with pytest.raises(click.ClickException, match="01 99 00 00 00"):
        find_number(default_plan, "0199000077")
