"""What a file is that cannot be used as a sound, so that its refusal says so."""

from prompts.audio.refusals import AudioRefused

_MAGICS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG", "picture"),
    (0, b"\xff\xd8\xff", "picture"),
    (0, b"GIF8", "picture"),
    (0, b"II*\0", "picture"),
    (0, b"MM\0*", "picture"),
    (8, b"WEBP", "picture"),
    (0, b"%PDF", "document"),
    (0, b"\xd0\xcf\x11\xe0", "document"),
    (0, b"{\\rtf", "document"),
    (0, b"PK\x03\x04", "archive"),
    (0, b"Rar!", "archive"),
    (0, b"7z\xbc\xaf", "archive"),
    (0, b"\x1f\x8b", "archive"),
    (8, b"AVI ", "video"),
    (0, b"FLV\x01", "video"),
    (0, b"\0\0\x01\xba", "video"),
    (0, b"\0\0\x01\xb3", "video"),
    (0, b"MThd", "midi"),
)
_SOUNDS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"wvpk", "WavPack"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"TTA", "True Audio"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b".RMF", "RealMedia"),
    (0, b".ra\xfd", "RealAudio"),
    (0, b"\x02dss", "DSS"),
    (0, b"\x03ds2", "DS2"),
    (0, b"DSD ", "DSD"),
    (0, b"FRM8", "DSD"),
    (0, b"\x0bw", "AC-3"),
    (0, b"\x7f\xfe\x80\x01", "DTS"),
    (0, b"#!AMR_MC", "AMR (multichannel)"),
    (0, b"#!SILK", "SILK"),
    (0, b"\x02#!SILK", "SILK"),
    (0, b"#!iLBC", "iLBC"),
    (0, b"#!EVS", "EVS"),
    (8, b"8SVX", "8SVX"),
    (0, b"Creative Voice File", "VOC"),
)
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_TS_PACKET = 188


def refuse_unknown(head: bytes) -> AudioRefused:
    """Why a file that begins with `head` is refused: by what it is, if that is known."""
    for place, magic, reason in _MAGICS:
        if head[place:].startswith(magic):
            return AudioRefused(reason)
    for place, magic, name in _SOUNDS:
        if head[place:].startswith(magic):
            return AudioRefused("format", name=name)
    if head[:1] == b"G" and head[_TS_PACKET : _TS_PACKET + 1] == b"G":
        return AudioRefused("video")  # MPEG-TS
    return AudioRefused("text" if _is_text(head) else "unknown")


def _is_text(head: bytes) -> bool:
    if head.startswith(_BYTE_ORDER_MARKS):
        return True
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The head may end within a character.
        text = head[: error.start].decode("utf-8") if error.start > len(head) - 4 else "\0"
    return all(character.isprintable() or character.isspace() for character in text)
