"""The files that Asterisk writes for us, and the code that reads them into the database."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ami.cel.log import CelLog
from ami.cel.reader import CelReader
from ami.interrupted_calls import InterruptedCalls
from ami.record_sync import RecordSync
from ami.voicemail_collector import VoicemailCollector
from prompts.audio.pcm import Pcm, write_wav
from records.call_events import CallEvent, CallEventKind, IncomingCall
from records.calls import calls
from records.calls.call_detail import CallDetail, get_call_detail, list_recent_calls
from records.database.engine import Database
from routing.plan.model import Plan

ANSWERED, PYTHON_DEAD = "1795297648.0", "1795297663.33"
"""The calls of tests/ami/channel-events.csv: one that staff answered, one while Python was dead."""

NOW = datetime.fromtimestamp(1795297700, UTC)


class AsteriskFiles:
    """`sync` reads them; `restart` starts again with only the files and the database."""

    def __init__(self, folder: Path, database: Database, plan: Plan) -> None:
        self.database, self.plan = database, plan
        self.cel_log, self.pid_file = folder / "channel-events.csv", folder / "asterisk.pid"
        self.recordings, self.voicemail = folder / "recordings", folder / "voicemail"
        for created in (self.recordings, self.voicemail):
            created.mkdir(parents=True)
        self.restart()

    def restart(self) -> None:
        self._sync = RecordSync(
            self.database,
            CelReader(self.database, CelLog(self.cel_log, self.plan)),
            InterruptedCalls(self.database, self.pid_file),
            [VoicemailCollector(self.database, self.recordings, self.voicemail)],
        )

    def sync(self, now: datetime = NOW) -> None:
        self._sync.catch_up(self.plan, now)

    def append(self, *lines: bytes) -> None:
        with self.cel_log.open("ab") as log:
            log.writelines(lines)

    def record(self, ref: str, sound: Pcm, at: datetime = NOW) -> Path:
        """A voicemail recording of the call, last written at `at`."""
        file = self.recordings / f"{ref}.wav"
        write_wav(file, sound)
        set_modified(file, at)
        return file

    def start_asterisk(self, at: datetime) -> None:
        self.pid_file.write_text("4711\n")
        set_modified(self.pid_file, at)


def set_modified(file: Path, at: datetime) -> None:
    os.utime(file, (at.timestamp(), at.timestamp()))


def details(database: Database) -> dict[str, CallDetail]:
    """The record of each call, by reference, newest first."""
    return {call.ref: get_call_detail(database, call.ref) for call in list_recent_calls(database)}


def open_call(database: Database, ref: str, at: datetime, *events: CallEventKind) -> None:
    incoming = IncomingCall(ref, at, "+33199000000", None, None, withheld=True, language="fr", plan_version=1)
    calls.open_incoming_call(database, incoming)
    calls.add_events(database, ref, [CallEvent(at, kind) for kind in events])


def seconds_before_now(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)
