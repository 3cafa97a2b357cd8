import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ami import channel_events
from ami.channel_events import ChannelEvent, Log
from records.events import Appeared, CallEventKind, Ended, Fact, Happened
from routing.plan import Plan

ANSWERED, PYTHON_DEAD = "1795297648.0", "1795297663.33"


@pytest.fixture
def log(tmp_path: Path, plan: Plan) -> Log:
    return Log(tmp_path / "channel-events.csv", plan)


def line(**columns: str) -> bytes:
    """A HANGUP of a call from outside, with these columns instead."""
    event = ChannelEvent(
        "HANGUP", "1795297675.450188", "1.1", "1.1", "PJSIP/trunk-1", "staff", "+33199000000", "", "", "{}"
    )
    return (",".join('"' + text.replace('"', '""') + '"' for text in event._replace(**columns)) + "\n").encode()


def kinds(facts: list[Fact], ref: str) -> list[CallEventKind]:
    return [fact.event.kind for fact in facts if isinstance(fact, Happened) and fact.ref == ref]


def test_a_call_that_staff_answered_is_told_as_it_was(log: Log, recorded_lines: list[bytes]) -> None:
    log.path.write_bytes(b"".join(recorded_lines))
    facts = [fact for fact in log.read(0).facts if ANSWERED in str(fact)]
    assert kinds(facts, ANSWERED) == [
        CallEventKind.ANSWERED,
        CallEventKind.QUEUE_ENTERED,
        CallEventKind.STAFF_RINGING,
        CallEventKind.STAFF_ANSWERED,
        CallEventKind.QUEUE_LEFT,
    ]
    arrival = next(fact.arrival for fact in facts if isinstance(fact, Appeared))
    assert (arrival.landing, arrival.public_number) == ("+33199000000", "+33199000000")
    assert (arrival.caller, arrival.withheld, arrival.language) == ("+33639980001", False, "fr")
    assert arrival.at == datetime.fromtimestamp(1795297648.587970, UTC)
    assert [(fact.cause, fact.at) for fact in facts if isinstance(fact, Ended)] == [
        ("16", datetime.fromtimestamp(1795297662.588320, UTC))
    ]


def test_a_call_served_while_python_was_dead_is_told_as_it_was(log: Log, recorded_lines: list[bytes]) -> None:
    log.path.write_bytes(b"".join(recorded_lines))
    assert kinds(log.read(0).facts, PYTHON_DEAD) == [
        CallEventKind.ANSWERED,
        CallEventKind.FALLBACK,
        CallEventKind.QUEUE_ENTERED,
        CallEventKind.QUEUE_LEFT,
    ]


def test_only_the_channel_on_which_the_public_called_ends_a_call(log: Log, recorded_lines: list[bytes]) -> None:
    log.path.write_bytes(b"".join(recorded_lines))
    ended = [fact.ref for fact in log.read(0).facts if isinstance(fact, Ended)]
    assert ended == [ANSWERED, PYTHON_DEAD]


def test_what_staff_do_on_their_line_is_no_call_of_the_public(log: Log) -> None:
    log.plan = replace(log.plan, staff_line="+33199000009")
    log.path.write_bytes(line(landing="+33199000009") + line(type="ANSWER", landing="+33199000009"))
    assert log.read(0).facts == []
    log.path.write_bytes(line(landing="") + line())
    assert len(log.read(0).facts) == 4


def test_the_columns_are_those_that_asterisk_is_told_to_write() -> None:
    conf = Path(channel_events.__file__).parents[1] / "asterisk-conf" / "cel_custom.conf"
    mapping = conf.read_text().split("=> ")[1].strip()
    written = [column.removeprefix("${CSV_QUOTE(").removesuffix(")}") for column in mapping.split(",${CSV_QUOTE(")]
    assert [column.removeprefix("${").removesuffix("}") for column in written] == [
        "eventtype",
        "eventtime",
        "CHANNEL(linkedid)",
        "CHANNEL(uniqueid)",
        "CHANNEL(channame)",
        "CHANNEL(context)",
        "CHANNEL(accountcode)",  # the landing number, by [door]
        "FILTER(+0-9,${CALLERID(num)})",  # never raw: a newline in it would forge an event
        "CHANNEL(appname)",
        "eventextra",
    ]
    assert len(written) == len(ChannelEvent._fields)


