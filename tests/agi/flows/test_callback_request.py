"""Callbacks are accepted for numbers that the plan allows calling; Asterisk is simulated, the database is real."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import plan_variants
import pytest
from simulated_asterisk import SimulatedAsterisk

from agi.call import Call
from agi.config_snapshot import SnapshotReader
from agi.flows.callback_offer import offer_callback
from agi.flows.callback_request import request_callback
from agi.write_behind import WriteBehindQueue
from dialplan import names
from records.database.engine import Database
from records.plan import plan_versions
from records.requests import requests

OURS, STAFF_LINE, CENTRE = "+33199000000", "+33199000004", "+33199000099"
TYPES_NUMBER = {"number-enter": ["0639980002"], "number-confirm": ["1"]}
NUMBER_CONFIRMED = ["number-read-back", *(f"digits/{digit}" for digit in "0639980002"), "number-confirm"]
PLAN = plan_variants.plan_with(
    callbacks="  ranges: {ranges}\n",
    overflow=f'  centres: [{{name: centre, number: "{CENTRE}"}}]\n',
)

Dial = Callable[..., SimulatedAsterisk]


@pytest.fixture
def dial(database: Database, tmp_path: Path) -> Iterator[Dial]:
    """`dial(flow, caller, keys)` gives the call after the flow has ended."""
    write_behind, opened = WriteBehindQueue(database, tmp_path / "journal"), []

    def dial(
        flow: Callable[[Call, SnapshotReader], None],
        caller: str,
        keys: dict[str, list[str]],
        ranges: str = "[metropolitan]",
        withheld: str = "0",
        otherwise: str = "voicemail",
        has_outbound_trunk: bool = True,
    ) -> SimulatedAsterisk:
        plan_versions.save_plan(database, PLAN.replace("{ranges}", ranges), author="test", at=datetime.now(UTC))
        snapshots = SnapshotReader(
            database, tmp_path / "last-good.json", has_outbound_trunk=lambda _: has_outbound_trunk
        )
        snapshots.close()
        opened.append(asterisk := SimulatedAsterisk(keys))
        channel = asterisk.channel("1.1", OURS, withheld, "", otherwise, caller=caller)
        flow(Call(channel, write_behind, tmp_path), snapshots)
        return asterisk

    yield dial
    for asterisk in opened:
        asterisk.close()
    write_behind.close()


def callback_numbers(database: Database) -> list[str | None]:
    return [request.line for request in requests.list_open_requests(database)]


UNDIALABLE = ["+441632960001", "0262991005", OURS, STAFF_LINE, CENTRE, "+33899000001"]


@pytest.mark.parametrize("caller", UNDIALABLE)
def test_a_caller_whose_number_may_not_be_called_is_asked_for_another(
    database: Database, dial: Dial, caller: str
) -> None:
    call = dial(request_callback, caller, TYPES_NUMBER)

    assert call.heard == ["number-refused", "number-enter", *NUMBER_CONFIRMED, "callback-accepted-other"]
    assert call.variables[names.ROUTE] == "goodbye"
    assert callback_numbers(database) == ["+33639980002"]


@pytest.mark.parametrize("caller", UNDIALABLE)
def test_key_1_of_the_offer_is_only_for_a_number_that_may_be_called(
    database: Database, dial: Dial, caller: str
) -> None:
    call = dial(offer_callback, caller, {"offer-or-voicemail": ["1", "2"], **TYPES_NUMBER})

    assert call.heard == [
        *["number-refused", "offer-a-number", "offer-or-voicemail"] * 2,
        *("number-enter", *NUMBER_CONFIRMED, "callback-accepted-other"),
    ]
    assert callback_numbers(database) == ["+33639980002"]


@pytest.mark.parametrize(
    ("caller", "line", "ranges"),
    [
        ("0639980001", "+33639980001", "[metropolitan]"),
        ("0262991005", "+262262991005", "[metropolitan, reunion]"),
    ],
)
def test_a_caller_whose_number_may_be_called_gets_a_callback_there(
    database: Database, dial: Dial, caller: str, line: str, ranges: str
) -> None:
    assert dial(request_callback, caller, {}, ranges).heard == ["callback-accepted"]
    assert callback_numbers(database) == [line]


def test_key_1_of_the_offer_is_a_callback_to_the_caller_id(database: Database, dial: Dial) -> None:
    call = dial(offer_callback, "0639980001", {"offer-or-voicemail": ["1"]})

    assert call.heard == ["offer-this-number", "offer-other-number", "offer-or-voicemail", "callback-accepted"]
    assert callback_numbers(database) == ["+33639980001"]


def test_a_caller_who_rejects_the_offer_in_the_queue_by_pressing_nothing_continues_to_wait(dial: Dial) -> None:
    call = dial(offer_callback, "0639980001", {}, otherwise=names.QUEUE_KEYS)

    assert call.heard == ["offer-this-number", "offer-other-number", "offer-or-waiting"]
    assert call.variables[names.ROUTE] == names.QUEUE_KEYS


def test_a_typed_number_must_be_one_that_the_plan_allows(database: Database, dial: Dial) -> None:
    keys = {"number-enter": ["0262991005", "0899000001", "0199000004"]}

    assert dial(request_callback, "", keys, withheld="1").heard == [
        *("number-unseen", "number-enter", *["number-refused", "number-enter"] * 2),
        "callback-no-number",
    ]
    assert callback_numbers(database) == []
    keys = {"number-enter": ["0262991005"], "number-confirm": ["1"]}
    assert (
        dial(request_callback, "", keys, "[metropolitan, reunion]", withheld="1").heard[-1] == "callback-accepted-other"
    )
    assert callback_numbers(database) == ["+262262991005"]


@pytest.mark.parametrize("caller", ["3949", "+337001234567890", "+590976012345", "+508411234"])
def test_a_short_code_a_machine_and_a_number_overseas_are_not_called_unseen(
    database: Database, dial: Dial, caller: str
) -> None:
    assert dial(request_callback, caller, {}).heard == ["number-refused", "number-enter", "callback-no-number"]
    assert callback_numbers(database) == []


def test_a_caller_without_a_number_that_may_be_called_is_sent_to_voicemail(database: Database, dial: Dial) -> None:
    call = dial(request_callback, "+441632960001", {})

    assert call.heard == ["number-refused", "number-enter", "callback-no-number"]
    assert call.variables[names.ROUTE] == "voicemail"
    assert callback_numbers(database) == []


@pytest.mark.parametrize("otherwise", ["voicemail", names.QUEUE_KEYS])
def test_without_a_trunk_nobody_is_offered_a_callback(database: Database, dial: Dial, otherwise: str) -> None:
    call = dial(offer_callback, "+33639980001", {}, otherwise=otherwise, has_outbound_trunk=False)

    assert (call.heard, call.variables[names.ROUTE]) == ([], otherwise)


def test_without_a_trunk_a_callback_that_a_caller_chose_is_a_voicemail(database: Database, dial: Dial) -> None:
    call = dial(request_callback, "+33639980001", {}, has_outbound_trunk=False)

    assert (call.heard, call.variables[names.ROUTE]) == ([], "voicemail")
    assert callback_numbers(database) == []
