"""Where a call goes when the dialogue ends: the value that Python gives to the dialplan."""

from enum import StrEnum


class Destination(StrEnum):
    """A destination; the dialplan has a context of this name for each."""

    STAFF = "staff"
    OVERFLOW = "overflow"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    GOODBYE = "goodbye"
