"""Audio file formats, recognised by their first bytes and never by their name."""

from dataclasses import dataclass
from typing import BinaryIO

from prompts.audio.mpeg_frames import find_frames

_HEAD_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class Container:
    """A file format: its media type, its ffmpeg demuxer, and whether the demuxer has to seek."""

    media_type: str
    demuxer: str
    seeks: bool = False


WAV = Container("audio/wav", "wav")
WAVE64 = Container("audio/x-w64", "w64")
FLAC = Container("audio/flac", "flac")
OGG = Container("audio/ogg", "ogg")
WEBM = Container("audio/webm", "matroska")
MP3 = Container("audio/mpeg", "mp3")  # and MP2
AAC = Container("audio/aac", "aac")
MP4 = Container("audio/mp4", "mov", seeks=True)
AMR = Container("audio/amr", "amr")
AIFF = Container("audio/aiff", "aiff", seeks=True)
AU = Container("audio/basic", "au")
CAF = Container("audio/x-caf", "caf", seeks=True)
ASF = Container("audio/x-ms-wma", "asf")

_MAGICS = (
    (b"RIFX", WAV),
    (b"riff\x2e\x91\xcf\x11", WAVE64),
    (b"fLaC", FLAC),
    (b"OggS", OGG),
    (b"\x1aE\xdf\xa3", WEBM),
    (b"#!AMR\n", AMR),
    (b"#!AMR-WB\n", AMR),
    (b".snd", AU),
    (b"caff", CAF),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", ASF),
)
_WAV_NAMES = (b"RIFF", b"RF64", b"BW64")
_ATOMS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")


def recognise(file: BinaryIO) -> tuple[Container | None, int]:
    """The format of a file, None if it is not supported, and the byte at which it begins, after ID3 tags."""
    start = _skip_id3(file)
    file.seek(start)
    head = file.read(_HEAD_BYTES)
    if start:  # some programs leave room for a longer tag, and do not count it
        padding = len(head) - len(head.lstrip(b"\0"))
        if head[padding + 1 : padding + 5] in _ATOMS:
            padding -= 3  # they belong to the size with which an MP4 begins
        start, head = start + padding, head[padding:]
    container = _by_magic(head)
    if container is None and start:
        # The demuxer of MP3 finds the first frame behind a tag of any length.
        return MP3, 0
    return container, start


def _by_magic(head: bytes) -> Container | None:
    if head[:4] in _WAV_NAMES and head[8:12] == b"WAVE":
        return WAV
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return AIFF
    if head[4:8] in _ATOMS:
        return MP4
    for magic, container in _MAGICS:
        if head.startswith(magic):
            return container
    return {"mpeg": MP3, "aac": AAC, None: None}[find_frames(head)]


def _skip_id3(file: BinaryIO) -> int:
    """The place after the ID3v2 tags at the beginning, which may stand before every format."""
    start = 0
    while True:
        file.seek(start)
        head = file.read(10)
        if len(head) < 10 or not head.startswith(b"ID3") or max(head[6:10]) > 0x7F:
            return start
        a, b, c, d = head[6:10]
        footer = 10 if head[5] & 0x10 else 0
        start += 10 + (a << 21 | b << 14 | c << 7 | d) + footer
