"""`request open` and `request call-back`, a card's do-not-call, and the JSON of requests and cards."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from click.testing import Result
from idle_trunk import connect_trunk
from reception import Reception
from recorded_calls import record_call

from callback_api.records_api.responses import ContactResponse, RequestResponse
from records.actor import Actor
from records.callbacks.callback_queue import find_due_callbacks
from records.inbox.inbox import list_inbox
from records.plan import plan_versions
from records.requests.requests import RequestKind, open_request
from routing.access.permissions import Role

Run = Callable[..., Result]
NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
ANNE = "+33639980001"
TOPICS = """
requests:
  topics:
    - {name: billing, title: {fr: Facturation, en: Billing}, level: 2}
    - {name: mediation, title: {fr: Médiation, en: Mediation}, level: 3}
"""


def refusal(result: Result) -> str:
    assert (result.exit_code, result.stdout) == (1, "")
    (sentence,) = result.stderr.splitlines()
    return sentence


def rows(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def missed(reception: Reception) -> None:
    call = record_call(reception.database, "1.1", NOON, ANNE)
    who = {"contact_id": call.contact_id, "line_id": call.line_id}
    open_request(reception.database, RequestKind.MISSED, call_ref="1.1", **who, at=NOON)


@pytest.fixture
def topics(reception: Reception) -> None:
    version = plan_versions.get_current_version(reception.database)
    assert version
    plan_versions.save_plan(reception.database, version.text + TOPICS, author="test", at=NOON)


@pytest.mark.usefixtures("topics")
def test_a_letter_is_opened_for_somebody_and_shown_with_its_words(run: Run) -> None:
    run("account", "invite", "Anne", "anne@example.org", "--role", "staff")
    who = ("--number", "06 39 98 00 01", "--subject", "Bill", "--topic", "billing", "--to", "anne@example.org")
    assert run("request", "open", "letter", "It is wrong.", *who).stdout == "Request 1 is open.\n"
    shown = run("request", "show", "1").stdout
    for said in ("letter", "06 39 98 00 01", "level 2", "topic billing", "Bill", "taken by Anne", "It is wrong."):
        assert said in shown, shown
    (made,) = rows(run("request", "open", "visit", "Was here.", "--email", "zoe@example.org", "--json"))
    assert RequestResponse.model_validate_json(json.dumps(made)).kind is RequestKind.VISIT


@pytest.mark.usefixtures("topics")
def test_what_does_not_fit_is_refused_with_what_would(run: Run) -> None:
    letter = ("request", "open", "letter")
    assert run(*letter, "Words").exit_code == 2
    pigeon = run("request", "open", "pigeon", "Words")
    assert (pigeon.exit_code, "'pigeon' is not one of 'letter', 'email'" in pigeon.stderr) == (2, True), pigeon.stderr
    assert "billing, mediation" in refusal(run(*letter, "Words", "--email", "z@example.org", "--topic", "weather"))
    assert "06 39 98 00 01" in refusal(run(*letter, "Words", "--number", "12"))
    assert "nothing is not" in refusal(run(*letter, "Words", "--email", "nothing"))
    assert "4000" in refusal(run(*letter, " ", "--email", "z@example.org"))
    assert "7" in refusal(run(*letter, "Words", "--contact", "7"))
    assert "user" in refusal(run(*letter, "Words", "--email", "z@example.org", "--to", "nobody@example.org"))
    assert run("request", "list").stderr == "No request is open.\n"


@pytest.mark.usefixtures("topics")
def test_a_request_of_the_mediator_is_opened_and_then_in_no_list(reception: Reception, run: Run) -> None:
    opened = run("request", "open", "letter", "Canary", "--number", "0639980001", "--topic", "mediation", "--json")
    assert (rows(opened), opened.stderr) == ([], "The request is the mediator's, who alone sees it.\n")
    for command in (["request", "list", "--json"], ["contact", "show", "1", "--json"], ["contact", "show", "1"]):
        said = run(*command)
        assert said.exit_code == 0 and "letter" not in said.stdout and "Canary" not in said.output
    assert "1" in refusal(run("request", "show", "1"))
    (row,) = list_inbox(reception.database, Actor(None, Role.MEDIATOR, "M"))
    assert row.request.level == 3


@pytest.mark.usefixtures("missed")
def test_a_caller_whom_nobody_answered_is_called_back_once(reception: Reception, run: Run) -> None:
    assert "No trunk" in refusal(run("request", "call-back", "1"))
    connect_trunk(reception.database, NOON)
    placed = run("request", "call-back", "1").stdout
    ref = placed.split()[2]
    assert "in line" in placed and "06 39 98 00 01" in run("callback", "show", ref).stdout
    assert "closed" in refusal(run("request", "call-back", "1"))
    (callback,) = rows(run("request", "list", "--json"))
    assert callback["kind"] == "callback"
    assert "already" in refusal(run("request", "call-back", str(callback["id"])))
    run("request", "open", "letter", "Words", "--email", "zoe@example.org")
    assert "no number" in refusal(run("request", "call-back", "3"))


@pytest.mark.usefixtures("missed")
def test_a_named_agent_is_rung_first_for_the_person_of_a_request_or_a_card(reception: Reception, run: Run) -> None:
    connect_trunk(reception.database, NOON)
    run("staff", "add", "Margot")
    assert "'Nobody'" in refusal(run("request", "call-back", "1", "--agent", "Nobody"))
    placed = run("request", "call-back", "1", "--agent", "margot").stdout
    assert "Margot's telephone rings first" in placed
    due = find_due_callbacks(reception.database, at=datetime.now(UTC), limit=5)
    assert [(each.ref, each.is_own_phone) for each in due] == [(placed.split()[2], True)]

    run("callback", "cancel", placed.split()[2])
    again = run("contact", "call-back", "1", "--number", "06 39 98 00 01", "--agent", "Margot").stdout
    assert "Margot's telephone rings first" in again
    assert "already" in refusal(run("contact", "call-back", "1"))


@pytest.mark.usefixtures("missed")
def test_the_wish_not_to_be_called_is_kept_for_a_card_and_withdrawn(reception: Reception, run: Run) -> None:
    connect_trunk(reception.database, NOON)
    assert run("contact", "do-not-call", "1").exit_code == 2
    assert "never called" in run("contact", "do-not-call", "1", "--reason", "letter").stdout
    assert "on the do-not-call list" in refusal(run("request", "call-back", "1"))
    other = run("contact", "do-not-call", "1", "--reason", "letter", "--number", "0639980002")
    assert "06 39 98 00 01" in refusal(other)
    assert "may be called again" in run("contact", "withdraw-do-not-call", "1", "--number", "0639980001").stdout
    assert "not on the do-not-call list" in refusal(run("contact", "withdraw-do-not-call", "1"))
    assert "7" in refusal(run("contact", "do-not-call", "7", "--reason", "letter"))


@pytest.mark.usefixtures("missed")
def test_json_of_requests_and_cards_has_the_shape_of_the_api_with_what_pages_show(run: Run) -> None:
    run("request", "note", "1", "Rang twice")
    (listed,) = rows(run("request", "list", "--json"))
    (shown,) = rows(run("request", "show", "1", "--json"))
    assert RequestResponse.model_validate_json(json.dumps(listed)).call == "1.1"
    assert shown == {**listed, "owner": None, "history": shown["history"], "joined": []}
    assert [(entry["kind"], entry["note"]) for entry in shown["history"]] == [("note", "Rang twice")]
    (changed,) = rows(run("contact", "change", "1", "--name", "Anne Lefèvre", "--json"))
    (found,) = rows(run("contact", "find", "lefebvre", "--json"))
    (card,) = rows(run("contact", "show", "1", "--json"))
    assert ContactResponse.model_validate_json(json.dumps(found)).numbers == [ANNE]
    assert changed == found == {name: card[name] for name in found}
    assert (card["open_requests"], card["history"][0]["call"]) == ([listed], "1.1")
