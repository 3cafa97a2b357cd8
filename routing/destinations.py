"""Where a call goes when our dialogue ends: the word that Python hands to the dialplan."""

from enum import StrEnum


class Destination(StrEnum):
    """The end of a dialogue. The dialplan has one label for each."""

    STAFF = "staff"
    OVERFLOW = "overflow"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    GOODBYE = "goodbye"
