"""Finds the frames of MP1, MP2 and MP3 (ISO 11172-3) and of AAC (ADTS, ISO 14496-3) at the beginning of a file."""

_KBITS = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HERTZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def find_frames(head: bytes) -> str | None:
    """Whether two frames follow each other within `head`: of "mpeg" or of "aac"; None when there are none.

    A recorder that was switched on late leaves a part of a frame at the beginning. A file of one frame is recognised
    when the frame is at its beginning.
    """
    place = head.find(b"\xff")
    while 0 <= place < len(head) - 7:
        for kind, length in (("mpeg", _mpeg_bytes), ("aac", _aac_bytes)):
            size = length(head[place : place + 7])
            following = head[place + size : place + size + 7]
            if size and (length(following) if len(following) == 7 else place == 0 and size == len(head)):
                return kind
        place = head.find(b"\xff", place + 1)
    return None


def _mpeg_bytes(header: bytes) -> int:
    """The length of the frame that begins with this header; 0 if it is none."""
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    bitrate, rate, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if header[0] != 0xFF or header[1] < 0xE0 or version == 1 or layer == 4 or bitrate in (0, 15) or rate == 3:
        return 0
    one = version == 3
    kbits = _KBITS[(1, layer) if one else (2, 1 if layer == 1 else 2)][bitrate - 1]
    hertz = _HERTZ[version][rate]
    if layer == 1:
        return (12_000 * kbits // hertz + padding) * 4
    return (144_000 if one or layer == 2 else 72_000) * kbits // hertz + padding


def _aac_bytes(header: bytes) -> int:
    if header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
        return 0
    size = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return size if size > 7 else 0
