"""The CEL log as Asterisk 22.10.1 writes it, and malformed lines."""

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ami.cel import log as cel_log
from ami.cel.event import CelEvent
from ami.cel.log import CelLog
from records.call_events import (
    CallEnded,
    CallEventKind,
    CallEventLogged,
    CallRefused,
    CallStarted,
    CelRecord,
    RefusalReason,
)
from records.staff.sip_account_names import random_account_name
from routing.plan.model import Plan

ANSWERED, PYTHON_DEAD = "1795297648.0", "1795297663.33"


@pytest.fixture
def log(tmp_path: Path, plan: Plan) -> CelLog:
    return CelLog(tmp_path / "channel-events.csv", plan)


def line(**columns: str) -> bytes:
    """The HANGUP of an incoming call, with these columns replaced."""
    event = CelEvent(
        "HANGUP", "1795297675.450188", "1.1", "1.1", "PJSIP/trunk-1", "staff", "+33199000000", "", "", "{}"
    )
    return (",".join('"' + text.replace('"', '""') + '"' for text in event._replace(**columns)) + "\n").encode()


def kinds(entries: list[CelRecord], ref: str) -> list[CallEventKind]:
    return [entry.event.kind for entry in entries if isinstance(entry, CallEventLogged) and entry.ref == ref]


def test_the_events_of_a_call_that_staff_answered(log: CelLog, recorded_lines: list[bytes]) -> None:
    log.path.write_bytes(b"".join(recorded_lines))
    entries = [entry for entry in log.read(0).entries if ANSWERED in str(entry)]
    assert kinds(entries, ANSWERED) == [
        CallEventKind.ANSWERED,
        CallEventKind.QUEUE_ENTERED,
        CallEventKind.STAFF_RINGING,
        CallEventKind.STAFF_ANSWERED,
        CallEventKind.STAFF_LEFT,
        CallEventKind.QUEUE_LEFT,
    ]
    arrival = next(entry.incoming_call for entry in entries if isinstance(entry, CallStarted))
    assert (arrival.landing, arrival.public_number) == ("+33199000000", "+33199000000")
    assert (arrival.caller, arrival.withheld, arrival.language) == ("+33639980001", False, "fr")
    assert arrival.at == datetime.fromtimestamp(1795297648.587970, UTC)
    assert [(entry.cause, entry.at) for entry in entries if isinstance(entry, CallEnded)] == [
        ("16", datetime.fromtimestamp(1795297662.588320, UTC))
    ]


def test_the_events_of_a_call_served_while_python_was_dead(log: CelLog, recorded_lines: list[bytes]) -> None:
    log.path.write_bytes(b"".join(recorded_lines))
    assert kinds(log.read(0).entries, PYTHON_DEAD) == [
        CallEventKind.ANSWERED,
        CallEventKind.FALLBACK,
        CallEventKind.QUEUE_ENTERED,
        CallEventKind.QUEUE_LEFT,
    ]


def test_an_agent_whose_account_has_a_random_name_is_told_from_a_trunk(
    log: CelLog, recorded_lines: list[bytes]
) -> None:
    log.path.write_bytes(b"".join(recorded_lines))
    expected = log.read(0).entries
    log.path.write_bytes(b"".join(recorded_lines).replace(b"p01", random_account_name().encode()))
    entries = log.read(0).entries
    assert [type(entry) for entry in entries] == [type(entry) for entry in expected]
    assert kinds(entries, ANSWERED) == kinds(expected, ANSWERED)
    assert CallEventKind.STAFF_ANSWERED in kinds(entries, ANSWERED)


def test_only_the_hang_up_of_the_incoming_channel_ends_a_call(log: CelLog, recorded_lines: list[bytes]) -> None:
    log.path.write_bytes(b"".join(recorded_lines))
    ended = [entry.ref for entry in log.read(0).entries if isinstance(entry, CallEnded)]
    assert ended == [ANSWERED, PYTHON_DEAD]


