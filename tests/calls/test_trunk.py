"""Trunks of every kind, with a second Asterisk as the operator: calls, and the caller ID that they present."""

import html
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import ports
import pytest
from console_client import ConsoleApp, ConsoleUser
from databases import copy_installation
from multi_trunk_carrier import PASSWORD, MultiTrunkCarrier, make_certificate, trunk_settings
from reception import Reception, wait_for

from caller.pcm import SAMPLE_RATE, read_wav
from routing.access.permissions import Role
from standardiste.parts.console import create_app_context

MOBILE = "+33639980044"
OURS = "+33199000000"
CALLER = "+33639980077"  # of somebody else, who would never forgive it
CALL_S, SHORT_CALL_S = 16, 6
AUDIBLE = 100
KINDS = ("by-udp", "by-tcp", "by-tls", "registered")


@pytest.fixture(scope="module")
def sip_port() -> int:
    return ports.free()


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate") / "loopback.pem")


@pytest.fixture(scope="module")
def reception(
    prepared_installation: Path, tmp_path_factory: pytest.TempPathFactory, sip_port: int, pem: Path
) -> Iterator[Reception]:
    var = tmp_path_factory.mktemp("reception") / "var"
    reception = Reception.for_calls(
        copy_installation(prepared_installation, var),
        trunk_addresses="127.0.0.9/32",  # so that calls are known by the operator's address
        trunks=trunk_settings(sip_port),
        tls_certificate=pem,
        tls_authorities=pem,
    )
    reception.start()
    yield reception
    reception.stop()


@pytest.fixture(scope="module", autouse=True)
def operator(
    reception: Reception, tmp_path_factory: pytest.TempPathFactory, sip_port: int, pem: Path
) -> Iterator[MultiTrunkCarrier]:
    var = tmp_path_factory.mktemp("operator") / "var"
    operator = MultiTrunkCarrier(reception.installation.asterisk, var, reception.settings.sip_port, sip_port, pem)
    operator.start()
    yield operator
    operator.stop()


@pytest.fixture(scope="module")
def listed(reception: Reception, operator: MultiTrunkCarrier) -> str:
    """The output of `trunk list`, once every trunk that can come up is up."""
    for name in ("registered", "refused"):
        says(reception, f"pjsip send register {name}")

    def settled() -> str | None:
        for name in (*KINDS, "absent"):
            says(reception, f"pjsip qualify {name}")
        said = reception.run("trunk", "list", check=False).stdout
        is_up = said.count(", answers") >= 5 and "rejected" in said and "unregistered" not in said
        is_up = is_up and "does not answer" in said
        return said if is_up else None

    return wait_for(settled, "the trunks to come up", 40)


@pytest.fixture
def call_out(reception: Reception, operator: MultiTrunkCarrier, listed: str) -> Callable[..., list[str]]:
    """Places an outbound call; what the operator received, or nothing if no call came."""

    def call(number: str, trunk: str = "by-udp", shown: str = OURS, *, calls: int = 1) -> list[str]:
        for line in ("SEEN nothing", "TIMES 0"):
            operator.run_command(f"dialplan set global {line}")
        steps = (
            f"Set(CALLERID(all)=Somebody<{CALLER}>)",
            f"Gosub(outbound,s,1({number},{trunk},{shown}))",
            "Dial(${OUTBOUND_DIAL},3)",
        )
        for priority, step in enumerate(steps, 1):
            says(reception, f"dialplan add extension s,{priority},{step} into test replace")
        for _ in range(calls):
            says(reception, "channel originate Local/s@test/n application Wait 5")
        wait_for(lambda: says(reception, "core show channels").count("\n0 active channels"), "the calls to end", 20)
        seen = operator.last_call_fields()
        return [] if seen == ["nothing"] else seen

    return call


def says(reception: Reception, line: str) -> str:
    return reception.installation.asterisk_cli.run(line)


# --- each kind --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    ["by-tls", *(pytest.param(kind, marks=pytest.mark.long) for kind in ("registered", "by-udp", "by-tcp"))],
)
def test_a_call_passes_both_ways_and_our_voice_is_heard(reception: Reception, listed: str, kind: str) -> None:
    checked = reception.run("trunk", "check", kind, check=False)

    assert "greeting-33199000000" in checked.stdout, checked.stdout + checked.stderr
    assert checked.returncode == 0


