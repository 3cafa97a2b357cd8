"""The AGI command channel on a scripted Asterisk: quoting, responses, hang-ups."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reception import wait_for
from scripted_asterisk import ScriptedAsterisk

from agi.channel import COMMAND_MAX, ENVIRONMENT_MAX, LINE_MAX, RESPONSE_MAX, CommandFailed, HungUp

OK = b"200 result=0\n"
USAGE = b"520-Invalid command syntax.  Proper usage follows:\n200 in its text\n520 End of proper usage.\n"


# --- environment --------------------------------------------------------------------------------------------------


def test_the_environment_contains_the_request_and_its_arguments(asterisk: ScriptedAsterisk) -> None:
    channel = asterisk.open(
        b"agi_network_script: callback\nagi_callerid: +33639980001\nagi_arg_1: 12.3\nagi_arg_2: a: b\n\n"
    )
    assert channel.request == "callback"
    assert channel.env["agi_callerid"] == "+33639980001"
    assert [channel.argument(number) for number in (1, 2, 3)] == ["12.3", "a: b", ""]


def test_an_environment_with_a_latin_1_name_is_read(asterisk: ScriptedAsterisk) -> None:
    channel = asterisk.open("agi_calleridname: Hélène\nagi_arg_1: kept\n\n".encode("latin-1"))
    assert channel.argument(1) == "kept"


@pytest.mark.parametrize("environment", [b"", b"agi_request", b"agi_request: agi://x\nagi_channel: y\n"])
def test_a_connection_that_ends_within_the_environment_is_a_hang_up(
    asterisk: ScriptedAsterisk, environment: bytes
) -> None:
    asterisk.send(environment)
    asterisk.end_output()
    with pytest.raises(HungUp):
        asterisk.channel()


@pytest.mark.parametrize(
    "environment",
    [b"agi_x: y\n" * (ENVIRONMENT_MAX + 1), b"agi_x: " + b"y" * LINE_MAX + b"\n\n"],
    ids=["too many lines", "a line that is too long"],
)
def test_an_endless_environment_is_a_hang_up(asterisk: ScriptedAsterisk, environment: bytes) -> None:
    with pytest.raises(HungUp):
        asterisk.open(environment)


# --- responses ------------------------------------------------------------------------------------------------------


def test_the_key_that_stops_a_sound_is_returned(asterisk: ScriptedAsterisk) -> None:
    channel = asterisk.open()
    asterisk.send(b"200 result=51 endpos=12000\n")
    assert channel.stream_file("daily/abc", "123") == "3"
    assert asterisk.commands() == [["STREAM", "FILE", "daily/abc", "123", "0"]]


def test_the_result_of_a_subroutine_is_requested_while_it_runs_and_not_before(asterisk: ScriptedAsterisk) -> None:
    channel, commands = asterisk.open(), list[list[str]]()
    with ThreadPoolExecutor(1) as call:
        result = call.submit(channel.gosub, "read-keys", "menu", 1, result_expression="${PRESSED_KEY}")
        wait_for(lambda: commands.extend(asterisk.commands()) or commands, "the subroutine to be called")
        assert commands == [["GOSUB", "read-keys", "s", "1", "menu,1"]]
        asterisk.send(b"100 result=0 Trying...\n")
        wait_for(lambda: commands.extend(asterisk.commands()) or commands[1:], "the request of its result")
        assert commands[1:] == [["GET", "FULL", "VARIABLE", "${PRESSED_KEY}"]]
        asterisk.send(b"200 result=0 Gosub complete\n200 result=1 (3)\n")
        assert result.result(5) == "3"


def test_a_variable_may_contain_parentheses(asterisk: ScriptedAsterisk) -> None:
    channel = asterisk.open()
    asterisk.send(b"200 result=1 (OK:(3) )\n")
    assert channel.evaluate("${READSTATUS}:${PRESSED_KEY}") == "OK:(3) "


def test_other_lines_before_a_response_are_skipped(asterisk: ScriptedAsterisk) -> None:
    channel = asterisk.open()
    asterisk.send(b"100 Trying...\n\nsomething else\n" + OK)
    assert channel.appexec("Playback", "closed") == "0"


@pytest.mark.parametrize("response", [b"510 Invalid or unknown command\n", USAGE, b"200 strange\n", b"200 result=-2\n"])
def test_a_rejected_command_is_an_error_and_the_session_continues(asterisk: ScriptedAsterisk, response: bytes) -> None:
    channel = asterisk.open()
    asterisk.send(response + b"200 result=0\n")
    with pytest.raises(CommandFailed):
        channel.appexec("Playback", "closed")
    channel.noop()
    assert not channel.hung_up


@pytest.mark.parametrize(
    "response",
    [b"x\n" * (RESPONSE_MAX + 1), b"520-Usage\n" * (RESPONSE_MAX + 1), b"x" * LINE_MAX + b"\n"],
    ids=["other lines", "usage", "a line that is too long"],
)
def test_an_agi_response_without_end_counts_as_a_hang_up(asterisk: ScriptedAsterisk, response: bytes) -> None:
    channel = asterisk.open()
    asterisk.send(response)
    with pytest.raises(HungUp):
        channel.noop()


@pytest.mark.parametrize("digits", ["²00", "٢٠٠"])
def test_only_ascii_digits_make_a_response(asterisk: ScriptedAsterisk, digits: str) -> None:
    channel = asterisk.open()
    asterisk.send(f"{digits} result=9\n".encode() + OK)
    assert channel.appexec("Playback", "closed") == "0"


# --- hang-up --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "response",
    [
        b"511 Command Not Permitted on a dead channel or intercept routine\n",
        b"",
        b"200 resu",
        b"520-Invalid command syntax.\nUsage:",
        b"200 result=-1 endpos=800\nHANGUP\n200 result=6\n",
        b"HANGUP\n200 result=-1\n",
        b"200 result=-1\n511 Command Not Permitted on a dead channel\n",
    ],
    ids=["511", "end", "end within a line", "end within a usage", "-1, then HANGUP", "HANGUP, then -1", "-1, then 511"],
)
def test_a_hang_up_is_recognised_in_each_form(asterisk: ScriptedAsterisk, response: bytes) -> None:
    channel = asterisk.open()
    asterisk.send(response)
    asterisk.end_output()
    with pytest.raises(HungUp):
        channel.stream_file("closed")
    assert channel.hung_up


def test_result_minus_one_is_an_error_while_the_caller_is_connected(
    asterisk: ScriptedAsterisk,
) -> None:
    channel = asterisk.open()
    asterisk.send(b"200 result=-1 endpos=0\n200 result=6\n")
    with pytest.raises(CommandFailed):
        channel.stream_file("missing")
    assert asterisk.commands()[1] == ["CHANNEL", "STATUS"]
    assert not channel.hung_up


def test_after_a_hang_up_nothing_is_sent(asterisk: ScriptedAsterisk) -> None:
    channel = asterisk.open()
    asterisk.send(b"HANGUP\n200 result=0\n")
    channel.noop()  # it was responded to: the hang-up concerns the next command
    asterisk.received()
    with pytest.raises(HungUp):
        channel.set_variables(ROUTE="staff")
    assert asterisk.received() == b""


def test_a_killed_asterisk_is_a_hang_up(asterisk: ScriptedAsterisk) -> None:
    channel = asterisk.open()
    asterisk.disconnect()
    with pytest.raises(HungUp):
        channel.noop()


# --- commands -------------------------------------------------------------------------------------------------------


@given(
    arguments=st.lists(st.text() | st.sampled_from(['"', '\\"', '"\nHANGUP\n"', "a\rb", "\x00", "\u2028", "\ud800"]))
)
def test_no_argument_is_read_as_another_argument_or_a_second_command(arguments: list[str]) -> None:
    asterisk = ScriptedAsterisk()
    try:
        channel = asterisk.open()
        with suppress(ValueError):  # rejected: then nothing is sent
            channel.send_command("VERBOSE", *arguments)
            assert asterisk.commands() == [["VERBOSE", *arguments]]
        assert asterisk.received() == b""
    finally:
        asterisk.close()


@pytest.mark.parametrize("text", ['"', "\\", '"\nHANGUP\n"', "a\rb", "\x00", "É\u00a0", "\x1b[31m", "a" * COMMAND_MAX])
def test_every_method_sends_at_most_one_command(asterisk: ScriptedAsterisk, text: str) -> None:
    channel = asterisk.open()
    for send in (
        lambda: channel.stream_file(text, text),
        lambda: channel.set_variable(text, text),
        lambda: channel.appexec("Read", text),
        lambda: channel.evaluate(text),
        lambda: channel.set_variables(ROUTE=text),
    ):
        asterisk.send(OK)
        with suppress(ValueError):
            send()
        sent = asterisk.received()
        assert sent.count(b"\n") == (1 if sent else 0)
        assert len(sent) <= COMMAND_MAX
        if not sent:
            channel.noop()  # reads the response that was meant for the rejected command
            asterisk.received()


def test_a_value_with_a_comma_cannot_set_a_second_variable(asterisk: ScriptedAsterisk) -> None:
    channel = asterisk.open()
    with pytest.raises(ValueError, match="comma"):
        channel.set_variables(ROUTE="goodbye,QUEUE_TIMEOUT=0")
    assert asterisk.received() == b""


def test_several_variables_are_set_in_one_command(asterisk: ScriptedAsterisk) -> None:
    channel = asterisk.open()
    asterisk.send(OK)
    channel.set_variables(LANGUAGE="fr", ROUTE="staff")
    assert asterisk.commands() == [["EXEC", "MSet", "LANGUAGE=fr,ROUTE=staff"]]


def test_no_command_or_response_reaches_the_log_or_the_terminal(
    asterisk: ScriptedAsterisk, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    channel = asterisk.open(b"agi_callerid: +33639980001\nagi_calleridname: Canary\n\n")
    asterisk.send(OK + b"200 result=1 (4711)\n" + b"510 4711\n" + b"200 result=-1\nHANGUP\n" + OK)
    channel.set_variable("PIN", "4711")
    channel.evaluate("${PIN}")
    for _ in range(2):
        with suppress(CommandFailed, HungUp):
            channel.noop()
    assert capfd.readouterr() == ("", "")
    assert caplog.text == ""
