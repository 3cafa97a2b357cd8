"""Moves what callers have recorded from Asterisk's folder to ours, and records it with their calls."""

import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prompts.audio.pcm import Pcm, active_seconds, measure, write_wav
from records.calls import calls, voicemails
from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.satisfaction import answers

log = logging.getLogger("switch")

SHORTEST_S = 1.0  # a shorter recording holds no words
LEAST_HEARD_S = 0.2  # a click of the line is shorter
FAINTEST_DBFS = -55.0  # active level; below it there is only line noise
RECORDING_TIMEOUT = timedelta(minutes=10)  # after the last write; Record() lasts 3 minutes at most
WAV_HEADER = 44  # bytes, as Asterisk writes it
RATE = 8000


class VoicemailCollector:
    """Asterisk records <ref>.wav in `recordings_folder`; `kept_folder` is where the file stays.

    A recording that fails is retried at the next `collect`, and never stops the others.
    """

    def __init__(self, database: Database, recordings_folder: Path, kept_folder: Path) -> None:
        self._database = database
        self._recordings_folder, self._kept_folder = recordings_folder, kept_folder
        self._logged: set[Path] = set()
        self._unclaimed: set[Path] = set()

    def has_recordings(self) -> bool:
        """Whether Asterisk's folder holds recordings of known calls. Raises OSError."""
        return bool(self._list_recordings())

    def _list_recordings(self) -> set[Path]:
        return set(self._recordings_folder.glob("*.wav")) - self._unclaimed

    def collect(self, now: datetime) -> None:
        """Raises RecordsError, OSError."""
        for recording in sorted(self._list_recordings()):
            try:
                self._collect(recording, now)
            except NotFound:
                self._unclaimed.add(recording)
                log.error("recording of an unknown call, kept in %s: listen to it, then delete it", recording)
            except RecordsError:
                raise
            except Exception as error:
                self._log_once(recording, error)

    def _collect(self, recording: Path, now: datetime) -> None:
        """A recording is finished when its call has ended. The row is written before the file moves: none is lost."""
        ref, left_at = recording.stem, datetime.fromtimestamp(recording.stat().st_mtime, UTC)
        if not calls.has_ended(self._database, ref) and now - left_at < RECORDING_TIMEOUT:
            return
        sound = _read_samples(recording)
        if not _has_words(sound):
            self._record_empty(ref, left_at)
        else:
            self._record(ref, recording.name, sound.seconds, left_at)
            moving = self._kept_folder / f".{recording.name}"
            write_wav(moving, sound)
            os.replace(moving, self._kept_folder / recording.name)
        recording.unlink()

    def _record(self, ref: str, file: str, seconds: float, left_at: datetime) -> None:
        voicemails.save_voicemail(self._database, ref, file=file, seconds=seconds, at=left_at)

    def _record_empty(self, ref: str, left_at: datetime) -> None:
        voicemails.record_empty_voicemail(self._database, ref, at=left_at)

    def _log_once(self, recording: Path, error: Exception) -> None:
        if recording not in self._logged:
            log.error("cannot keep the recording %s, will retry: %s", recording, error)
        self._logged.add(recording)


class SatisfactionWordsCollector(VoicemailCollector):
    """Collects in the same way what callers add to their answers about their satisfaction; silence is nothing."""

    def _record(self, ref: str, file: str, seconds: float, left_at: datetime) -> None:
        answers.save_recorded_words(self._database, ref, file=file, seconds=seconds)

    def _record_empty(self, ref: str, left_at: datetime) -> None:
        """Nothing is to be done for a caller who had nothing to add."""


def _has_words(sound: Pcm) -> bool:
    if sound.seconds < SHORTEST_S or measure(sound).active_dbfs < FAINTEST_DBFS:
        return False
    return active_seconds(sound) >= LEAST_HEARD_S


def _read_samples(recording: Path) -> Pcm:
    """The samples; the header's length is wrong when Asterisk was killed during the recording."""
    samples = recording.read_bytes()[WAV_HEADER:]
    return Pcm(samples[: len(samples) // 2 * 2], RATE)