@pytest.mark.parametrize(
    ("kind", "dialled", "shown"),
    [
        ("by-udp", "0639980044", "0199000000"),
        pytest.param("by-tcp", "0033639980044", "0033199000000", marks=pytest.mark.long),
        pytest.param("by-tls", "+33639980044", "+33199000000", marks=pytest.mark.long),
        pytest.param("registered", "0639980044", "0199000000", marks=pytest.mark.long),
    ],
)
def test_numbers_are_written_as_the_operator_wants_them(
    call_out: Callable[..., list[str]], kind: str, dialled: str, shown: str
) -> None:
    assert call_out(MOBILE, kind)[:2] == [dialled, shown]


@pytest.mark.long
def test_a_trunk_with_privacy_presents_our_number_to_the_operator_only(call_out: Callable[..., list[str]]) -> None:
    assert call_out(MOBILE, "by-tls")[1:3] == ["+33199000000", "prohib_not_screened"]
    assert call_out(MOBILE, "by-udp")[1:3] == ["0199000000", "allowed_not_screened"]


# --- what leaves ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shown",
    [
        *(CALLER, "+33199009999"),
        *(pytest.param(other, marks=pytest.mark.long) for other in ("", "anonymous", "0199000000", "+331990000000")),
    ],
)
def test_only_our_numbers_are_presented_as_caller_id(call_out: Callable[..., list[str]], shown: str) -> None:
    dialled, number, _, name = call_out(MOBILE, shown=shown)

    assert (dialled, number, name) == ("0639980044", "0199000000", "<>")


def test_each_of_our_numbers_may_be_presented_as_caller_id(call_out: Callable[..., list[str]]) -> None:
    assert call_out(MOBILE, shown="+33199000001")[1] == "0199000001"


@pytest.mark.parametrize(
    "number",
    [
        *(OURS, "+33892000000", "112"),
        *(
            pytest.param(other, marks=pytest.mark.long)
            for other in ("+3315", "15", "+441632960000", "+336399800441", "0639980044")
        ),
    ],
)
def test_only_ordinary_numbers_are_called_and_not_our_own(call_out: Callable[..., list[str]], number: str) -> None:
    assert call_out(number) == []


@pytest.mark.parametrize("trunk", ["nowhere", pytest.param("trunk", marks=pytest.mark.long)])
def test_no_call_leaves_by_an_unknown_trunk(call_out: Callable[..., list[str]], trunk: str) -> None:
    assert call_out(MOBILE, trunk) == []


def test_calls_a_second_are_limited_by_the_trunk(
    call_out: Callable[..., list[str]], operator: MultiTrunkCarrier
) -> None:
    call_out(MOBILE, "by-tcp", calls=7)  # one a second; who would wait longer than 3 s is refused

    times = operator.call_times()
    assert len(times) in (4, 5)
    assert times[-1] - times[0] >= 3


# --- what is said of them ---------------------------------------------------------------------------------------------


def test_the_list_shows_the_state_of_each_trunk(listed: str) -> None:
    rows = {line.split()[0]: line for line in listed.splitlines() if not line.startswith(" ")}

    assert "udp  fixed address, answers  shows 01 99 00 00 00, 01 99 00 00 01" in rows["by-udp"]
    assert "tls srtp  fixed address, answers" in rows["by-tls"]
    assert "registered, answers" in rows["registered"]
    assert "rejected" in rows["refused"]
    assert "does not answer" in rows["absent"]
    assert "refuses our registration. Check user and password." in listed
    assert PASSWORD not in listed


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("refused", "refuses our registration"),
        pytest.param("absent", "does not answer", marks=pytest.mark.long),
        pytest.param("nowhere", "no trunk", marks=pytest.mark.long),
    ],
)
def test_the_check_of_a_trunk_with_a_fault_names_the_fault(
    reception: Reception, listed: str, name: str, said: str
) -> None:
    checked = reception.run("trunk", "check", name, check=False)

    assert (checked.returncode, said in checked.stderr) == (1, True)


def test_the_doctor_names_each_trunk_with_a_fault(reception: Reception, listed: str) -> None:
    checks = json.loads(reception.run("doctor", "--json", check=False).stdout)

    trunks = {check["name"].removeprefix("trunk "): check for check in checks if check["name"].startswith("trunk ")}
    assert [name for name, check in trunks.items() if not check["ok"]] == ["refused", "absent"]
    assert trunks["absent"]["mend"].startswith("Check its address")


# --- while calls go on ------------------------------------------------------------------------------------------------


