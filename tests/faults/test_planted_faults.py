"""Each test plants a defect and sees that the invariants find it."""

import os
import runpy
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from asterisk.agi import AGI
from asterisk_faults import temporary_agent
from evidence import CallerExperience, Evidence, collect_evidence
from invariants import find_violations, one_line_for_each_number
from reception import wait_for
from scripted_asterisk import ScriptedAsterisk
from sqlalchemy import Connection, event
from workload import SimulatedCaller, Workload

from agi.channel import Channel
from caller.pcm import tone, write_wav
from caller.scripted_call import Press, RunAction
from caller.tones import Tone
from records.contacts.lines import get_or_create_line
from records.database import sqlite
from records.database.engine import open_database
from records.messages import message_versions
from standardiste.settings import CHECKOUT


def violated(work: Workload, lived: list[CallerExperience], held: int = 0) -> set[str]:
    """The names of the violated invariants."""
    return {
        said.partition(":")[0] for said in find_violations(collect_evidence(work.reception, work.carrier, lived, held))
    }


@contextmanager
def dialplan_with(work: Workload, name: str, old: str, new: str) -> Iterator[None]:
    """Asterisk uses this file of the dialplan with a replacement in it."""
    rendered = work.reception.settings.asterisk_etc / "extensions.conf"
    whole, file = rendered.read_text(), CHECKOUT / "dialplan" / name
    assert old in file.read_text() and str(file) in whole
    changed = work.folder / name
    changed.write_text(file.read_text().replace(old, new, 1))
    rendered.write_text(whole.replace(str(file), str(changed)))
    work.reception.installation.asterisk_cli.run("dialplan reload")
    try:
        yield
    finally:
        rendered.write_text(whole)
        work.reception.installation.asterisk_cli.run("dialplan reload")


@pytest.mark.long
def test_a_message_overwritten_in_place_is_caught(work: Workload) -> None:
    work.publish("Premier message, avec ses mots à lui, que l'on entend du début jusqu'à la fin, sans rien d'autre.")
    work.publish("Voici le second, qui dit tout autre chose et le dit plus lentement, mot après mot, sans se presser.")
    second, first = message_versions.list_versions(work.reception.database, "daily")[:2]
    _ = work.prompt_recognizer  # recognizes both original sounds
    kept = {file: file.read_bytes() for file in work.reception.settings.messages.iterdir() if second.audio in file.name}

    def overwrite() -> None:
        for file in kept:
            file.write_bytes(file.with_name(file.name.replace(second.audio, first.audio)).read_bytes())

    [number] = work.numbers(Random("in place"), 1)
    lived = work.call(
        [SimulatedCaller(number, (Press(keys="3", at_s=0.5), RunAction(action=overwrite, at_s=3.5)), stays_s=11)]
    )
    for file, content in kept.items():
        file.write_bytes(content)
    work.wait_until_idle()

    assert violated(work, lived) == {"one_whole_version_is_heard"}


def test_a_message_that_is_not_played_is_caught(work: Workload) -> None:
    work.publish("Voici le message que personne n'entend, du premier mot jusqu'au dernier.")
    [number] = work.numbers(Random("unheard"), 1)
    read, mute = "Read(TYPED_KEY,${KEY_PROMPTS},", '${IF($["${KEY_PROMPTS:0:6}" = "daily/"]?:${KEY_PROMPTS})}'
    with dialplan_with(work, "agi_subroutines.conf", read, read.replace("${KEY_PROMPTS}", mute)):
        lived = work.call([SimulatedCaller(number, (Press(keys="3", at_s=0.5),), stays_s=4)])
    work.wait_until_idle()

    assert violated(work, lived) == {"a_message_on_record_was_heard"}


def test_a_hangup_handler_that_talks_to_the_network_is_caught(work: Workload) -> None:
    frozen = [*work.reception.calls_pids(), work.reception.supervisor_pid()]  # the supervisor would kill them
    handler = "exten => h,1,AGI(${AGI_URL}/reception,${CALL_REF})\n"
    comment = "; Python accepted the connection, and did not answer in time.\n"
    [number] = work.numbers(Random("handler"), 1)
    with dialplan_with(work, "reception.conf", comment, handler + comment):
        for process in frozen:
            os.kill(process, signal.SIGSTOP)
        try:
            lived = work.call([SimulatedCaller(number, stays_s=1)])
            held = work.count_leftover_channels()
        finally:
            for process in frozen:
                os.kill(process, signal.SIGCONT)
    work.wait_until_idle()

    assert violated(work, lived, held) == {"no_channel_outlives_its_caller"}


