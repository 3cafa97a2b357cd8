"""The header of an AIFF file, with the sizes that a program which wrote into a pipe left empty."""

import os
import struct
from typing import BinaryIO

from prompts.audio.file_copies import copy_part
from prompts.audio.wav_header import UNFILLED_FROM

_HEAD_BYTES = 65_536


def repair_aiff(file: BinaryIO, start: int = 0) -> BinaryIO:
    """The file itself, or a copy in which the sizes of the file, of the sound and the count of samples are true."""
    size = file.seek(0, os.SEEK_END) - start
    file.seek(start)
    head = bytearray(file.read(_HEAD_BYTES))
    places = _places(head)
    if b"COMM" not in places or b"SSND" not in places:
        return file
    sound = places[b"SSND"]
    declared = int.from_bytes(head[sound - 4 : sound], "big")
    if 0 < declared < UNFILLED_FROM:
        return file
    layout = places[b"COMM"]
    channels, _, bits = struct.unpack(">HIH", head[layout : layout + 8])
    length = size - sound
    frames = (length - 8) // max(1, channels * ((bits + 7) // 8))
    head[4:8] = struct.pack(">I", size - 8)
    head[layout + 2 : layout + 6] = struct.pack(">I", frames)
    head[sound - 4 : sound] = struct.pack(">I", length)
    return copy_part(file, start + len(head), header=bytes(head))


def _places(head: bytes | bytearray) -> dict[bytes, int]:
    """Where the content of each chunk begins, up to the sound."""
    places: dict[bytes, int] = {}
    place = 12
    while place + 16 <= len(head) and b"SSND" not in places:
        name, length = struct.unpack(">4sI", head[place : place + 8])
        places[name] = place + 8
        place += 8 + length + length % 2
    return places
