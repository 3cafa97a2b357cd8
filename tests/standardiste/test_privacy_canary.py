"""People with unique names and numbers call and work here; then logs and output are searched for them.

One reception and a few calls: the content of its logs, the trace of one call, and the metrics.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest
from databases import copy_installation, lock_writes
from prometheus_client.parser import text_string_to_metric_families
from reception import NUMBER, Reception, wait_for
from sip_client import SipClient

from caller.phone import CallerId
from caller.phone_events import PhoneEventKind
from caller.scripted_call import Hangup, Press, RunAction, WaitUntil
from records.call_events import CallEventKind
from records.callbacks import acceptance, staff_actions
from records.callbacks.callback_request import CallbackChannel, CallbackRequest
from records.staff import agents
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import ALWAYS_OPEN

pytestmark = pytest.mark.timeout(300)  # one run for all tests

GREETING = "greeting-33199000000"
NAME, AGENT, IMPORTED, INVALID = "Zyzomis Canarille", "Zyzomine Serinette", "Zyzomax Verdier", "Zyzomette Linotte"
VISITOR, CALLBACK_AGENT, SCANNER = "Zyzomée Tarin", "Zyzomire Bouvreuil", "Zyzomat Grelot"
NUMBERS = ("639987654", "639987655", "639987656", "639987657", "639987658", "639987659")
NAMES = (NAME, AGENT, IMPORTED, INVALID, VISITOR, CALLBACK_AGENT, SCANNER)
PASSWORD = "canary-of-the-trunk-28"


@dataclass
class Evidence:
    """`output`: everything that was printed; `ref`: the call that reached the agent.

    `shown`: the dialplan that Asterisk shows, and the command lines of all processes, for every user of the machine.
    """

    reception: Reception
    output: str
    ref: str
    trace: str
    metrics: str
    shown: str


@pytest.fixture(scope="module")
def evidence(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    folder = tmp_path_factory.mktemp("canary")
    absent = {"address": "127.0.0.1", "port": 9, "user": "us", "password": PASSWORD, "qualify_s": 0}
    reception = Reception(copy_installation(prepared, folder / "var"), trunks=json.dumps({"absent": absent}))
    file = folder / "staff.csv"
    file.write_text(f"name,rank,outside\n{IMPORTED},1,0{NUMBERS[3]}\n{INVALID},9,\n")
    with (folder / "errors").open("w") as errors:
        try:
            reception.start(errors)
            reception.run("staff", "import", str(file), "--keep-good")
            reception.run("staff", "out", IMPORTED)
            reception.run("staff", "add", AGENT)
            _send_malformed_packets(reception)
            ref = _place_calls(reception)
            trace = reception.run("trace", ref, "--json").stdout
            reception.wait_until_recorded()
            with urlopen(f"http://127.0.0.1:{reception.settings.metrics_port}/metrics") as answer:
                metrics = answer.read().decode()
            checked = reception.run("doctor", check=False).stdout
            shown = "\n".join(_show(reception))
        finally:
            reception.stop()
    yield Evidence(reception, (folder / "errors").read_text() + checked, ref, trace, metrics, shown)


def _show(reception: Reception) -> Iterator[str]:
    for command in ("dialplan show", "dialplan show globals", "core show settings", "manager show connected"):
        yield reception.installation.asterisk_cli.run(command)
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended
            yield process.read_bytes().decode(errors="replace").replace("\0", " ")


def _list_secrets(reception: Reception) -> list[str]:
    """The passwords of telephones, trunks and the AMI, from Asterisk's configuration, and our keys."""
    etc = reception.settings.asterisk_etc
    files = "\n".join((etc / name).read_text() for name in ("pjsip.conf", "manager.conf"))
    keys = [file.read_bytes() for file in reception.settings.ami_secret_file.parent.iterdir() if file.is_file()]
    return [*re.findall(r"(?m)^(?:password|secret) *= *(\S+)", files), *(key.decode(errors="replace") for key in keys)]


def _send_malformed_packets(reception: Reception) -> None:
    """From a stranger and from the trunk's address: each line of a request damaged in several ways, one at a time."""
    who = f'"{SCANNER}" <sip:0{NUMBERS[5]}@127.0.0.1>'
    for source in ("127.0.0.77", "127.0.0.1"):
        with SipClient(reception.settings.sip_port, source=source) as client:
            assert client.register(f"0{NUMBERS[5]}", "a guess", name=f'"{SCANNER}" ').startswith("SIP/2.0 40")
            for method in ("INVITE", "REGISTER", "OPTIONS", "SUBSCRIBE", "MESSAGE", "BYE", "NONSENSE"):
                headers = {"Contact": who, "P-Asserted-Identity": who, "Subject": SCANNER}
                uri, call_id = f"sip:0{NUMBERS[5]}@127.0.0.1", f"{SCANNER.split()[0]}-{NUMBERS[5]}"
                text = client.request(method, uri, from_address=who, to_address=who, headers=headers, call_id=call_id)
                for damaged in _damage(text):
                    client.send(damaged)
                client.receive(0.2)  # no faster than it is read


