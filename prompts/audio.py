"""From any speech to what Asterisk plays: trimmed, at one loudness, at each rate it needs."""

import os
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path

from prompts.pcm import Level, Pcm, clipped_share, measure, read_wav, spoken_span
from prompts.refusals import AudioRefused as AudioRefused

with warnings.catch_warnings():
    # pydub 0.25.1 still imports audioop, which Python 3.11 announces to be leaving in 3.13.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pydub import AudioSegment
    from pydub.generators import Sine

TARGET_DBFS = -20.0
TOLERANCE_DB = 2.0
PEAK_DBFS = -3.0

# The limiter works before the resampler, whose filter can raise a peak a little: 1 dB is left for it.
_LIMIT = 10 ** ((PEAK_DBFS - 1) / 20)
_CLOSE_ENOUGH_DB = 1.0
_QUIETEST_DBFS = -50.0
_CLIPPED_SHARE = 0.05
_TIMEOUT_S = 60


class AudioFailure(Exception):
    """Our own tools failed on a good sound (ffmpeg missing, disk full); str() says what to do."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One sound as files: 8 kHz for telephones, 16 kHz for wideband ones, 48 kHz to keep. `level` is at 8 kHz."""

    narrow: Path
    wide: Path
    master: Path | None
    seconds: float
    level: Level


def usable(pcm: Pcm) -> Pcm:
    """Return `pcm` if speech can be heard in it; raise AudioRefused if it is silent or distorted beyond use."""
    if measure(pcm).active_dbfs < _QUIETEST_DBFS:
        raise AudioRefused("silent")
    if clipped_share(pcm) > _CLIPPED_SHARE:
        raise AudioRefused("distorted")
    return pcm


def trimmed(pcm: Pcm, keep_ms: int = 150) -> Pcm:
    """Return `pcm` without the silence before and after speech, but for `keep_ms` of it, faded."""
    begins, ends = spoken_span(pcm)
    return cut_out(pcm, max(0, begins - keep_ms / 1000), ends + keep_ms / 1000)


def cut_out(pcm: Pcm, from_s: float, until_s: float) -> Pcm:
    """Return the part of `pcm` between two moments in seconds, faded so that neither cut clicks."""
    sound = _segment(pcm)[int(from_s * 1000) : int(until_s * 1000)]
    faded = sound.fade_in(min(10, len(sound))).fade_out(min(10, len(sound)))
    return Pcm(faded.raw_data, pcm.rate)


def tone(hertz: int, milliseconds: int) -> Pcm:
    """Return a pure tone at the loudness of our prompts, at 48 kHz."""
    sound = Sine(hertz, sample_rate=48_000).to_audio_segment(milliseconds, volume=TARGET_DBFS + 3)
    return Pcm(sound.fade_in(10).fade_out(10).raw_data, 48_000)


def silence(milliseconds: int) -> Pcm:
    """Return nothing to hear, at 48 kHz."""
    return Pcm(AudioSegment.silent(milliseconds, frame_rate=48_000).raw_data, 48_000)


def render(pcm: Pcm, folder: Path, stem: str, *, master: bool = False) -> Rendered:
    """Write `<stem>.wav` (8 kHz), `<stem>.sln16` and, if asked, `<stem>.flac` (48 kHz) into `folder`.

    Speech comes out at TARGET_DBFS, peaks below PEAK_DBFS. The level that counts is the one callers hear, so the
    8 kHz file is measured, and the sound made again when the limiter or the narrow band took too much.
    Raises AudioFailure.
    """
    gain = TARGET_DBFS - measure(pcm).active_dbfs
    for _ in range(3):
        rendered = _render_with_gain(pcm, folder, stem, gain, master)
        error = TARGET_DBFS - rendered.level.active_dbfs
        if abs(error) <= _CLOSE_ENOUGH_DB:
            break
        gain += error
    return rendered


def durable(path: Path) -> None:
    """Wait until the content of file or folder `path` is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _render_with_gain(pcm: Pcm, folder: Path, stem: str, gain_db: float, master: bool) -> Rendered:
    narrow, wide, kept = (folder / f"{stem}.{suffix}" for suffix in ("wav", "sln16", "flac"))
    outputs = [
        (8_000, ["-c:a", "pcm_s16le", "-f", "wav"], narrow),
        (16_000, ["-c:a", "pcm_s16le", "-f", "s16le"], wide),
        (48_000, ["-c:a", "flac", "-sample_fmt", "s16", "-f", "flac"], kept),
    ][: 3 if master else 2]
    pads = [f"[{number}]" for number in range(len(outputs))]
    # Bit-exact: the same sound gives the same bytes, and the name of a message is the hash of its bytes.
    exact = ["-fflags", "+bitexact", "-flags:a", "+bitexact"]
    level = f"volume={gain_db:.2f}dB:precision=double,alimiter=limit={_LIMIT:.4f}:level=false"
    command = ["ffmpeg", "-v", "error", "-y", "-threads", "1", "-f", "s16le", "-ac", "1", "-ar", str(pcm.rate)]
    command += ["-i", "pipe:0", "-filter_complex", f"{level},asplit={len(pads)}{''.join(pads)}"]
    for pad, (rate, form, path) in zip(pads, outputs, strict=True):
        command += ["-map", pad, "-ar", str(rate), *exact, *form, f"file:{path}"]
    _run(command, pcm.samples)
    heard = read_wav(narrow)
    return Rendered(narrow, wide, kept if master else None, round(heard.seconds, 2), measure(heard))


def _run(command: list[str], samples: bytes) -> None:
    try:
        subprocess.run(command, input=samples, capture_output=True, timeout=_TIMEOUT_S, check=True)
    except FileNotFoundError as missing:
        raise AudioFailure("ffmpeg is not installed; run: apt install ffmpeg") from missing
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
        raise AudioFailure("ffmpeg could not write the sound files; is there room left on the disk?") from failure


def _segment(pcm: Pcm) -> AudioSegment:
    return AudioSegment(pcm.samples, sample_width=2, frame_rate=pcm.rate, channels=1)