def test_calls_to_the_staff_line_are_not_calls_of_the_public(log: CelLog) -> None:
    log.plan = replace(log.plan, staff_line="+33199000009")
    log.path.write_bytes(line(landing="+33199000009") + line(type="ANSWER", landing="+33199000009"))
    assert log.read(0).entries == []
    log.path.write_bytes(line(landing="") + line())
    assert len(log.read(0).entries) == 4


@pytest.mark.parametrize("reason", list(RefusalReason))
def test_a_refused_call_is_counted_without_its_caller_also_on_the_staff_line(
    log: CelLog, plan: Plan, reason: RefusalReason
) -> None:
    context = f"refused-{reason.replace('_', '-')}"
    log.path.write_bytes(line(channel="PJSIP/our-operator-0000002a", context=context, landing=plan.staff_line or ""))

    (refused,) = log.read(0).entries

    assert isinstance(refused, CallRefused)
    assert (refused.trunk, refused.landing, refused.reason) == ("our-operator", plan.staff_line, reason)


def test_the_fields_of_an_event_are_the_columns_that_asterisk_is_configured_to_write() -> None:
    conf = Path(cel_log.__file__).parents[2] / "asterisk-conf" / "cel_custom.conf"
    mapping = conf.read_text().split("=> ")[1].strip()
    written = [column.removeprefix("${CSV_QUOTE(").removesuffix(")}") for column in mapping.split(",${CSV_QUOTE(")]
    assert [column.removeprefix("${").removesuffix("}") for column in written] == [
        "eventtype",
        "eventtime",
        "CHANNEL(linkedid)",
        "CHANNEL(uniqueid)",
        "CHANNEL(channame)",
        "CHANNEL(context)",
        "CHANNEL(accountcode)",  # the landing number, set by [screen-caller-id]
        # Only when it may be shown, and never raw: a newline in it would forge an event.
        'IF($["${CHANNEL(userfield)}" = "shown"]?${FILTER(+0-9,${CALLERID(num)})})',
        "CHANNEL(appname)",
        "eventextra",
        "CHANNEL(userfield)",
    ]
    assert len(written) == len(CelEvent._fields)


def test_reading_continues_from_any_position_in_bytes(log: CelLog, recorded_lines: list[bytes]) -> None:
    log.path.write_bytes(b"".join(recorded_lines))
    whole = log.read(0)
    assert whole.position == log.path.stat().st_size
    for entry in whole.entries:
        assert log.read(entry.position).entries == [later for later in whole.entries if later.position > entry.position]


