"""Brings into the records what happened while Python was not asked: ends of calls, staff, voicemail."""

import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from ami import callback_ends
from ami.channel_events import Log, RingTold
from prompts.pcm import Pcm, measure, write_wav
from records import calls, event_log, voicemails
from records.base import Base
from records.errors import BaseBusy, BaseUnavailable, NotFound, RecordsError
from records.events import Fact

log = logging.getLogger("switch")

SHORTEST_S = 1.0  # a recording below holds no words
FAINTEST_DBFS = -55.0  # active level; below, nobody spoke: the noise of a line
FINISHED_AFTER = timedelta(minutes=10)  # without a change, whatever became of the call; Record() lasts 3 at most
LOOK_AGAIN = timedelta(minutes=1)  # for calls that were written down late
NEVER = datetime.min.replace(tzinfo=UTC)
WAV_HEADER = 44  # bytes, as Asterisk writes it
RATE = 8000


class Follower:
    """`follow(now)` catches up with the log and with the recordings Asterisk has finished; safe to repeat at any point.

    `recorded` is where Asterisk records voicemail as <ref>.wav, `kept` where it stays; `pid_file` is Asterisk's. What
    fails is tried again the next time; one bad line or recording never stops the others.
    """

    def __init__(self, base: Base, events: Log, *, recorded: Path, kept: Path, pid_file: Path) -> None:
        self._base, self._events, self._recorded, self._kept = base, events, recorded, kept
        self._pid_file, self._looked = pid_file, (NEVER, NEVER)
        self._said: set[str] = set()
        self._unclaimed: set[Path] = set()

    def follow(self, now: datetime) -> None:
        try:
            self._read_events()
            self._close_what_was_cut(now)
            self._collect_voicemail(now)
            self._said.discard("trouble")
        except (RecordsError, OSError) as error:
            self._say_once("trouble", f"will try again until it works: {error}")

    def _read_events(self) -> None:
        while identity := self._events.identity:
            source = f"channel-events {identity}"
            position = event_log.position(self._base, source)
            told, end = self._events.read(position)
            if end > position:
                for ring in (one for one in told if isinstance(one, RingTold)):
                    callback_ends.tell(self._base, self._events.plan, ring)
                self._absorb(source, end, [fact for fact in told if not isinstance(fact, RingTold)])
            elif self._events.rotate(position):
                event_log.forget(self._base, source)
            else:
                return

    def _absorb(self, source: str, end: int, facts: Sequence[Fact]) -> None:
        try:
            event_log.absorb(self._base, source, end, facts)
        except (BaseBusy, BaseUnavailable):
            raise
        except Exception:  # there is a line that the base refuses; the others count
            for position, told in groupby(facts, key=lambda fact: fact.position):
                self._absorb_line(source, position, list(told))
            event_log.absorb(self._base, source, end, [])

    def _absorb_line(self, source: str, position: int, told: Sequence[Fact]) -> None:
        try:
            event_log.absorb(self._base, source, position, told)
        except (BaseBusy, BaseUnavailable):
            raise
        except Exception as error:
            log.error("a line of the channel event log was passed over: %s", type(error).__name__)

    def _close_what_was_cut(self, now: datetime) -> None:
        """Asterisk writes its process id when it starts. Calls of before, all of whose events are read, tell no end."""
        if not self._pid_file.exists():
            return
        started = datetime.fromtimestamp(self._pid_file.stat().st_mtime, UTC)
        known, looked_at = self._looked
        # A start in the future means that the clock was put back: nothing can be told by it.
        if started > now or (started == known and now - looked_at < LOOK_AGAIN):
            return
        if cut := calls.cut_short(self._base, before=started):
            log.error("%d calls were cut when Asterisk ended", cut)
        callback_ends.cut_short(self._base, self._events.plan, before=started, at=now)
        self._looked = (started, now)

    def _collect_voicemail(self, now: datetime) -> None:
        for recording in sorted(set(self._recorded.glob("*.wav")) - self._unclaimed):
            try:
                self._collect(recording, now)
            except NotFound:
                self._unclaimed.add(recording)
                log.error("a voicemail belongs to no call on record and stays: listen to %s, then remove it", recording)
            except RecordsError:
                raise
            except Exception as error:
                self._say_once(recording.name, f"the voicemail {recording} cannot be kept yet: {error}")

    def _collect(self, recording: Path, now: datetime) -> None:
        """A recording is finished when its call is over; its row comes first, then it moves, so that none is lost."""
        ref, left_at = recording.stem, datetime.fromtimestamp(recording.stat().st_mtime, UTC)
        if not calls.is_over(self._base, ref) and now - left_at < FINISHED_AFTER:
            return
        sound = _sound(recording)
        if sound.seconds < SHORTEST_S or measure(sound).active_dbfs < FAINTEST_DBFS:
            voicemails.left_empty(self._base, ref, at=left_at)
        else:
            voicemails.keep(self._base, ref, file=recording.name, seconds=sound.seconds, at=left_at)
            moving = self._kept / f".{recording.name}"
            write_wav(moving, sound)
            os.replace(moving, self._kept / recording.name)
        recording.unlink()

    def _say_once(self, about: str, sentence: str) -> None:
        if about not in self._said:
            log.error(sentence)
        self._said.add(about)


def _sound(recording: Path) -> Pcm:
    """The samples; the header's own length is wrong where Asterisk was killed while it recorded."""
    samples = recording.read_bytes()[WAV_HEADER:]
    return Pcm(samples[: len(samples) // 2 * 2], RATE)
