"""`call list`, `call show`, `call abandoned`: what is on record of calls, in words and as JSON."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from callback_records import make_callback_request
from click.testing import Result
from reception import Reception
from recorded_calls import record_call

from callback_api.records_api.responses import CallDetailResponse, CallResponse
from records.actor import command_line_actor
from records.call_events import CallEvent, CallEventKind, Disposition
from records.callbacks import acceptance
from records.calls import calls
from records.contacts.search.following import follow_calls
from records.inbox import treatment
from records.overrides import NewOverride, OverrideName, begin_override, end_override
from records.plan import plan_versions
from records.requests.requests import list_open_requests
from records.staff import agents
from routing.callbacks.rules import CallbackRules
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import ALWAYS_OPEN

Run = Callable[..., Result]
NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
ANNE, BASILE = "+33639980001", "+33639980002"


def add_call(
    reception: Reception, ref: str, at: datetime, caller: str | None, how: Disposition, *events: CallEvent
) -> None:
    version = plan_versions.get_current_version(reception.database)
    record_call(reception.database, ref, at, caller, plan_version=version.version if version else None)
    calls.add_events(reception.database, ref, events)
    calls.close_call(reception.database, ref, at=at + timedelta(seconds=70), disposition=how, cause="16")


def queued(at: datetime) -> CallEvent:
    return CallEvent(at + timedelta(seconds=10), CallEventKind.QUEUE_ENTERED, {"language": "fr"})


def refusal(result: Result) -> str:
    assert (result.exit_code, result.stdout) == (1, "")
    (sentence,) = result.stderr.splitlines()
    return sentence


def refs(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [line.split()[0] for line in result.stdout.splitlines()]


@pytest.fixture
def three_calls(reception: Reception) -> None:
    agents.create_desks(reception.database, 1)
    [anne] = agents.add_agents(reception.database, [agents.NewAgent("Anne", "fr", ("fr",))], at=NOON)
    wrong = CallEvent(NOON, CallEventKind.WRONG_KEY, {"key": "9"})
    answered = CallEvent(NOON + timedelta(hours=1), CallEventKind.STAFF_ANSWERED, {"phone": anne.sip_account})
    dialled = CallEvent(NOON + timedelta(hours=2), CallEventKind.CENTRE_DIALLED, {"centre": "gone", "reference": "r"})
    add_call(reception, "1.1", NOON, ANNE, Disposition.ABANDONED, queued(NOON))
    add_call(reception, "1.2", NOON + timedelta(hours=1), BASILE, Disposition.STAFF, wrong, answered)
    add_call(reception, "1.3", NOON + timedelta(hours=2), None, Disposition.VOICEMAIL, dialled)
    follow_calls(reception.database)


@pytest.mark.usefixtures("three_calls")
def test_calls_are_listed_by_time_outcome_and_numbers(run: Run) -> None:
    assert refs(run("call", "list")) == ["1.3", "1.2", "1.1"]
    assert refs(run("call", "list", "--limit", "1")) == ["1.3"]
    assert refs(run("call", "list", "--since", "2030-03-04 13:00", "--until", "2030-03-04 14:00")) == ["1.2"]
    assert refs(run("call", "list", "--outcome", "abandoned")) == ["1.1"]
    assert refs(run("call", "list", "--from", "0002")) == ["1.2"]
    assert refs(run("call", "list", "--number", "01 99 00 00 00")) == ["1.3", "1.2", "1.1"]
    assert refs(run("call", "list", "--key", "9")) == ["1.2"]
    assert refs(run("call", "list", "--agent", "anne")) == refs(run("call", "list", "--agent", "1")) == ["1.2"]
    assert refs(run("call", "list", "--centre", "gone", "--outcome", "left")) == ["1.3"]
    assert "Anne (1)" in refusal(run("call", "list", "--agent", "Basile"))
    assert "gone" in refusal(run("call", "list", "--centre", "nowhere"))
    nothing = run("call", "list", "--from", "0009")
    assert (nothing.exit_code, nothing.stdout, nothing.stderr) == (0, "", "No call fits.\n")
    assert "01 99 00 00 00" in refusal(run("call", "list", "--number", "06 39 98 00 01"))
    assert "three digits" in refusal(run("call", "list", "--from", "Anne"))
    former = run("calls", "--limit", "1")
    assert refs(former) == ["1.3"] and "standardiste call list" in former.stderr


@pytest.mark.usefixtures("three_calls")
def test_json_has_the_shape_of_the_api(run: Run) -> None:
    listed = [
        CallResponse.model_validate_json(json.dumps(row)) for row in json.loads(run("call", "list", "--json").stdout)
    ]
    assert [(row.reference, row.caller, row.outcome) for row in listed] == [
        ("1.3", None, "voicemail"),
        ("1.2", BASILE, "staff"),
        ("1.1", ANNE, "abandoned"),
    ]
    (shown,) = json.loads(run("call", "show", "1.1", "--json").stdout)
    assert shown.pop("explanation")[0].startswith("Version ")
    detail = CallDetailResponse.model_validate_json(json.dumps(shown))
    assert [event.kind for event in detail.events] == ["queue_entered"]
    (hung_up,) = json.loads(run("call", "abandoned", "--json").stdout)
    assert (hung_up["reference"], hung_up["waited_s"], hung_up["called_again_at"]) == ("1.1", 60.0, None)


def test_a_call_is_told_in_sentences_with_the_reasons_of_its_way(reception: Reception, run: Run) -> None:
    because = {"because": "nobody ready, 0 agents", "hand_over": True, "when": "entry"}
    add_call(
        *(reception, "1.1", NOON, ANNE, Disposition.OVERFLOW),
        CallEvent(NOON + timedelta(seconds=2), CallEventKind.KEY, {"key": "1", "menu": "main"}),
        CallEvent(NOON + timedelta(seconds=3), CallEventKind.OVERFLOW_DECIDED, because),
    )
    told = run("call", "show", "1.1").stdout
    for said in (
        *("06 39 98 00 01", "01 99 00 00 00", "overflow after 70 s", "12:00:02  The caller pressed 1."),
        *("Version 1 of the plan decided.", "the number was open then."),
        "the call went to the overflow centre: nobody ready, 0 agents.",
    ):
        assert said in told, told
    assert "1.9" in refusal(run("call", "show", "1.9"))


def test_a_caller_who_found_the_number_closed_is_not_told_to_have_come_to_the_team(
    reception: Reception, run: Run
) -> None:
    at = NOON + timedelta(seconds=3)
    add_call(
        *(reception, "1.1", NOON, ANNE, Disposition.VOICEMAIL),
        CallEvent(at, CallEventKind.ROUTED, {"destination": "staff"}),
        CallEvent(at, CallEventKind.STAFF_AWAY, {"because": "closed_by_hand"}),
    )
    told = run("call", "show", "1.1").stdout
    assert "The call was meant for the team." in told and "put through" not in told
    assert "The number was closed by hand, so nobody of the team was called." in told


def test_a_call_says_what_was_switched_by_hand_when_it_began(reception: Reception, run: Run) -> None:
    operator, end = command_line_actor("anne"), NOON + timedelta(hours=1)
    begin_override(reception.database, operator, NewOverride(OverrideName.CLOSED, ends_at=end), at=NOON)
    for ref, minutes in (("1.1", -1), ("1.2", 1), ("1.3", 3), ("1.4", 61)):
        add_call(reception, ref, NOON + timedelta(minutes=minutes), ANNE, Disposition.ABANDONED)
    told = {ref: run("call", "show", ref).stdout for ref in ("1.1", "1.2", "1.3", "1.4")}
    assert [ref for ref in told if "anne had closed it by hand" in told[ref]] == ["1.2", "1.3"]
    end_override(reception.database, operator, OverrideName.CLOSED, at=NOON + timedelta(minutes=2))
    assert "anne had closed it by hand" in run("call", "show", "1.2").stdout
    assert "by hand" not in run("call", "show", "1.3").stdout


def test_of_callers_who_hung_up_one_learns_how_long_they_waited_and_what_came_after(
    reception: Reception, run: Run
) -> None:
    later = NOON + timedelta(hours=1)
    add_call(reception, "1.1", NOON, ANNE, Disposition.ABANDONED, queued(NOON))
    add_call(reception, "1.2", NOON, BASILE, Disposition.ABANDONED)
    add_call(reception, "1.3", later, ANNE, Disposition.STAFF)
    add_call(reception, "1.4", later, None, Disposition.ABANDONED, queued(later))
    lines = {line.split()[0]: line for line in run("call", "abandoned").stdout.splitlines()}
    assert "waited 60 s, called again 2030-03-04 13:00:00, and was answered" in lines["1.1"]
    assert "did not wait for the team, has not called again" in lines["1.2"]
    assert "number withheld" in lines["1.4"] and "waited 60 s, has not called again" in lines["1.4"]
    assert [*lines] == ["1.4", "1.2", "1.1"]


def test_a_callback_of_the_mediator_is_not_told_in_the_list_of_callers_who_hung_up(
    reception: Reception, run: Run
) -> None:
    add_call(reception, "1.1", NOON, ANNE, Disposition.ABANDONED)
    terms = CallbackTerms(CallbackRules(), Calendar(ALWAYS_OPEN, UTC))
    acceptance.accept_callback(reception.database, make_callback_request(ANNE, address=None), terms, at=NOON)
    assert "waits for a callback" in run("call", "abandoned").stdout
    (callback,) = list_open_requests(reception.database)
    operator = command_line_actor("test")
    treatment.hand_to_level(reception.database, operator, callback.id, 3, note=None, at=NOON)
    assert "has not called again" in run("call", "abandoned").stdout
    assert json.loads(run("call", "abandoned", "--json").stdout)[0]["awaits_callback"] is False


def test_a_number_after_call_is_dialled_and_a_word_is_no_command(run: Run) -> None:
    for arguments in (["06 39 98 00 01"], ["place", "06 39 98 00 01"], ["--press", "3", "06 39 98 00 01"]):
        assert "dial 01 99 00 00 00" in refusal(run("call", *arguments))
    wrong = run("call", "lsit")
    assert wrong.exit_code == 2 and "lsit" in wrong.stderr
