"""The header of a WAV file (RIFF, RF64, BW64), read as its writer meant it, and written again with the true sizes.

Programs that write into a pipe cannot come back to fill in the sizes, and leave 0, 0xFFFFFFFF or a number near 2 GB.
Others forget the padding byte after a chunk of odd size, or count the header into the sound.
"""

import os
import struct
from dataclasses import dataclass
from typing import BinaryIO

from prompts.audio.file_copies import copy_part
from prompts.audio.refusals import AudioRefused

UNFILLED_FROM = 0x7F000000
"""A size from here is a placeholder: no file that is accepted is so large."""

_KNOWN_CHUNKS = frozenset(
    b"fmt |data|LIST|fact|bext|JUNK|junk|PAD |FLLR|iXML|ID3 |id3 |cue |smpl|inst|PEAK|afsp|ds64|chna|axml|cart|levl|"
    b"minf|elm1|regn|umid|DISP|slnt|wavl|_PMX|acid|strc|plst|note|labl|ltxt|SAUR|r64m|LGWV|MEXT|qlty|link|aXML".split(
        b"|"
    )
)
_SAMPLES = (1, 3, 6, 7)  # PCM, float, A-law, mu-law: the size of a sample follows from its bits
_MISSING_S = 0.5
_CHUNK_LIMIT = 1_000_000


@dataclass(slots=True)
class _Header:
    riff_bytes: int
    large_data_bytes: int = 0
    format: bytes = b""
    data_place: int = 0
    data_bytes: int = 0
    irregular: bool = False

    @property
    def bytes_a_second(self) -> int:
        return int.from_bytes(self.format[8:12], "little") or 8_000


def repair_wav(file: BinaryIO, start: int = 0) -> BinaryIO:
    """The file itself, or a copy with a header that says where the sound really is.

    Raises AudioRefused when the end of the sound is missing, or there is none.
    """
    size = file.seek(0, os.SEEK_END)
    header = _read(file, start, size)
    if not header.data_place or not header.format:
        raise AudioRefused("cut-off" if start + header.riff_bytes + 8 > size else "damaged")
    length = _sound_bytes(file, header, start, size)
    whole = header.data_place + length <= start + 8 + header.riff_bytes <= size
    if length == header.data_bytes and whole and not header.irregular and not start:
        return file
    return _copy(file, header, length)


def _read(file: BinaryIO, start: int, size: int) -> _Header:
    file.seek(start)
    header = _Header(int.from_bytes(file.read(8)[4:8], "little"))
    place = start + 12
    while place + 8 <= size and not header.data_place:
        file.seek(place)
        name, length = struct.unpack("<4sI", file.read(8))
        if name == b"data":
            header.data_place, header.data_bytes = place + 8, length
            if length == 0xFFFFFFFF and header.large_data_bytes:
                header.data_bytes, header.irregular = header.large_data_bytes, True
            break
        if name == b"ds64":
            header.large_data_bytes = struct.unpack("<Q", file.read(28).ljust(28, b"\0")[8:16])[0]
        elif name == b"fmt ":
            header.format, repaired = _true_format(file.read(min(length, _CHUNK_LIMIT)))
            header.irregular |= repaired
        place = _following(file, header, place + 8 + length, odd=length % 2 == 1)
    return header


def _following(file: BinaryIO, header: _Header, end: int, *, odd: bool) -> int:
    """Where the next chunk begins: chunks of odd size should be followed by one byte, and chunks of even size not."""
    usual, other = (end + 1, end) if odd else (end, end + 1)
    if not _is_chunk(file, usual) and _is_chunk(file, other):
        header.irregular = True
        return other
    return usual


def _is_chunk(file: BinaryIO, place: int) -> bool:
    file.seek(place)
    return file.read(4) in _KNOWN_CHUNKS


def _true_format(fields: bytes) -> tuple[bytes, bool]:
    """The format with the sizes that follow from it where it leaves them empty, and whether it did."""
    if len(fields) < 16:
        return b"", False
    tag, channels, rate, _, block, bits = struct.unpack("<HHIIHH", fields[:16])
    if tag not in _SAMPLES or block or not bits or not channels:
        return fields, False
    block = channels * ((bits + 7) // 8)
    return struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits) + fields[16:], True


def _sound_bytes(file: BinaryIO, header: _Header, start: int, size: int) -> int:
    """How many bytes of sound there are. Raises AudioRefused when the end is missing."""
    available, declared = size - header.data_place, header.data_bytes
    riff_end = start + 8 + header.riff_bytes
    if declared == 0 and riff_end == size and (not available or _is_chunk(file, header.data_place)):
        return 0
    if declared == 0 or (declared >= UNFILLED_FROM and declared > available):
        return available
    if declared <= available:
        return available if _goes_on(file, header, riff_end, size) else declared
    sloppy = header.riff_bytes == 0 or header.riff_bytes >= UNFILLED_FROM or riff_end <= size
    if not sloppy and declared - available > _MISSING_S * header.bytes_a_second:
        raise AudioRefused("cut-off")
    return available


def _goes_on(file: BinaryIO, header: _Header, riff_end: int, size: int) -> bool:
    """Whether the sound goes on after its declared end: the recorder was switched off before it wrote the size."""
    end = header.data_place + header.data_bytes
    if riff_end == size or size - end < _MISSING_S * header.bytes_a_second:
        return False
    return not _is_chunk(file, end) and not _is_chunk(file, end + 1)


def _copy(file: BinaryIO, header: _Header, length: int) -> BinaryIO:
    chunks = struct.pack("<4sI", b"fmt ", len(header.format)) + header.format + b"\0" * (len(header.format) % 2)
    chunks += struct.pack("<4sI", b"data", length)
    riff = struct.pack("<4sI4s", b"RIFF", 4 + len(chunks) + length, b"WAVE") + chunks
    return copy_part(file, header.data_place, length, header=riff)
