"""Decoding of uploaded files: recognised by their first bytes, decoded in a restricted child process, or refused.

The demuxer is forced, so that a playlist named .mp3 is not followed. The decoder can read only the file that was opened
here, and is limited in time, memory and output.
"""

import os
import stat
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from prompts.audio import decoder
from prompts.audio.aiff_header import repair_aiff
from prompts.audio.channels import mix_to_mono
from prompts.audio.completeness import declares_its_length, is_cut_off
from prompts.audio.containers import AIFF, WAV, Container, recognise
from prompts.audio.decoder import Source, Track
from prompts.audio.file_copies import copy_part
from prompts.audio.foreign_files import refuse_unknown
from prompts.audio.pcm import Pcm, measure
from prompts.audio.refusals import AudioRefused
from prompts.audio.wav_header import repair_wav

RATE = 48_000

_MAX_BYTES = 100_000_000
_HEAD_BYTES = 4_096
# Encoders pad and round: a file may lack this much of the length that it declares.
_MISSING_S = 0.5
_INAUDIBLE_DBFS = -60.0


@dataclass(frozen=True, slots=True)
class Decoded:
    """The sound of a file, 48 kHz mono, and the media type of the file."""

    sound: Pcm
    media_type: str


def decode(path: Path, *, max_seconds: float = 90) -> Decoded:
    """The sound in `path`: WAV, MP3, M4A, Ogg, WebM, FLAC, AAC, WMA, AMR, AIFF and others of `containers`.

    Raises AudioRefused if it is anything else, a video, damaged, or longer than `max_seconds`; no more than that is
    decoded. Of several tracks, the first audible one is taken. Raises AudioToolError if ffmpeg is missing.
    """
    with _open(path) as opened:
        container, start = _detect(opened)
        with closing(_prepare(opened, container, start)) as file:
            source = Source(file, container, 0 if file is not opened else start)
            sound = _decode_first_audible(source, max_seconds)
    return Decoded(sound, container.media_type)


def _open(path: Path) -> BinaryIO:
    try:
        # Non-blocking: opening a named pipe would wait for a writer.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise AudioRefused("unreadable", cause=error.strerror) from error
    problem = _check_file(os.fstat(handle))
    if problem:
        os.close(handle)
        raise problem
    # Unbuffered: the child process reads from the current position of the file.
    return os.fdopen(handle, "rb", buffering=0)


def _check_file(status: os.stat_result) -> AudioRefused | None:
    if not stat.S_ISREG(status.st_mode):
        return AudioRefused("no-file")
    if status.st_size == 0:
        return AudioRefused("empty")
    if status.st_size > _MAX_BYTES:
        return AudioRefused("too-large", megabytes=_MAX_BYTES // 1_000_000)
    return None


def _detect(file: BinaryIO) -> tuple[Container, int]:
    container, start = recognise(file)
    if container is None:
        file.seek(start)
        raise refuse_unknown(file.read(_HEAD_BYTES))
    if is_cut_off(file, container, start):
        raise AudioRefused("cut-off")
    return container, start


def _prepare(file: BinaryIO, container: Container, start: int) -> BinaryIO:
    """The file, or a copy that the decoder can read: a WAV with true sizes, a file without the tags before it."""
    if container is WAV:
        file.seek(start)
        return file if file.read(4) == b"RIFX" else repair_wav(file, start)
    copy = copy_part(file, start) if container.seeks and start else file
    if container is AIFF and (repaired := repair_aiff(copy)) is not copy:
        if copy is not file:
            copy.close()
        return repaired
    return copy


def _decode_first_audible(source: Source, max_seconds: float) -> Pcm:
    tracks = decoder.probe(source)
    for track in tracks:
        sound = _decode_track(source, track, max_seconds)
        if len(tracks) == 1 or measure(sound).active_dbfs > _INAUDIBLE_DBFS:
            return sound
    return sound


def _decode_track(source: Source, track: Track, max_seconds: float) -> Pcm:
    sound = decoder.read_samples(source, track, RATE, max_seconds + 1)
    if sound.seconds > max_seconds + 0.1:
        raise AudioRefused("too-long", seconds=f"{max_seconds:g}")
    if not sound.seconds:
        raise AudioRefused("no-sound")
    declared_s = track.seconds if source.container is not WAV else 0
    if sound.seconds < declared_s - _MISSING_S and declares_its_length(source.file, source.container, source.start):
        raise AudioRefused("cut-off")
    return mix_to_mono(sound)
