"""The reasons why a sound is refused, each as a sentence that says what is wrong and what to do."""

from collections.abc import Mapping
from dataclasses import replace

from translations.message import Message, translatable

REFUSALS: Mapping[str, Message] = {
    "unreadable": translatable("this file cannot be read (%(cause)s); check its name and its rights"),
    "no-file": translatable("this is not a file; give the name of a sound file"),
    "empty": translatable("this file is empty; export or record it again"),
    "too-large": translatable("this file is larger than %(megabytes)s MB; export it as MP3"),
    "unknown": translatable("this is not a sound file we know; use WAV, MP3, M4A, Ogg, WebM or FLAC"),
    "format": translatable("this is a sound in the format %(name)s, which is not read here; export it as WAV or MP3"),
    "codec": translatable(
        "the sound in this file is coded as %(name)s, which is not read here; export it again as WAV or MP3"
    ),
    "protected": translatable("this file is protected against copying; use a recording of your own, as WAV or MP3"),
    "picture": translatable("this is a picture, not a sound file; choose the file of the recording"),
    "document": translatable("this is a document, not a sound file; choose the file of the recording"),
    "archive": translatable("this is an archive of files; unpack it, then choose the sound file in it"),
    "text": translatable("this is a text or a playlist, not a sound file; choose the recording itself"),
    "midi": translatable("this file holds notes (MIDI) and no sound; export it as WAV or MP3"),
    "channels": translatable("this file has %(count)s channels; export it as mono or stereo"),
    "cut-off": translatable("this file stops before its end; it was not sent whole, so send it again"),
    "no-sound": translatable("this file holds no sound; export it again as WAV or MP3"),
    "damaged-or-none": translatable("this file is damaged or holds no sound; export it again as WAV or MP3"),
    "damaged": translatable("this file is damaged; export it again as WAV or MP3"),
    "video": translatable("this is a video; export its sound alone as MP3 or WAV"),
    "slow": translatable("this file takes too long to read; export it again as WAV or MP3"),
    "too-long": translatable("this recording is longer than %(seconds)s seconds; shorten it"),
    "silent": translatable("nothing can be heard in this recording; check the microphone and record it again"),
    "click": translatable(
        "less than %(seconds)s seconds can be heard in this recording, as of a click; record the whole sentence"
    ),
    "distorted": translatable("this recording is distorted: it was made too loud; record it again at a lower volume"),
    "cut-too-long": translatable(
        "this message lasts %(seconds)s seconds, of %(most)s at most; move its beginning and its end together"
    ),
    "nothing-left": translatable("nothing is left of this message; move its beginning and its end apart"),
    "gone": translatable("the sound of this draft is gone from the disk; hand it in again"),
}


class AudioRefused(Exception):
    """A sound cannot be used. str() is one English sentence that says why and what to do.

    `reason` is a key of REFUSALS; `values` fill its sentence.
    """

    def __init__(self, reason: str, **values: object) -> None:
        self.reason, self._sentence = reason, replace(REFUSALS[reason], values=values)
        super().__init__(str(self._sentence))

    def format_message(self, language: str) -> str:
        """The sentence in one of the catalogues' languages."""
        return self._sentence.in_language(language)
