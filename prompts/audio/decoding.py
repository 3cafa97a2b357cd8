"""Decoding of uploaded files: recognised by their first bytes, decoded in a restricted child process, or refused.

The demuxer is forced, so that a playlist named .mp3 is not followed. The decoder can read only the file that was opened
here, and is limited in time, memory and output.
"""

import json
import os
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from prompts.audio.containers import Container, is_cut_off, recognise
from prompts.audio.pcm import Pcm
from prompts.audio.refusals import AudioRefused
from prompts.audio.rendering import AudioToolError

RATE = 48_000

_MAX_BYTES = 100_000_000
_CPU_S = 20
_MEMORY_BYTES = 1_000_000_000
_TIMEOUT_S = 40
_SOUND_CODECS = (
    "pcm_u8,pcm_s16le,pcm_s24le,pcm_s32le,pcm_f32le,pcm_f64le,pcm_alaw,pcm_mulaw,adpcm_ms,adpcm_ima_wav,gsm_ms,"
    "mp3,mp3float,aac,alac,flac,vorbis,opus,libopus"
)
# Only for ffprobe to recognise videos: pictures are never decoded.
_PICTURE_CODECS = "h264,hevc,vp8,vp9,av1,mpeg4,theora,mjpeg,png"
# Encoders pad and round: a file may lack this much of the length that it declares.
_MISSING_S = 0.5


@dataclass(frozen=True, slots=True)
class Decoded:
    """The sound of a file, 48 kHz mono, and the media type of the file."""

    sound: Pcm
    media_type: str


def decode(path: Path, *, max_seconds: float = 90) -> Decoded:
    """The sound in `path`: WAV, MP3, M4A, Ogg, WebM or FLAC.

    Raises AudioRefused if it is anything else, a video, damaged, or longer than `max_seconds`; no more than that is
    decoded. Raises AudioToolError if ffmpeg is missing.
    """
    with _open(path) as file:
        container = _detect(file)
        declared_s = _probe_duration(file, container)
        if declared_s > max_seconds + 0.1:
            raise _too_long(max_seconds)
        sound = _decode_samples(file, container, max_seconds + 1)
    if sound.seconds > max_seconds + 0.1:
        raise _too_long(max_seconds)
    if not sound.samples:
        raise AudioRefused("no-sound")
    if sound.seconds < declared_s - _MISSING_S:
        raise AudioRefused("cut-off")
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


def _detect(file: BinaryIO) -> Container:
    container = recognise(file.read(64))
    if container is None:
        raise AudioRefused("unknown")
    if is_cut_off(file, container):
        raise AudioRefused("cut-off")
    return container


def _probe_duration(file: BinaryIO, container: Container) -> float:
    """The length in seconds that the file declares, or 0; raises AudioRefused unless it holds only sound."""
    fields = "stream=codec_type,duration:stream_disposition=attached_pic:format=duration"
    probe = ["ffprobe", "-codec_whitelist", f"{_SOUND_CODECS},{_PICTURE_CODECS}"]
    output = _run(probe, file, container, ["-show_entries", fields, "-of", "json"])
    streams = json.loads(output or "{}").get("streams", [])
    # A cover picture in a sound file is ignored.
    if any(s["codec_type"] == "video" and not s.get("disposition", {}).get("attached_pic") for s in streams):
        raise AudioRefused("video")
    if not any(stream["codec_type"] == "audio" for stream in streams):
        raise AudioRefused("damaged-or-none")
    return float(json.loads(output)["format"].get("duration", 0))


def _decode_samples(file: BinaryIO, container: Container, seconds: float) -> Pcm:
    take = ["-map", "0:a:0", "-vn", "-sn", "-dn", "-t", str(seconds), "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"]
    return Pcm(_run(["ffmpeg", "-nostdin", "-codec_whitelist", _SOUND_CODECS], file, container, take), RATE)


def _run(program: list[str], file: BinaryIO, container: Container, arguments: list[str]) -> bytes:
    # An MP4 index may be at the end of the file: the demuxer must seek, so it gets a path, that of our open file.
    protocol, source = ("file", "file:/dev/stdin") if container.seeks else ("pipe", "pipe:0")
    options = ["-protocol_whitelist", protocol, "-max_streams", "8", "-threads", "1", "-f", container.demuxer]
    limits = ["prlimit", f"--cpu={_CPU_S}", f"--as={_MEMORY_BYTES}", "--core=0", "--fsize=0"]
    file.seek(0)
    try:
        child = subprocess.run(
            [*limits, *program, "-v", "quiet", *options, "-i", source, *arguments],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_TIMEOUT_S,
        )
    except FileNotFoundError as missing:
        raise AudioToolError("prlimit is not installed; run: apt install util-linux") from missing
    except subprocess.TimeoutExpired as slow:
        raise AudioRefused("slow") from slow
    if child.returncode == 127:
        raise AudioToolError("ffmpeg is not installed; run: apt install ffmpeg")
    if child.returncode != 0:
        raise AudioRefused("damaged")
    return child.stdout


def _too_long(max_seconds: float) -> AudioRefused:
    return AudioRefused("too-long", seconds=f"{max_seconds:g}")
