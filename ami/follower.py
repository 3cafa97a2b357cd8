"""Brings into the records what happened while Python was not asked: ends of calls, staff, voicemail."""

import logging
import os
import wave
from datetime import UTC, datetime
from pathlib import Path

from ami.channel_events import Log
from records import calls, event_log, voicemails
from records.base import Base
from records.errors import RecordsError

log = logging.getLogger("switch")

SOURCE = "channel-events"  # the name of the cursor in the base
SHORTEST_S = 1.0  # a recording below holds no words


class Follower:
    """`follow()` catches up with the log and with the recordings Asterisk has finished; safe to repeat at any point."""

    def __init__(self, base: Base, events: Log, *, recorded: Path, kept: Path) -> None:
        self._base, self._events, self._recorded, self._kept = base, events, recorded, kept

    def follow(self) -> None:
        try:
            self._read_events()
            self._collect_voicemail()
        except RecordsError as error:
            log.error("will try again: %s", error)

    def _read_events(self) -> None:
        position = event_log.position(self._base, SOURCE)
        if position > self._events.size:  # another file than the one read last time
            event_log.rewind(self._base, SOURCE)
            position = 0
        facts = self._events.facts(position)
        if facts:
            position = facts[-1].position
            event_log.absorb(self._base, SOURCE, position, facts)
        if self._events.rotate(position):
            event_log.rewind(self._base, SOURCE)

    def _collect_voicemail(self) -> None:
        """A recording is finished when its call is over; it moves, and its row follows."""
        for recording in sorted(self._recorded.glob("*.wav")):
            ref = recording.stem
            if not calls.is_over(self._base, ref):
                continue
            seconds = _seconds(recording)
            if seconds < SHORTEST_S:
                recording.unlink()
                continue
            # The row first: should we fall in between, the file is still found here and the row is found kept.
            voicemails.keep(self._base, ref, file=recording.name, seconds=seconds, at=datetime.now(UTC))
            os.replace(recording, self._kept / recording.name)


def _seconds(recording: Path) -> float:
    try:
        with wave.open(str(recording)) as sound:
            return float(sound.getnframes() / sound.getframerate())
    except (wave.Error, EOFError):
        return 0.0