def _damage(request: str) -> Iterator[str]:
    lines = request.split("\r\n")
    for number, line in enumerate(lines):
        for other in (line[: len(line) // 2], f"{line}\x00\xff", line.replace(":", " ", 1), line.replace("@", "@@", 1)):
            yield "\r\n".join([*lines[:number], other, *lines[number + 1 :]])


def _place_calls(reception: Reception) -> str:
    caller, other, stray = (CallerId(f"+33{number}", NAME) for number in NUMBERS[:3])
    agent = agents.find_agent(reception.database, AGENT)
    with reception.desk_phone(agent) as desk:
        wait_for(lambda: "applied" in reception.run("staff", "list").stdout, "the queue to know the agent")
        reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=desk.hangup, at_s=12, timeout=40),
            caller=caller,
            may_be_silent=True,  # the agent says nothing
        )
    _offer_callback(reception)
    with lock_writes(reception.settings.sqlalchemy_url):  # nothing can be written, which is logged
        reception.call(Press(keys="2", during=GREETING), Hangup(at_s=6), caller=other)
    reception.call(WaitUntil(at_s=0, timeout=2), caller=stray, number="0199000777")  # not a landing number
    reception.call(Hangup(during=GREETING), caller=stray, number=NUMBER)
    reception.wait_for_call_detail(caller.number, with_event=CallEventKind.STAFF_ANSWERED)
    return reception.wait_for_call_detail(caller.number).call.ref


def _offer_callback(reception: Reception) -> None:
    """The agent's telephone shows the visitor's name; the agent hangs up."""
    plan, at = reception.installation.plan, datetime.now(UTC)
    agent = agents.add_agent(reception.database, CALLBACK_AGENT, language="fr", at=at)
    callback_request = CallbackRequest(
        f"+33{NUMBERS[4]}", plan.numbers[0].e164, CallbackChannel.WEB, "fr", name=VISITOR, topic=VISITOR
    )
    with reception.desk_phone(agent, auto_answer=False) as desk:
        accepted = acceptance.accept_callback(
            reception.database,
            callback_request,
            CallbackTerms(plan.callbacks, Calendar(ALWAYS_OPEN, plan.timezone)),
            at=at,
        )
        assert f"Rappel : {VISITOR} <sip:{callback_request.line}@" in desk.wait_for(PhoneEventKind.INCOMING).detail
        desk.answer()
        desk.wait_for(PhoneEventKind.ANSWERED)
        desk.hangup()
        wait_for(
            lambda: staff_actions.get_callback_detail(reception.database, accepted.ref).row.state == "queued",
            "the callback to wait again",
        )


def test_no_name_number_or_password_is_in_any_log_or_message(evidence: Evidence) -> None:
    logs = [path for path in evidence.reception.settings.log.rglob("*") if path.is_file()]
    assert {"calls.log", "switch.log", "metrics.log", "supervisor.log", "messages", "telephones.log"} <= {
        path.name for path in logs
    }
    written = {path.name: path.read_text(errors="replace") for path in logs} | {"output": evidence.output}
    assert "spool" in written["calls.log"]  # the fault occurred
    assert '"filename":"pjproject"' not in written["messages"]  # it quotes what it cannot parse
    assert "failed to authenticate: address 127.0.0.77, an unknown account" in written["telephones.log"]

    found = [
        (where, word)
        for where, text in written.items()
        for word in (*(name for full in NAMES for name in full.split()), *NUMBERS, PASSWORD)
        if word in text
    ]
    assert found == []


def test_no_secret_is_in_the_dialplan_in_a_log_or_on_a_command_line(evidence: Evidence) -> None:
    """FastAGI has none: the kernel tells whose the peer is (decision 36)."""
    assert "AGI_URL=agi://127.0.0.1" in evidence.shown and "AGI(${AGI_URL}/reception" in evidence.shown
    secrets = {secret.strip() for secret in _list_secrets(evidence.reception)}
    assert {PASSWORD} < secrets and len(secrets) > 10
    logs = [path.read_text(errors="replace") for path in evidence.reception.settings.log.rglob("*") if path.is_file()]
    assert [secret for secret in secrets for text in (evidence.shown, *logs) if secret in text] == []


def test_every_line_of_our_logs_is_json_with_its_time_and_process(evidence: Evidence) -> None:
    log = evidence.reception.settings.log
    for file in ("calls", "switch", "webhooks", "public", "console", "metrics", "supervisor"):
        for line in (log / f"{file}.log").read_text().splitlines():
            assert {"event", "level", "timestamp", "process"} <= json.loads(line).keys(), file
    first, *lines = (log / "asterisk" / "messages").read_text().splitlines()
    assert " built by " in first
    assert all(json.loads(line) for line in lines)


def test_the_trace_of_a_call_has_entries_of_every_part(evidence: Evidence) -> None:
    [trace] = json.loads(evidence.trace)

    assert (trace["ref"], trace["disposition"], trace["on_record"]) == (evidence.ref, "staff", True)
    assert trace["number"] == "+33*******54"
    assert {"record", "asterisk"} <= {entry["source"] for entry in trace["entries"]}
    events = {(entry["source"], entry["event"]) for entry in trace["entries"]}
    assert {
        ("record", "key"),
        ("record", "staff_answered"),
        ("record", "ended"),
        ("asterisk", "BRIDGE_ENTER"),
    } <= events
    times = [entry["at"] for entry in trace["entries"]]
    assert times == sorted(times)
    assert all(number not in evidence.trace for number in NUMBERS)


def test_the_metrics_agree_with_the_calls(evidence: Evidence) -> None:
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(evidence.metrics)
        for sample in family.samples
    }
    parts = {name[1] for name in samples if name[0] == "standardiste_heartbeat_age_seconds"}
    assert {"asterisk", "calls", "switch", "metrics"} <= parts
    assert all(samples[("standardiste_heartbeat_age_seconds", part)] < 10 for part in parts)
    assert samples[("standardiste_database_up",)] == 1
    assert samples[("standardiste_staff", "ready")] == 2
    assert samples[("standardiste_staff", "out")] == 1
    assert samples[("standardiste_calls_waiting",)] == 0
    assert samples[("standardiste_requests_open", "callback")] == 2
