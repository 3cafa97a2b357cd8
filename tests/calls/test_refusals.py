"""Calls beyond the limits: refused before they are answered, counted, and without harm to the others."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import ports
import pytest
from databases import copy_installation
from raw_caller import RawCaller
from reception import NUMBER, Reception, wait_for

from records.calls import call_detail, refusals

STAFF_LINE = "0199000004"
LIMIT = 3
HALF_OPEN = 2
OPERATORS = {"op480": ("127.0.0.2", 480), "op503": ("127.0.0.3", 503), "op486": ("127.0.0.4", 486)}
FAR_AHEAD_MS = 10**14

Globals = Callable[..., None]


@pytest.fixture(scope="module")
def reception(prepared_installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    trunks = {
        name: {"address": address, "port": ports.free(), "qualify_s": 0, "refusal_code": code}
        for name, (address, code) in OPERATORS.items()
    }
    var = copy_installation(prepared_installation, tmp_path_factory.mktemp("reception") / "var")
    limits = {"calls_at_once": LIMIT, "half_open_calls": HALF_OPEN}
    reception = Reception.for_calls(var, trunks=json.dumps(trunks), **limits)
    reception.start()
    yield reception
    reception.stop()


@pytest.fixture
def set_globals(reception: Reception) -> Iterator[Globals]:
    """Sets variables of the dialplan until the end of the test."""
    before = {}

    def change(**values: object) -> None:
        for name, value in values.items():
            line = next(
                (
                    line.strip()
                    for line in reception.installation.asterisk_cli.run("dialplan show globals").splitlines()
                    if line.strip().startswith(f"{name}=")
                ),
                f"{name}=",
            )
            before.setdefault(name, line.partition("=")[2])
            reception.installation.asterisk_cli.run(f"dialplan set global {name} {value}")

    yield change
    for name, value in before.items():
        reception.installation.asterisk_cli.run(f"dialplan set global {name} {value or 0}")


@pytest.fixture
def lines(reception: Reception) -> Iterator[Callable[..., RawCaller]]:
    """Callers at an address of this machine, whose calls end with the test."""
    with ExitStack() as stack:
        yield lambda address="127.0.0.1": stack.enter_context(RawCaller(reception.settings.sip_port, address))
    wait_for(
        lambda: "\n0 active channels" in reception.installation.asterisk_cli.run("core show channels"),
        "the calls to end",
    )


def counted(reception: Reception) -> dict[tuple[str, str], int]:
    """The refused calls on record, by trunk and reason."""
    found: dict[tuple[str, str], int] = {}
    for row in refusals.list_refusals(reception.database, 100):
        key = (row.trunk, str(row.reason))
        found[key] = found.get(key, 0) + row.calls
    return found


def test_a_call_beyond_the_limit_is_refused_by_the_code_of_its_trunk_and_counted(
    reception: Reception, lines: Callable[..., RawCaller]
) -> None:
    callers = lines()
    assert [callers.invite(NUMBER).code for _ in range(LIMIT)] == [200] * LIMIT
    recorded = {call.ref for call in call_detail.list_recent_calls(reception.database, 50)}

    codes = {address: lines(address).invite(NUMBER).code for address, _ in OPERATORS.values()}

    assert codes == dict(OPERATORS.values())
    assert callers.invite(NUMBER).code == 486  # the test trunk
    expected = {(name, "full"): 1 for name in OPERATORS} | {("trunk", "full"): 1}
    wait_for(lambda: counted(reception) == expected, "the refused calls to be counted")
    assert {row.landing for row in refusals.list_refusals(reception.database, 9)} == {"+33199000000"}
    later = {call.ref for call in call_detail.list_recent_calls(reception.database, 50)} - recorded
    assert len(later | recorded) == LIMIT  # a refused call leaves no record of a caller


def test_the_staff_line_is_answered_when_no_more_callers_are(
    reception: Reception, lines: Callable[..., RawCaller], set_globals: Globals
) -> None:
    set_globals(CALLS_MAX=0)

    assert lines().invite(NUMBER).code == 486
    assert lines().invite(STAFF_LINE).code == 200


def test_a_place_is_free_again_when_a_caller_hangs_up(lines: Callable[..., RawCaller]) -> None:
    callers = lines()
    first, *_ = [callers.invite(NUMBER) for _ in range(LIMIT)]
    assert callers.invite(NUMBER).code == 486

    callers.hang_up(first)

    assert wait_for(lambda: callers.invite(NUMBER).code == 200, "a free place")


def test_calls_without_ack_from_one_address_are_bounded_and_others_are_served(
    lines: Callable[..., RawCaller], set_globals: Globals
) -> None:
    set_globals(CALLS_MAX=20)
    silent, other = lines("127.0.0.2"), lines("127.0.0.3")

    codes = [silent.invite(NUMBER, acknowledge=False).code for _ in range(HALF_OPEN + 3)]

    assert codes == [200] * HALF_OPEN + [480] * 3
    assert [other.invite(NUMBER).code for _ in range(HALF_OPEN + 3)] == [200] * (HALF_OPEN + 3)  # they speak


@pytest.mark.long
def test_callers_who_speak_are_no_half_open_calls(lines: Callable[..., RawCaller], set_globals: Globals) -> None:
    set_globals(CALLS_MAX=20)
    callers = lines()

    assert [callers.invite(NUMBER).code for _ in range(HALF_OPEN + 3)] == [200] * (HALF_OPEN + 3)


@pytest.mark.long
def test_silent_callers_are_no_half_open_calls_once_a_call_without_ack_would_have_ended(
    lines: Callable[..., RawCaller], set_globals: Globals
) -> None:
    """A gateway that sends no voice while its callers are silent: a second stands for sixteen."""
    set_globals(CALLS_MAX=20, HALF_OPEN_PERIOD_S=1)
    silent = lines("127.0.0.2")
    assert [silent.invite(NUMBER, speaks=False).code for _ in range(HALF_OPEN)] == [200] * HALF_OPEN
    assert silent.invite(NUMBER, speaks=False).code == 480

    wait_for(lambda: silent.invite(NUMBER, speaks=False).code == 200, "the silent callers to be taken for callers", 5)


def test_a_queue_of_set_ups_that_stands_is_refused_and_counted(
    reception: Reception, lines: Callable[..., RawCaller], set_globals: Globals
) -> None:
    before = counted(reception).get(("trunk", "overloaded"), 0)
    set_globals(SET_UP_STANDING=0, SET_UP_SHORT_MS=0, SET_UP_ENDED_MS=FAR_AHEAD_MS, SET_UP_STRICT_UNTIL_MS=0)

    assert lines().invite(NUMBER).code == 486

    wait_for(lambda: counted(reception).get(("trunk", "overloaded"), 0) == before + 1, "the refusal to be counted")


@pytest.mark.long
def test_a_burst_and_callers_of_a_frozen_worker_are_taken(
    lines: Callable[..., RawCaller], set_globals: Globals
) -> None:
    callers = lines()
    set_globals(SET_UP_STANDING=0, SET_UP_SHORT_MS=FAR_AHEAD_MS, SET_UP_ENDED_MS=FAR_AHEAD_MS)
    burst = callers.invite(NUMBER)
    set_globals(SET_UP_SHORT_MS=0, SET_UP_ENDED_MS=0)
    frozen = callers.invite(NUMBER)

    assert (burst.code, frozen.code) == (200, 200)


@pytest.mark.long
def test_a_stall_in_an_overload_is_not_taken_for_a_frozen_worker_at_once(
    lines: Callable[..., RawCaller], set_globals: Globals
) -> None:
    callers, a_third_of_now = lines(), 6 * 10**11
    set_globals(SET_UP_STANDING=0, SET_UP_SHORT_MS=0, SET_UP_ENDED_MS=0, SET_UP_FROZEN_MS=a_third_of_now)
    set_globals(SET_UP_STRICT_UNTIL_MS=FAR_AHEAD_MS)
    assert callers.invite(NUMBER).code == 486

    set_globals(SET_UP_STRICT_UNTIL_MS=0)

    assert callers.invite(NUMBER).code == 200


def test_a_burst_is_taken_only_as_far_as_its_last_caller_hears_us_soon(
    lines: Callable[..., RawCaller], set_globals: Globals
) -> None:
    callers = lines()
    set_globals(SET_UP_STANDING=0, SET_UP_BURST=1, SET_UP_SHORT_MS=FAR_AHEAD_MS, SET_UP_ENDED_MS=FAR_AHEAD_MS)
    set_globals(SET_UP_FROZEN_MS=FAR_AHEAD_MS)  # the end of the first set-up is not that of a frozen worker
    assert callers.invite(NUMBER).code == 200

    set_globals(SET_UP_BURST=0)

    assert callers.invite(NUMBER).code == 486


def test_no_more_calls_are_set_up_at_once_than_the_worker_can_queue(
    lines: Callable[..., RawCaller], set_globals: Globals
) -> None:
    set_globals(SET_UP_STANDING=0, SET_UP_MAX=0, SET_UP_SHORT_MS=FAR_AHEAD_MS)

    assert lines().invite(NUMBER).code == 486
