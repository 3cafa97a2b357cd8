"""The commands `callback`, `callbacks`, `do-not-call` and `key`."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import switches
from callback_records import (
    OTHER_VISITOR,
    PUBLIC_NUMBER,
    VISITOR,
    callback_state,
    end_attempt,
    make_callback_request,
    ring_visitor,
)
from click.testing import Result
from plan_variants import plan_with
from reception import Reception

from records import site_keys
from records.callbacks import acceptance, do_not_call, staff_actions
from records.callbacks.attempt_results import AttemptResult
from records.callbacks.callback_request import AcceptedCallback
from records.plan import plan_versions
from routing.callbacks.rules import CallbackRules
from routing.callbacks.states import CallbackState
from routing.callbacks.terms import CallbackTerms
from routing.callbacks.time_slots import TimeSlot
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import ALWAYS_OPEN

Run = Callable[..., Result]
NOW = datetime(2030, 1, 7, 12, tzinfo=UTC)
TOMORROW = TimeSlot(NOW + timedelta(days=1), NOW + timedelta(days=1, minutes=30))
NO_ADDRESS = {"address": None}


def request(reception: Reception, line: str = VISITOR, **more: object) -> AcceptedCallback:
    callback_request = make_callback_request(line, **(NO_ADDRESS | more))
    return acceptance.accept_callback(
        reception.database, callback_request, CallbackTerms(CallbackRules(), Calendar(ALWAYS_OPEN, UTC)), at=NOW
    )


@pytest.fixture
def unknown(reception: Reception) -> str:
    """The reference of a callback whose attempt has an unknown result."""
    ref = request(reception).ref
    end_attempt(
        reception.database, ring_visitor(reception.database, ref, NOW).channel_id, AttemptResult.UNKNOWN, at=NOW
    )
    return ref


def refusal(result: Result) -> str:
    assert (result.exit_code, result.stdout) == (1, "")
    (sentence,) = result.stderr.splitlines()
    return sentence


def test_open_callbacks_are_listed_in_order_with_time_and_topic(reception: Reception, run: Run) -> None:
    assert run("callback", "list").stderr == "Nobody waits for a callback.\n"
    first = request(reception, name="Ada", topic="Rent")
    second = request(reception, OTHER_VISITOR, time_slot=TOMORROW)

    lines = run("callback", "list").stdout.splitlines()
    assert lines == [
        f"{first.ref}  queued          06 39 98 00 01     2030-01-07 13:00  web  Ada about Rent",
        f"{second.ref}  queued          06 39 98 00 02     2030-01-08 13:00 to 13:30  web",
    ]
    listed = json.loads(run("callback", "list", "--json").stdout)
    assert [(row["ref"], row["line"], row["state"]) for row in listed] == [
        (first.ref, VISITOR, "queued"),
        (second.ref, OTHER_VISITOR, "queued"),
    ]
    assert (
        listed[1]["time_slot"]
        == listed[1]["slot"]
        == {"start": "2030-01-08T12:00:00+00:00", "end": "2030-01-08T12:30:00+00:00"}
    )


def test_a_callback_is_shown_with_transitions_and_attempts(reception: Reception, run: Run, unknown: str) -> None:
    said = run("callback", "show", unknown.lower()).stdout

    assert "rung from 01 99 00 00 00, until 2030-01-09 13:00" in said
    assert re.findall(r"(\w+) +by standardiste", said) == ["in_line", "visitor_ringing", "to_check"]
    assert "attempt 1 of 2030-01-07 13:00: unknown" in said
    [detail] = json.loads(run("callback", "show", unknown, "--json").stdout)
    assert [moved["after"] for moved in detail["transitions"]] == ["queued", "in_line", "visitor_ringing", "to_check"]
    assert "no callback AAAA-AAAA" in refusal(run("callback", "show", "AAAA-AAAA"))


def test_callbacks_with_unknown_result_are_listed_separately_for_a_person(
    reception: Reception, run: Run, unknown: str
) -> None:
    request(reception, OTHER_VISITOR)
    assert run("callback", "check").stdout.startswith(f"{unknown}  to_check ")
    assert len(json.loads(run("callback", "check", "--json").stdout)) == 1

    assert run("callback", "retry", unknown).stdout == "The callback waits in line again.\n"
    assert run("callback", "check").stderr == "Nothing is to be checked.\n"
    assert run("callback", "resolve", unknown, "reached", "--note", "Wants a form.").exit_code == 0
    assert callback_state(reception.database, unknown) is CallbackState.TREATED
    assert "it cannot become" in refusal(run("callback", "retry", unknown))
    assert "--note" in refusal(run("callback", "resolve", unknown, "x" * 33))


def test_a_callback_is_cancelled_once(reception: Reception, run: Run) -> None:
    ref = request(reception).ref

    assert run("callback", "cancel", ref).stdout == "The callback is cancelled.\n"
    assert "it cannot become" in refusal(run("callback", "cancel", ref))
    by = [moved.by for moved in staff_actions.get_callback_detail(reception.database, ref).transitions]
    assert by[0] == "web"
    assert by[1] not in ("", "web", "visitor", "standardiste")


def test_all_callbacks_are_paused_and_resumed(reception: Reception, run: Run) -> None:
    assert "until `standardiste callbacks resume`" in run("callbacks", "pause", "--note", "strike").stdout
    assert switches.find(reception.database, "callbacks").note == "strike"
    assert run("callbacks", "resume").exit_code == 0
    assert not switches.is_switched(reception.database, "callbacks")


def test_a_number_on_the_do_not_call_list_is_not_called(reception: Reception, run: Run) -> None:
    ref = request(reception).ref

    assert run("do-not-call", "add", "06 39 98 00 01", "--source", "letter").stdout == (
        "06 39 98 00 01 is never called again.\n"
    )
    assert callback_state(reception.database, ref) is CallbackState.UNRUNG
    assert run("do-not-call", "remove", VISITOR).exit_code == 0
    assert not do_not_call.is_do_not_call(reception.database, VISITOR)
    assert "is not on the do-not-call list" in refusal(run("do-not-call", "remove", VISITOR))
    assert "not a telephone number" in refusal(run("do-not-call", "add", "nobody"))


def test_former_names_of_commands_work_and_name_the_new_one(reception: Reception, run: Run, unknown: str) -> None:
    assert "standardiste callback resolve" in run("callback", "treat", unknown, "reached").stderr
    assert callback_state(reception.database, unknown) is CallbackState.TREATED
    assert "standardiste do-not-call add" in run("callbacks", "oppose", VISITOR).stderr
    assert do_not_call.is_do_not_call(reception.database, VISITOR)
    assert "standardiste do-not-call remove" in run("callbacks", "withdraw", VISITOR).stderr
    assert not do_not_call.is_do_not_call(reception.database, VISITOR)
    assert "treat" not in run("callback", "--help").stdout


def test_former_keys_of_json_are_there_beside_the_new_ones(run: Run, unknown: str) -> None:
    [detail] = json.loads(run("callback", "show", unknown, "--json").stdout)

    assert detail["moves"] == detail["transitions"]
    assert detail["row"]["because"] == detail["row"]["reason"]


def test_a_site_key_is_shown_once(reception: Reception, run: Run) -> None:
    assert "key add" in run("key", "list").stderr
    token = run("key", "add", "www", "CRM").stdout.split()[-1]

    holder = site_keys.find_site_key(reception.database, token)
    assert holder
    assert (holder.site, holder.label, holder.scopes) == ("www", "CRM", ("callbacks:create",))
    listed = run("key", "list").stdout
    assert "CRM" in listed
    assert token not in listed
    assert run("key", "revoke", "1").stdout == "Key 1 is revoked.\n"
    assert "revoked" in run("key", "list").stdout
    assert site_keys.find_site_key(reception.database, token) is None
    assert "choose www" in refusal(run("key", "add", "moon", "CRM"))
    assert "no key 7" in refusal(run("key", "revoke", "7"))
    assert PUBLIC_NUMBER not in listed


def test_a_key_of_a_program_has_its_scopes_and_no_site(reception: Reception, run: Run) -> None:
    token = run("key", "add-tool", "CRM", "--scope", "calls:read").stdout.split()[-1]
    holder = site_keys.find_site_key(reception.database, token)
    assert holder is not None and (holder.site, holder.scopes) == ("", ("calls:read",))
    assert "calls:read  CRM" in run("key", "list").stdout
    assert "--scope" in run("key", "add-tool", "CRM").stderr


def test_a_key_of_a_centre_is_for_a_centre_of_the_plan(reception: Reception, run: Run) -> None:
    centres = '  rules: [{when: nobody-logged-in}]\n  centres:\n    - {name: north, number: "+33199000050"}'
    plan_versions.save_plan(reception.database, plan_with(overflow=centres), author="test", at=NOW)
    assert "is not an overflow centre of the plan" in refusal(run("key", "add-centre", "moon", "Moon"))
    token = run("key", "add-centre", "north", "Their programs").stdout.split()[-1]
    holder = site_keys.find_site_key(reception.database, token)
    assert holder is not None and (holder.centre, holder.scopes) == ("north", ("outcomes:write",))
    assert "  north  " in run("key", "list").stdout and "ended" not in run("key", "list").stdout


def test_a_key_that_ended_with_its_contract_is_said_to(reception: Reception, run: Run) -> None:
    centres = '  rules: [{when: nobody-logged-in}]\n  centres:\n    - {name: north, number: "+33199000050"}'
    ended = centres.replace('050"}', '050", contract: {until: 2020-01-31}}')
    plan_versions.save_plan(reception.database, plan_with(overflow=centres), author="test", at=NOW)
    run("key", "add-centre", "north", "Their programs")
    plan_versions.save_plan(reception.database, plan_with(overflow=ended), author="test", at=NOW)
    assert "Their programs  ended with its contract" in run("key", "list").stdout
    assert "contract with north has ended" in refusal(run("key", "add-centre", "north", "Again"))
