"""Whether the end of a file is missing: by its headers, before anything is decoded."""

import os
from typing import BinaryIO

from prompts.audio.containers import AIFF, AU, MP3, MP4, OGG, Container
from prompts.audio.wav_header import UNFILLED_FROM

_TAIL_BYTES = 70_000  # more than the largest Ogg page (RFC 3533: 65,307 bytes)
_MP3_MISSING_BYTES = 8_000  # half a second; programs that edit tags leave the count as it was


def is_cut_off(file: BinaryIO, container: Container, start: int) -> bool:
    """Whether the headers prove that the end is missing; for other formats than these the decoder finds out."""
    size = file.seek(0, os.SEEK_END)
    if container is MP3:
        return _mp3_bytes(file) > size + _MP3_MISSING_BYTES
    if container is MP4:
        return _ends_within_an_atom(file, start, size)
    return container is OGG and _ends_within_a_page(file, start, size)


def declares_its_length(file: BinaryIO, container: Container, start: int) -> bool:
    """False where a program wrote into a pipe and left a placeholder for the size, or the format has no length."""
    if container not in (AIFF, AU):
        return True
    file.seek(start)
    head = file.read(12)
    field = head[4:8] if container is AIFF else head[8:12]
    return 0 < int.from_bytes(field, "big") < UNFILLED_FROM


def _mp3_bytes(file: BinaryIO) -> int:
    """The size of the file by LAME's "Xing" or "Info" header; 0 if there is none."""
    file.seek(0)
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


def _ends_within_an_atom(file: BinaryIO, start: int, size: int) -> bool:
    """True also where the index (moov) is missing, which recorders write last."""
    place, index = start, False
    while place + 8 <= size:
        file.seek(place)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        index |= head[4:8] == b"moov"
        if length == 0:  # to the end of the file
            return not index
        if length < 8 or not head[4:8].isalnum():
            return False  # not an atom: the decoder says what is wrong
        place += length
    return place > size or not index


def _ends_within_a_page(file: BinaryIO, start: int, size: int) -> bool:
    file.seek(max(start, size - _TAIL_BYTES))
    tail = file.read(_TAIL_BYTES)
    page = tail[max(0, tail.rfind(b"OggS")) :]
    # An Ogg page: 27 bytes, the last of which counts the segments; the size of each segment; the segments.
    if len(page) < 27 or len(page) < 27 + page[26]:
        return True
    return len(page) < 27 + page[26] + sum(page[27 : 27 + page[26]])