def test_a_trunk_is_added_changed_and_removed_on_the_page_while_a_call_goes_on(
    reception: Reception, operator: MultiTrunkCarrier, listed: str, tmp_path: Path
) -> None:
    administrator = ConsoleApp.of(create_app_context(reception.installation)).sign_in(Role.ADMINISTRATOR)
    heard = tmp_path / "heard.wav"
    operator.run_command(f"channel originate PJSIP/0199000000@udp application Record {heard},0,{CALL_S},qx")
    wait_for(lambda: "PJSIP/by-udp-" in says(reception, "core show channels concise"), "the call", 10)
    account = {"label": "Nouvel opérateur", "address": "127.0.0.5", "port": str(operator.sip_port), "user": "account"}
    account |= {"numbers": "national", "identity": "pai", "is_private_meant": "y", "transport": "udp"}
    page = "/settings/trunks/nouvel_operateur"

    assert administrator.post("/settings/trunks/new", account | {"password": PASSWORD}).location == f"{page}/test"
    assert "enregistrée, répond" in wait_for_test(administrator, page)
    administrator.post(f"{page}/test", {"call": "yes"})
    assert "est passé dans les deux sens" in wait_for_test(administrator, page)

    administrator.post(page, account | {"password": "wrong"})
    assert "refuse notre enregistrement" in wait_for_test(administrator, page)
    administrator.post(page, account | {"password": PASSWORD})
    assert "enregistrée, répond" in wait_for_test(administrator, page)

    administrator.post(f"{page}/remove", {"confirmed": "y"})
    assert "nouvel_operateur" not in says(reception, "pjsip show endpoints")
    assert "nouvel_operateur" not in says(reception, "pjsip show registrations")

    wait_for(lambda: not says(reception, "core show channels").count("PJSIP/by-udp-"), "the end of the call", CALL_S)
    assert_sound_throughout(heard, CALL_S)
    assert PASSWORD not in administrator.get("/settings/trunks").text + administrator.get(page).text


@pytest.mark.long
def test_a_removed_trunk_lets_its_call_go_on_and_can_be_added_again(
    reception: Reception, operator: MultiTrunkCarrier, listed: str, tmp_path: Path
) -> None:
    heard = tmp_path / "heard.wav"
    operator.run_command(f"channel originate PJSIP/0033199000000@tcp application Record {heard},0,{SHORT_CALL_S},qx")
    wait_for(lambda: "PJSIP/by-tcp-" in says(reception, "core show channels concise"), "the call", 10)

    said = reception.run("trunk", "remove", "by-tcp").stdout

    assert "1 calls pass through it now; they go on until they end." in said
    wait_for(lambda: not says(reception, "core show channels").count("PJSIP/by-tcp-"), "the end of the call", 20)
    assert_sound_throughout(heard, SHORT_CALL_S)

    address = ("127.0.0.3", "--port", str(operator.sip_port), "--transport", "tcp", "--numbers", "00", "--private")
    reception.run("trunk", "add", "by-tcp", *address)
    assert "greeting-33199000000" in reception.run("trunk", "test", "by-tcp").stdout


def wait_for_test(administrator: ConsoleUser, page: str) -> str:
    """What the page of the test says at its end."""

    def ended() -> str | None:
        shown = html.unescape(administrator.get(f"{page}/test/refresh").text)
        shown = shown.partition('data-live-part="trunk-test"')[2]
        return shown if "Tester de nouveau" in shown else None

    return wait_for(ended, "the end of the test", 40)


def assert_sound_throughout(file: Path, seconds: int) -> None:
    """The call was heard for so long, and never silent for two seconds: its voice passed all the time."""
    sound, second = read_wav(file), SAMPLE_RATE
    assert len(sound) > (seconds - 3) * second  # a loaded machine loses packets
    levels = [int(abs(sound[start : start + second].astype(int)).max()) for start in range(0, len(sound), second)]
    silent = [quiet and after for quiet, after in itertools.pairwise(level < AUDIBLE for level in levels)]
    assert not any(silent), levels


@pytest.mark.long
def test_a_trunk_that_does_not_answer_is_reported(
    reception: Reception, operator: MultiTrunkCarrier, listed: str
) -> None:
    operator.stop()
    says(reception, "pjsip qualify by-udp")

    def down() -> bool:
        return "The trunk by-udp (127.0.0.2) does not answer" in reception.run("trunk", "list", check=False).stdout

    wait_for(down, "the trunk to be seen as down", 15)