def test_positions_count_bytes_and_reading_goes_on_where_it_stopped(log: Log, recorded_lines: list[bytes]) -> None:
    log.path.write_bytes(b"".join(recorded_lines))
    whole = log.read(0)
    assert whole.position == log.path.stat().st_size
    for fact in whole.facts:
        assert log.read(fact.position).facts == [later for later in whole.facts if later.position > fact.position]


def test_a_large_log_is_read_in_pieces(log: Log, recorded_lines: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    log.path.write_bytes(b"".join(recorded_lines))
    whole = log.read(0)
    monkeypatch.setattr(channel_events, "PIECE", 700)
    facts: list[Fact] = []
    position = 0
    while (piece := log.read(position)).position > position:
        assert piece.position - position <= 700
        position = piece.position
        facts += piece.facts
    assert (facts, position) == whole


def test_half_a_line_waits_for_its_other_half(log: Log) -> None:
    whole = line()
    for cut in range(1, len(whole)):
        log.path.write_bytes(whole[:cut])
        assert log.read(0) == ([], 0)
    log.path.write_bytes(whole)
    assert log.read(0).position == len(whole)


@pytest.mark.parametrize(
    "poison",
    [
        b"\n",
        b'"HANGUP","1\n',
        b"\x00\xff\xfe\r\x1b\n",
        b'"' * 200_000 + b"\n",
        line(time="soon"),
        line(time="1e400"),
        line(time="nan"),
        line(time="-1e15"),
        line()[:-3] + b'","one too many"\n',
    ],
    ids=["empty", "half", "bytes", "long", "no time", "infinite", "nan", "before time", "columns"],
)
def test_a_line_that_makes_no_sense_is_passed_over(log: Log, poison: bytes, caplog: pytest.LogCaptureFixture) -> None:
    log.path.write_bytes(line() + poison + line(linkedid="2.2", uniqueid="2.2"))
    facts, position = log.read(0)
    assert [fact.ref for fact in facts if isinstance(fact, Ended)] == ["1.1", "2.2"]
    assert position == log.path.stat().st_size
    assert "makes no sense" in caplog.text


def test_the_zeros_that_a_power_cut_leaves_cost_no_event(log: Log) -> None:
    log.path.write_bytes(line() + b"\0" * 5000 + line(linkedid="2.2", uniqueid="2.2"))
    assert [fact.ref for fact in log.read(0).facts if isinstance(fact, Ended)] == ["1.1", "2.2"]


def test_a_piece_without_any_line_is_passed_over(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_events, "PIECE", 300)
    log.path.write_bytes(b"x" * 300 + b"\n" + line())
    assert log.read(0) == ([], 300)
    assert [type(fact) for fact in log.read(300).facts] == [Appeared, Ended]


@pytest.mark.parametrize("extra", ["", "{", "[]", "7", '{"hangupcause": null}', "[" * 50])
def test_a_call_whose_cause_is_not_told_is_over_all_the_same(log: Log, extra: str) -> None:
    log.path.write_bytes(line(extra=extra))
    assert isinstance(log.read(0).facts[-1], Ended)


@pytest.mark.parametrize("caller", ["", "3", "0" * 80, "anonymous"])
def test_a_number_that_is_none_is_withheld(log: Log, caller: str) -> None:
    log.path.write_bytes(line(caller=caller))
    arrival = next(fact.arrival for fact in log.read(0).facts if isinstance(fact, Appeared))
    assert (arrival.caller, arrival.withheld) == (None, True)


def test_a_landing_number_that_the_plan_does_not_know_is_kept_without_a_language(log: Log) -> None:
    log.path.write_bytes(line(landing="+33199000099"))
    arrival = next(fact.arrival for fact in log.read(0).facts if isinstance(fact, Appeared))
    assert (arrival.landing, arrival.public_number, arrival.language) == ("+33199000099", None, "")


def test_a_file_is_known_by_its_first_event_whatever_it_is_called(log: Log, plan: Plan) -> None:
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


def test_the_recorded_lines_hold_what_asterisk_promises(recorded_lines: list[bytes]) -> None:
    for row in csv.reader(raw.decode() for raw in recorded_lines):
        event = ChannelEvent(*row)
        assert event.at.tzinfo is UTC
        assert isinstance(json.loads(event.extra or "{}"), dict)


def test_a_renamed_log_is_removed_only_when_it_was_read_to_its_end(log: Log) -> None:
    renamed = log.path.with_suffix(".old")
    renamed.write_bytes(line() + line())
    assert not log.rotate(len(line()))
    assert renamed.exists()
    assert log.rotate(2 * len(line()))
    assert not renamed.exists()
