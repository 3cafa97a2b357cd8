"""Rendering of speech for Asterisk: trimmed, at one loudness, at each sample rate."""

import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path

from prompts.audio.levelling import turn_down_loud_passages
from prompts.audio.pcm import (
    Level,
    Pcm,
    active_seconds,
    clipped_share,
    find_speech,
    from_array,
    measure,
    read_wav,
    to_array,
)
from prompts.audio.refusals import AudioRefused

with warnings.catch_warnings():
    # pydub 0.25.1 imports audioop, which Python 3.11 deprecates.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pydub import AudioSegment
    from pydub.generators import Sine

TARGET_DBFS = -20.0
PEAK_DBFS = -3.0

SHORTEST_MESSAGE_S = 0.3
"""A message in which less is heard is a knock or a click."""
SHORTEST_PROMPT_S = 0.1  # a prompt may be one short word, such as "un"

# The encoder after the limiter can raise a peak a little: 1 dB is reserved for it.
_LIMIT = 10 ** ((PEAK_DBFS - 1) / 20)
_CLOSE_ENOUGH_DB = 1.0
_QUIETEST_DBFS = -50.0
_CLIPPED_SHARE = 0.05
_TIMEOUT_S = 60


class AudioToolError(Exception):
    """A tool failed on a good sound (ffmpeg is missing, the disk is full); str() says what to do."""


@dataclass(frozen=True, slots=True)
class RenderedSound:
    """One sound as files: 8 kHz, 16 kHz for wideband, and 48 kHz as a master. `level` is that of the 8 kHz file."""

    narrow: Path
    wide: Path
    master: Path | None
    seconds: float
    level: Level


def require_usable(pcm: Pcm, *, shortest_s: float = SHORTEST_MESSAGE_S) -> Pcm:
    """The same sound; raises AudioRefused if it is silent, a click (shorter than `shortest_s`), or too distorted."""
    if measure(pcm).active_dbfs < _QUIETEST_DBFS:
        raise AudioRefused("silent")
    if active_seconds(pcm) < shortest_s:
        raise AudioRefused("click", seconds=shortest_s)
    if clipped_share(pcm) > _CLIPPED_SHARE:
        raise AudioRefused("distorted")
    return pcm


def trim_silence(pcm: Pcm, keep_ms: int = 150) -> Pcm:
    """The sound without the silence before and after speech, of which `keep_ms` is kept and faded."""
    begins, ends = find_speech(pcm)
    return extract(pcm, max(0, begins - keep_ms / 1000), ends + keep_ms / 1000)


def extract(pcm: Pcm, from_s: float, until_s: float) -> Pcm:
    """The part between two moments in seconds, without direct current and faded, so that the cuts do not click."""
    part = to_array(pcm)[int(from_s * pcm.rate) : int(until_s * pcm.rate)]
    sound = _segment(from_array(part - part.mean() if len(part) else part, pcm.rate))
    faded = sound.fade_in(min(10, len(sound))).fade_out(min(10, len(sound)))
    return Pcm(faded.raw_data, pcm.rate)


def generate_tone(hertz: int, milliseconds: int) -> Pcm:
    """A sine tone at the loudness of prompts, at 48 kHz."""
    sound = Sine(hertz, sample_rate=48_000).to_audio_segment(milliseconds, volume=TARGET_DBFS + 3)
    return Pcm(sound.fade_in(10).fade_out(10).raw_data, 48_000)


def generate_silence(milliseconds: int) -> Pcm:
    """Silence, at 48 kHz."""
    return Pcm(AudioSegment.silent(milliseconds, frame_rate=48_000).raw_data, 48_000)


def render(pcm: Pcm, folder: Path, stem: str, *, master: bool = False) -> RenderedSound:
    """Write `<stem>.wav` (8 kHz), `<stem>.sln16` and, if asked, `<stem>.flac` (48 kHz) into `folder`.

    Speech has TARGET_DBFS, peaks are below PEAK_DBFS. The level is measured in the 8 kHz file, which callers hear, and
    the sound is rendered again when the limiter or the narrow band changed it too much. Each file is freed of the
    rumble below its band, and limited after what is above its band is gone. Raises AudioToolError.
    """
    pcm = turn_down_loud_passages(pcm)
    gain = TARGET_DBFS - measure(pcm).active_dbfs
    for _ in range(3):
        rendered = _render_with_gain(pcm, folder, stem, gain, master)
        error = TARGET_DBFS - rendered.level.active_dbfs
        if abs(error) <= _CLOSE_ENOUGH_DB:
            break
        gain += error
    return rendered


def _render_with_gain(pcm: Pcm, folder: Path, stem: str, gain_db: float, master: bool) -> RenderedSound:
    narrow, wide, kept = (folder / f"{stem}.{suffix}" for suffix in ("wav", "sln16", "flac"))
    outputs = [
        ("aresample=8000", 200, ["-c:a", "pcm_s16le", "-f", "wav"], narrow),
        ("aresample=16000", 100, ["-c:a", "pcm_s16le", "-f", "s16le"], wide),
        # By way of 24 kHz, which removes a whine that young visitors of a page would hear.
        ("aresample=24000,aresample=48000", 100, ["-c:a", "flac", "-sample_fmt", "s16", "-f", "flac"], kept),
    ][: 3 if master else 2]
    # Bit-exact output: the name of a message is the hash of its bytes.
    exact = ["-fflags", "+bitexact", "-flags:a", "+bitexact"]
    graph = _filter_graph(gain_db, [(resample, lowest_hz) for resample, lowest_hz, _, _ in outputs])
    command = ["ffmpeg", "-v", "error", "-y", "-threads", "1", "-f", "s16le", "-ac", "1", "-ar", str(pcm.rate)]
    command += ["-i", "pipe:0", "-filter_complex", graph]
    for number, (_, _, form, path) in enumerate(outputs):
        command += ["-map", f"[o{number}]", *exact, *form, f"file:{path}"]
    _run(command, pcm.samples)
    sound = read_wav(narrow)
    return RenderedSound(narrow, wide, kept if master else None, round(sound.seconds, 2), measure(sound))


def _filter_graph(gain_db: float, outputs: list[tuple[str, int]]) -> str:
    """The sound with this gain, on the pads o0, o1 ...: resampled, above its lowest frequency, with limited peaks."""
    pads = "".join(f"[s{number}]" for number in range(len(outputs)))
    chains = [f"volume={gain_db:.2f}dB:precision=double,asplit={len(outputs)}{pads}"]
    for number, (resample, hertz) in enumerate(outputs):
        band = f"{resample},highpass=f={hertz},highpass=f={hertz}"
        chains.append(f"[s{number}]{band},alimiter=limit={_LIMIT:.4f}:level=false[o{number}]")
    return ";".join(chains)


def _run(command: list[str], samples: bytes) -> None:
    try:
        subprocess.run(command, input=samples, capture_output=True, timeout=_TIMEOUT_S, check=True)
    except FileNotFoundError as missing:
        raise AudioToolError("ffmpeg is not installed; run: apt install ffmpeg") from missing
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
        raise AudioToolError("ffmpeg could not write the sound files; is there room left on the disk?") from failure


def _segment(pcm: Pcm) -> AudioSegment:
    return AudioSegment(pcm.samples, sample_width=2, frame_rate=pcm.rate, channels=1)