@pytest.mark.parametrize(
    ("left_s", "caught"),
    [pytest.param(0, set(), marks=pytest.mark.long), (12, {"nobody_who_talks_is_cut"})],
    ids=["off", "armed"],
)
def test_an_absolute_timeout_that_stays_set_is_caught(
    work: Workload, tmp_path: Path, left_s: int, caught: set[str]
) -> None:
    speaks = tmp_path / "tone.wav"
    write_wav(speaks, tone(700, 20))
    [number] = work.numbers(Random(f"armed {left_s}"), 1)
    disarmed = "[staff-queue]\nexten => s,1,Set(TIMEOUT(absolute)=0)"
    with (
        dialplan_with(work, "staff_queue.conf", disarmed, disarmed.replace("=0", f"={left_s}")),
        temporary_agent(work) as member,
        work.reception.desk_phone(member, speaks),
    ):
        wait_for(
            lambda: "Not in use" in work.reception.installation.asterisk_cli.run("queue show staff-fr"),
            "a free telephone",
        )
        lived = work.call([SimulatedCaller(number, (Press(keys="1", at_s=0.5),), stays_s=17)])
    work.wait_until_idle()

    assert any(isinstance(sound, Tone) for sound in lived[0].sounds), lived[0].report
    assert violated(work, lived) == caught


def race(url: str) -> None:
    """Two programs look up the line of the same number, find none, and insert it."""
    both = threading.Barrier(2)

    def insert_together(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        if sql.startswith("INSERT INTO line"):
            both.wait(5)

    def get_line() -> int:
        with closing(open_database(url)) as database:
            event.listen(database._engine, "before_cursor_execute", insert_together)
            with database.write() as connection:
                return get_or_create_line(connection, "+33639980001", datetime.now(UTC))

    with ThreadPoolExecutor(2) as programs:
        for line in [programs.submit(get_line) for _ in range(2)]:
            assert line.result(20)


def one_by_one(connection: Connection, *, writing: bool, wait_ms: int, durable: bool) -> None:
    """No transaction: SQLite then lets another writer in between two statements, as a server does."""
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {wait_ms}")


WITHOUT_INDEX = {
    "sqlite": (
        "PRAGMA foreign_keys = OFF",
        "CREATE TABLE unindexed (id INTEGER PRIMARY KEY, e164 VARCHAR(16) NOT NULL, created_at DATETIME NOT NULL)",
        "DROP TABLE line",
        "ALTER TABLE unindexed RENAME TO line",
    ),
    "postgresql": ("ALTER TABLE line DROP CONSTRAINT uq_line_e164",),
}


@pytest.mark.parametrize("indexed", [True, False], ids=["indexed", "unindexed"])
def test_a_missing_unique_index_is_caught(
    database_url: str, engine: str, indexed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "begin", one_by_one)  # else its write lock alone would prevent the race
    if not indexed:
        with closing(open_database(database_url)) as database, database.write() as connection:
            for statement in WITHOUT_INDEX[engine]:
                connection.exec_driver_sql(statement)
    race(database_url)

    evidence = Evidence((), Counter(), Counter(), database_url, (), (), 0)
    assert list(one_line_for_each_number(evidence)) == ([] if indexed else ["a number has 2 lines"])


def as_pyst2(self: Channel, command: str, *arguments: object) -> None:
    """Sends the arguments as they are, like pyst2."""
    self.stdout.write(" ".join([command, *map(str, arguments)]).encode() + b"\n")


def test_stock_pyst2_quoting_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    file, evil = CHECKOUT / "tests" / "agi" / "test_channel.py", '"\nHANGUP\n"'
    passes = runpy.run_path(str(file))["test_every_method_sends_at_most_one_command"]
    with closing(ScriptedAsterisk()) as asterisk:
        passes(asterisk, evil)
    monkeypatch.setattr(Channel, "_quote", AGI._quote)
    monkeypatch.setattr(Channel, "send_command", as_pyst2)
    with closing(ScriptedAsterisk()) as asterisk, pytest.raises(AssertionError):
        passes(asterisk, evil)
