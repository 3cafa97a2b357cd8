"""A harness counts only if it catches what is wrong: each of these plants a fault and sees the checker say so."""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import BinaryIO

import bases
import pytest
from asterisk.agi import AGI
from asterisk_faults import a_member
from invariants import broken, one_command_for_each, one_line_for_each_number
from reception import wait_for
from scripted_asterisk import ScriptedAsterisk
from witnesses import Lived, evidence
from workload import Caller, Workload

from agi.channel import Channel
from caller.sound import tone, write_wav
from caller.story import Act, Press
from caller.tones import Tone
from records import messages
from standardiste.server import asterisk_says
from standardiste.settings import CHECKOUT


def complaints(work: Workload, lived: list[Lived], held: int = 0) -> set[str]:
    """The names of the invariants that do not hold."""
    return {said.partition(":")[0] for said in broken(evidence(work.reception, work.carrier, lived, held))}


@contextmanager
def dialplan_with(work: Workload, name: str, old: str, new: str) -> Iterator[None]:
    """Asterisk follows this file of the dialplan with one thing in place of another."""
    rendered = work.reception.settings.etc / "extensions.conf"
    whole, file = rendered.read_text(), CHECKOUT / "dialplan" / name
    assert old in file.read_text() and str(file) in whole
    spoilt = work.folder / name
    spoilt.write_text(file.read_text().replace(old, new, 1))
    rendered.write_text(whole.replace(str(file), str(spoilt)))
    asterisk_says(work.reception.house, "dialplan reload")
    try:
        yield
    finally:
        rendered.write_text(whole)
        asterisk_says(work.reception.house, "dialplan reload")


def test_a_message_overwritten_in_place_is_caught(work: Workload) -> None:
    work.publish("Premier message, avec ses mots à lui, que l'on entend du début jusqu'à la fin, sans rien d'autre.")
    work.publish("Voici le second, qui dit tout autre chose et le dit plus lentement, mot après mot, sans se presser.")
    second, first = messages.versions(work.reception.base, "daily")[:2]
    _ = work.ear  # knows both as they were
    kept = {file: file.read_bytes() for file in work.reception.settings.messages.iterdir() if second.audio in file.name}

    def overwrite() -> None:
        for file in kept:
            file.write_bytes(file.with_name(file.name.replace(second.audio, first.audio)).read_bytes())

    [number] = work.numbers(Random("in place"), 1)
    lived = work.call([Caller(number, (Press(keys="3", at_s=0.5), Act(action=overwrite, at_s=3.5)), stays_s=11)])
    for file, content in kept.items():
        file.write_bytes(content)
    work.settle()

    assert complaints(work, lived) == {"one_whole_version_is_heard"}


def test_a_hangup_handler_that_talks_to_the_network_is_caught(work: Workload) -> None:
    frozen = [*work.reception.calls_pids(), work.reception.supervisor_pid()]  # who would end them
    handler = "exten => h,1,AGI(${AGI_URL}/reception,${CALL_REF})\n"
    comment = "; Python accepted the call and fell silent.\n"
    [number] = work.numbers(Random("handler"), 1)
    with dialplan_with(work, "reception.conf", comment, handler + comment):
        for process in frozen:
            os.kill(process, signal.SIGSTOP)
        try:
            lived = work.call([Caller(number, stays_s=1)])
            held = work.held()
        finally:
            for process in frozen:
                os.kill(process, signal.SIGCONT)
    work.settle()

    assert complaints(work, lived, held) == {"no_channel_outlives_its_caller"}


@pytest.mark.parametrize(("left_s", "caught"), [(0, set()), (12, {"nobody_who_talks_is_cut"})], ids=["off", "armed"])
def test_an_absolute_timeout_left_armed_is_caught(
    work: Workload, tmp_path: Path, left_s: int, caught: set[str]
) -> None:
    speaks = tmp_path / "tone.wav"
    write_wav(speaks, tone(700, 20))
    [number] = work.numbers(Random(f"armed {left_s}"), 1)
    disarmed = "[queue]\nexten => s,1,Set(TIMEOUT(absolute)=0)"
    with (
        dialplan_with(work, "staff.conf", disarmed, disarmed.replace("=0", f"={left_s}")),
        a_member(work) as member,
        work.reception.desk_phone(member, speaks),
    ):
        wait_for(lambda: "Not in use" in asterisk_says(work.reception.house, "queue show staff-fr"), "a free telephone")
        lived = work.call([Caller(number, (Press(keys="1", at_s=0.5),), stays_s=17)])
    work.settle()

    assert any(isinstance(sound, Tone) for sound in lived[0].sounds), lived[0].story
    assert complaints(work, lived) == caught


@pytest.mark.skipif(bool(bases.server), reason="a copy of the base's file is spoilt")
def test_a_number_with_two_lines_is_caught(work: Workload, tmp_path: Path) -> None:
    [number] = work.numbers(Random("two lines"), 1)
    lived = work.call([Caller(number, stays_s=2)])
    work.settle()
    told = evidence(work.reception, work.carrier, lived)
    file, copy = work.reception.settings.base_file, tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(file)) as base, closing(sqlite3.connect(copy, isolation_level=None)) as spoilt:
        base.backup(spoilt)
        spoilt.executescript(
            "CREATE TABLE unindexed AS SELECT * FROM line; DROP TABLE line; ALTER TABLE unindexed RENAME TO line;"
            "INSERT INTO line SELECT id + 1000000, e164, created_at FROM line LIMIT 1"
        )
    assert list(one_line_for_each_number(told)) == []
    assert list(one_line_for_each_number(replace(told, base=f"sqlite:///{copy}"))) == ["a number has 2 lines"]


class StockChannel(Channel):
    """As pyst2 itself quotes: not at all what is between its quotes."""

    _quote = AGI._quote

    def send_command(self, command: str, *arguments: object) -> None:
        self.stdout.write(" ".join([command, *map(str, arguments)]).encode() + b"\n")


@pytest.mark.parametrize(("kind", "refused"), [(Channel, True), (StockChannel, False)], ids=["ours", "stock"])
def test_a_value_that_adds_an_agi_command_is_caught(
    kind: Callable[[BinaryIO, BinaryIO], Channel], refused: bool
) -> None:
    asterisk = ScriptedAsterisk()
    asterisk.says(b"agi_network_script: reception\n\n200 result=1\n")
    channel = kind(*asterisk._files)
    evil = 'x"\nEXEC Dial "PJSIP/0899000000'
    if refused:
        with pytest.raises(ValueError, match="control characters"):
            channel.set_variable("NAME", evil)
        channel.set_variable("NAME", 'x" EXEC Dial "PJSIP/0899000000')
    else:
        channel.set_variable("NAME", evil)
    wrong = list(one_command_for_each(["SET"], asterisk.commands()))
    asterisk.close()
    assert bool(wrong) is not refused
