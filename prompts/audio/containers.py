"""Audio file formats, recognised by their first bytes and never by their name."""

import os
from dataclasses import dataclass
from typing import BinaryIO

_TAIL_BYTES = 70_000  # more than the largest Ogg page (RFC 3533: 65,307 bytes)


@dataclass(frozen=True, slots=True)
class Container:
    """A file format: its media type, its ffmpeg demuxer, and whether the demuxer has to seek."""

    media_type: str
    demuxer: str
    seeks: bool = False


WAV = Container("audio/wav", "wav")
FLAC = Container("audio/flac", "flac")
OGG = Container("audio/ogg", "ogg")
WEBM = Container("audio/webm", "matroska")
MP3 = Container("audio/mpeg", "mp3")
MP4 = Container("audio/mp4", "mov", seeks=True)


def recognise(head: bytes) -> Container | None:
    """The format of a file that begins with `head` (12 bytes are enough); None if it is not supported."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return WAV
    if head[4:8] == b"ftyp":
        return MP4
    for magic, container in ((b"fLaC", FLAC), (b"OggS", OGG), (b"\x1aE\xdf\xa3", WEBM), (b"ID3", MP3)):
        if head.startswith(magic):
            return container
    return MP3 if _is_mpeg_frame(head) else None


def is_cut_off(file: BinaryIO, container: Container) -> bool:
    """Whether the headers prove that the end is missing; for MP4, FLAC and WebM the decoder finds out."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if container is WAV:
        return _wav_bytes(file.read(8)) > size
    if container is MP3:
        return _mp3_bytes(file) > size
    return container is OGG and _ends_within_a_page(file, size)


def _wav_bytes(head: bytes) -> int:
    declared = int.from_bytes(head[4:8], "little")
    # A writer that cannot seek leaves 0 or the largest number as the size.
    return 0 if declared == 0xFFFFFFFF else declared + 8


def _mp3_bytes(file: BinaryIO) -> int:
    """The size of the file by LAME's "Xing" or "Info" header; 0 if there is none."""
    head = file.read(10)
    start = 0
    if head.startswith(b"ID3"):
        a, b, c, d = head[6:10]
        start = 10 + (a << 21 | b << 14 | c << 7 | d)
    file.seek(start)
    first_frame = file.read(2_000)
    place = max(first_frame.find(b"Xing"), first_frame.find(b"Info"))
    flags = first_frame[place + 7] if 0 <= place < len(first_frame) - 16 else 0
    if flags & 3 != 3:  # the header has no count of frames or of bytes
        return 0
    return start + int.from_bytes(first_frame[place + 12 : place + 16], "big")


def _ends_within_a_page(file: BinaryIO, size: int) -> bool:
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read(_TAIL_BYTES)
    page = tail[max(0, tail.rfind(b"OggS")) :]
    # An Ogg page: 27 bytes, the last of which counts the segments; the size of each segment; the segments.
    if len(page) < 27 or len(page) < 27 + page[26]:
        return True
    return len(page) < 27 + page[26] + sum(page[27 : 27 + page[26]])


def _is_mpeg_frame(head: bytes) -> bool:
    # Eleven bits of synchronisation, then a layer other than 0, which is reserved (raw AAC uses it).
    return len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 != 0