def test_a_large_log_is_read_in_chunks(
    log: CelLog, recorded_lines: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    log.path.write_bytes(b"".join(recorded_lines))
    whole = log.read(0)
    monkeypatch.setattr(cel_log, "CHUNK_BYTES", 700)
    entries: list[CelRecord] = []
    position = 0
    while (batch := log.read(position)).position > position:
        assert batch.position - position <= 700
        position = batch.position
        entries += batch.entries
    assert (entries, position) == whole


def test_an_incomplete_last_line_is_read_once_it_is_complete(log: CelLog) -> None:
    whole = line()
    for size in range(1, len(whole)):
        log.path.write_bytes(whole[:size])
        assert log.read(0) == ([], 0)
    log.path.write_bytes(whole)
    assert log.read(0).position == len(whole)


@pytest.mark.parametrize(
    "malformed",
    [
        b"\n",
        b'"HANGUP","1\n',
        b"\x00\xff\xfe\r\x1b\n",
        b'"' * 200_000 + b"\n",
        line(time="soon"),
        line(time="1e400"),
        line(time="nan"),
        line(time="-1e15"),
        line()[:-1] + b',"one too many"\n',
    ],
    ids=["empty", "half", "bytes", "long", "no time", "infinite", "nan", "before time", "columns"],
)
def test_a_malformed_line_is_skipped(log: CelLog, malformed: bytes, caplog: pytest.LogCaptureFixture) -> None:
    log.path.write_bytes(line() + malformed + line(linkedid="2.2", uniqueid="2.2"))
    entries, position = log.read(0)
    assert [entry.ref for entry in entries if isinstance(entry, CallEnded)] == ["1.1", "2.2"]
    assert position == log.path.stat().st_size
    assert "was skipped" in caplog.text


def test_zeros_that_a_power_cut_left_lose_no_event(log: CelLog) -> None:
    log.path.write_bytes(line() + b"\0" * 5000 + line(linkedid="2.2", uniqueid="2.2"))
    assert [entry.ref for entry in log.read(0).entries if isinstance(entry, CallEnded)] == ["1.1", "2.2"]


def test_a_chunk_without_a_line_end_is_skipped(log: CelLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cel_log, "CHUNK_BYTES", 300)
    log.path.write_bytes(b"x" * 300 + b"\n" + line())
    assert log.read(0) == ([], 300)
    assert [type(entry) for entry in log.read(300).entries] == [CallStarted, CallEnded]


@pytest.mark.parametrize("extra", ["", "{", "[]", "7", '{"hangupcause": null}', "[" * 50])
def test_a_hang_up_without_a_cause_ends_the_call(log: CelLog, extra: str) -> None:
    log.path.write_bytes(line(extra=extra))
    assert isinstance(log.read(0).entries[-1], CallEnded)


@pytest.mark.parametrize("caller", ["", "3", "0" * 80, "anonymous"])
def test_an_invalid_caller_number_is_unknown(log: CelLog, caller: str) -> None:
    log.path.write_bytes(line(caller=caller))
    arrival = next(entry.incoming_call for entry in log.read(0).entries if isinstance(entry, CallStarted))
    assert (arrival.caller, arrival.withheld) == (None, False)


@pytest.mark.parametrize(("found", "withheld"), [("shown", False), ("unknown", False), ("withheld", True)])
def test_the_log_tells_a_withheld_number_from_an_unknown_one(log: CelLog, found: str, withheld: bool) -> None:
    log.path.write_bytes(line(caller_shown=found))
    arrival = next(entry.incoming_call for entry in log.read(0).entries if isinstance(entry, CallStarted))
    assert (arrival.caller, arrival.withheld) == (None, withheld)


def test_a_landing_number_that_is_not_in_the_plan_is_kept_without_a_language(log: CelLog) -> None:
    log.path.write_bytes(line(landing="+33199000099"))
    arrival = next(entry.incoming_call for entry in log.read(0).entries if isinstance(entry, CallStarted))
    assert (arrival.landing, arrival.public_number, arrival.language) == ("+33199000099", None, "")


def test_a_file_is_identified_by_its_first_event_whatever_its_name(log: CelLog, plan: Plan) -> None:
    assert log.identity is None
    log.path.write_bytes(line()[:20])
    assert log.identity is None
    log.path.write_bytes(line())
    first = log.identity
    log.path.write_bytes(line() + line())
    log.path.rename(log.path.with_suffix(".old"))
    log.path.write_bytes(line(linkedid="2.2"))
    assert log.identity == first
    log.path.with_suffix(".old").unlink()
    assert log.identity not in (None, first)


def test_the_recorded_lines_have_a_time_and_json(recorded_lines: list[bytes]) -> None:
    for row in csv.reader(raw.decode() for raw in recorded_lines):
        event = CelEvent(*row)
        assert event.at.tzinfo is UTC
        assert isinstance(json.loads(event.extra or "{}"), dict)


def test_a_renamed_log_is_deleted_only_when_it_was_read_to_its_end(log: CelLog) -> None:
    renamed = log.path.with_suffix(".old")
    renamed.write_bytes(line() + line())
    assert not log.rotate(len(line()))
    assert renamed.exists()
    assert log.rotate(2 * len(line()))
    assert not renamed.exists()
