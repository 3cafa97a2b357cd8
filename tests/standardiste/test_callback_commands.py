"""`callback`, `callbacks` and `key`, as an operator types them."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import Result
from promises import OTHER, OURS, VISITOR, ended, rung, state, wish
from reception import Reception

from records import callback_acceptance, callback_staff, oppositions, site_keys, switches
from records.callback_results import RingResult
from records.callback_wish import Accepted
from routing.callback_rules import CallbackRules
from routing.callback_slots import Slot
from routing.callback_states import CallbackState
from routing.hours import ALWAYS

Run = Callable[..., Result]
NOW = datetime(2030, 1, 7, 12, tzinfo=UTC)
TOMORROW = Slot(NOW + timedelta(days=1), NOW + timedelta(days=1, minutes=30))
HERE = {"address": None}


def ask(reception: Reception, line: str = VISITOR, **more: object) -> Accepted:
    wanted = wish(line, **(HERE | more))
    return callback_acceptance.accept(reception.base, wanted, CallbackRules(), ALWAYS, UTC, at=NOW)


@pytest.fixture
def unknown(reception: Reception) -> str:
    """The reference of a callback of which nobody knows whether it rang."""
    ref = ask(reception).ref
    ended(reception.base, rung(reception.base, ref, NOW).channel_id, RingResult.UNKNOWN, at=NOW)
    return ref


def refusal(result: Result) -> str:
    assert (result.exit_code, result.stdout) == (1, "")
    (sentence,) = result.stderr.splitlines()
    return sentence


def test_who_waits_is_listed_in_order_with_when_and_why(reception: Reception, run: Run) -> None:
    assert run("callback", "list").stderr == "Nobody waits for a callback.\n"
    first = ask(reception, name="Ada", topic="Rent")
    second = ask(reception, OTHER, slot=TOMORROW)

    lines = run("callback", "list").stdout.splitlines()
    assert lines == [
        f"{first.ref}  queued          06 39 98 00 01     2030-01-07 13:00  web  Ada about Rent",
        f"{second.ref}  queued          06 39 98 00 02     2030-01-08 13:00 to 13:30  web",
    ]
    listed = json.loads(run("callback", "list", "--json").stdout)
    assert [(row["ref"], row["line"], row["state"]) for row in listed] == [
        (first.ref, VISITOR, "queued"),
        (second.ref, OTHER, "queued"),
    ]
    assert listed[1]["slot"] == {"start": "2030-01-08T12:00:00+00:00", "end": "2030-01-08T12:30:00+00:00"}


def test_the_story_of_a_callback_is_told(reception: Reception, run: Run, unknown: str) -> None:
    said = run("callback", "show", unknown.lower()).stdout

    assert "rung from 01 99 00 00 00, until 2030-01-09 13:00" in said
    assert re.findall(r"(\w+) +by standardiste", said) == ["in_line", "visitor_ringing", "to_check"]
    assert "attempt 1 of 2030-01-07 13:00: unknown" in said
    [told] = json.loads(run("callback", "show", unknown, "--json").stdout)
    assert [moved["after"] for moved in told["moves"]] == ["queued", "in_line", "visitor_ringing", "to_check"]
    assert "no callback AAAA-AAAA" in refusal(run("callback", "show", "AAAA-AAAA"))


def test_what_nobody_knows_is_on_a_list_of_its_own_and_a_person_decides(
    reception: Reception, run: Run, unknown: str
) -> None:
    ask(reception, OTHER)
    assert run("callback", "check").stdout.startswith(f"{unknown}  to_check ")
    assert len(json.loads(run("callback", "check", "--json").stdout)) == 1

    assert run("callback", "retry", unknown).stdout == "The callback waits in line again.\n"
    assert run("callback", "check").stderr == "Nothing is to be checked.\n"
    assert run("callback", "treat", unknown, "reached", "--note", "Wants a form.").exit_code == 0
    assert state(reception.base, unknown) is CallbackState.TREATED
    assert "it cannot become" in refusal(run("callback", "retry", unknown))
    assert "--note" in refusal(run("callback", "treat", unknown, "x" * 33))


def test_a_callback_is_cancelled_once(reception: Reception, run: Run) -> None:
    ref = ask(reception).ref

    assert run("callback", "cancel", ref).stdout == "The callback is cancelled.\n"
    assert "it cannot become" in refusal(run("callback", "cancel", ref))
    by = [moved.by for moved in callback_staff.show(reception.base, ref).moves]
    assert by[0] == "web"
    assert by[1] not in ("", "web", "visitor", "standardiste")


def test_all_callbacks_are_paused_and_resumed(reception: Reception, run: Run) -> None:
    assert "until `standardiste callbacks resume`" in run("callbacks", "pause", "--note", "strike").stdout
    assert switches.current(reception.base)["callbacks"].note == "strike"
    assert run("callbacks", "resume").exit_code == 0
    assert not switches.current(reception.base)["callbacks"].on


def test_who_is_never_to_be_called_is_not_until_he_says_otherwise(reception: Reception, run: Run) -> None:
    ref = ask(reception).ref

    assert run("callbacks", "oppose", "06 39 98 00 01", "--source", "letter").stdout == (
        "06 39 98 00 01 is never rung again.\n"
    )
    assert state(reception.base, ref) is CallbackState.UNRUNG
    assert run("callbacks", "withdraw", VISITOR).exit_code == 0
    assert not oppositions.is_opposed(reception.base, VISITOR)
    assert "was not opposed" in refusal(run("callbacks", "withdraw", VISITOR))
    assert "not a telephone number" in refusal(run("callbacks", "oppose", "nobody"))


def test_a_server_gets_a_key_that_is_shown_once(reception: Reception, run: Run) -> None:
    assert "key add" in run("key", "list").stderr
    token = run("key", "add", "www", "CRM").stdout.split()[-1]

    holder = site_keys.holder(reception.base, token)
    assert holder
    assert (holder.site, holder.label, holder.scopes) == ("www", "CRM", ("callbacks:create",))
    listed = run("key", "list").stdout
    assert "CRM" in listed
    assert token not in listed
    assert run("key", "revoke", "1").stdout == "Key 1 opens nothing any more.\n"
    assert "revoked" in run("key", "list").stdout
    assert site_keys.holder(reception.base, token) is None
    assert "choose www" in refusal(run("key", "add", "moon", "CRM"))
    assert "no key 7" in refusal(run("key", "revoke", "7"))
    assert OURS not in listed
