"""A callback is promised where the dialplan may dial: real decisions and base, and an Asterisk that answers."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import plans as of_tests
import pytest
from answering_asterisk import AnsweringAsterisk

from agi.call import Call
from agi.flows.callback import callback
from agi.flows.offer import offer
from agi.memory import Memory
from agi.notebook import Notebook
from dialplan import names
from records import plans, requests
from records.base import Base

OURS, STAFF_LINE, CENTRE = "+33199000000", "+33199000004", "+33199000099"
TYPED = {"number-enter": ["0639980002"], "number-confirm": ["1"]}
GIVEN = ["number-read-back", *(f"digits/{digit}" for digit in "0639980002"), "number-confirm"]
PLAN = of_tests.with_parts(
    callbacks="  ranges: {ranges}\n",
    overflow=f'  centres: [{{name: centre, number: "{CENTRE}"}}]\n',
)

Dial = Callable[..., AnsweringAsterisk]


@pytest.fixture
def dial(base: Base, tmp_path: Path) -> Iterator[Dial]:
    """`dial(flow, caller, keys)`: the call, once our part of it is over."""
    notebook, opened = Notebook(base, tmp_path / "journal"), []

    def dial(
        flow: Callable[[Call, Memory], None],
        caller: str,
        keys: dict[str, list[str]],
        ranges: str = "[metropolitan]",
        withheld: str = "0",
    ) -> AnsweringAsterisk:
        plans.save(base, PLAN.replace("{ranges}", ranges), author="test", at=datetime.now(UTC))
        memory = Memory(base, tmp_path / "last-good.json")
        memory.close()
        opened.append(asterisk := AnsweringAsterisk(keys))
        channel = asterisk.channel("1.1", OURS, withheld, "", "voicemail", caller=caller)
        flow(Call(channel, notebook, tmp_path), memory)
        return asterisk

    yield dial
    for asterisk in opened:
        asterisk.close()
    notebook.close()


def promised(base: Base) -> list[str | None]:
    return [request.line for request in requests.open_requests(base)]


ELSEWHERE = ["+441632960001", "0262991005", OURS, STAFF_LINE, CENTRE, "+33899000001"]


@pytest.mark.parametrize("caller", ELSEWHERE)
def test_who_calls_from_where_we_may_not_ring_is_asked_for_another_number(base: Base, dial: Dial, caller: str) -> None:
    story = dial(callback, caller, TYPED)

    assert story.heard == ["number-refused", "number-enter", *GIVEN, "callback-accepted-other"]
    assert story.variables[names.ROUTE] == "goodbye"
    assert promised(base) == ["+33639980002"]


@pytest.mark.parametrize("caller", ELSEWHERE)
def test_key_1_of_the_offer_is_for_numbers_that_we_may_ring(base: Base, dial: Dial, caller: str) -> None:
    story = dial(offer, caller, {"offer-or-voicemail": ["1", "2"], **TYPED})

    assert story.heard == [
        *["number-refused", "offer-a-number", "offer-or-voicemail"] * 2,
        *("number-enter", *GIVEN, "callback-accepted-other"),
    ]
    assert promised(base) == ["+33639980002"]


@pytest.mark.parametrize(
    ("caller", "line", "ranges"),
    [
        ("0639980001", "+33639980001", "[metropolitan]"),
        ("0262991005", "+262262991005", "[metropolitan, reunion]"),
    ],
)
def test_who_may_be_rung_where_he_calls_from_is_promised_that(
    base: Base, dial: Dial, caller: str, line: str, ranges: str
) -> None:
    assert dial(callback, caller, {}, ranges).heard == ["callback-accepted"]
    assert promised(base) == [line]


def test_key_1_of_the_offer_promises_a_call_to_his_own_number(base: Base, dial: Dial) -> None:
    story = dial(offer, "0639980001", {"offer-or-voicemail": ["1"]})

    assert story.heard == ["offer-this-number", "offer-other-number", "offer-or-voicemail", "callback-accepted"]
    assert promised(base) == ["+33639980001"]


def test_a_number_that_is_typed_is_one_that_the_plan_lets_us_ring(base: Base, dial: Dial) -> None:
    keys = {"number-enter": ["0262991005", "0899000001", "0199000004"]}

    assert dial(callback, "", keys, withheld="1").heard == [
        *("number-unseen", "number-enter", *["number-refused", "number-enter"] * 2),
        "callback-no-number",
    ]
    assert promised(base) == []
    keys = {"number-enter": ["0262991005"], "number-confirm": ["1"]}
    assert dial(callback, "", keys, "[metropolitan, reunion]", withheld="1").heard[-1] == "callback-accepted-other"
    assert promised(base) == ["+262262991005"]


def test_who_may_not_be_rung_and_gives_no_number_may_leave_it_in_words(base: Base, dial: Dial) -> None:
    story = dial(callback, "+441632960001", {})

    assert story.heard == ["number-refused", "number-enter", "callback-no-number"]
    assert story.variables[names.ROUTE] == "voicemail"
    assert promised(base) == []
