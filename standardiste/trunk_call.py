"""A test call through a trunk to our own first number: it arrives like a public call, and its audio is checked."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from caller.pcm import read_wav
from caller.prompt_recognizer import HeardPrompt, PromptRecognizer, Sound
from standardiste.installation import Installation
from translations.message import Message, translatable

LISTEN_S = 6
RING_TIMEOUT_S = 20
POLL_S = 0.25
ANSWERED = "ANSWER"

_VERDICT_BY_STATUS = {
    "BUSY": translatable("The test call was not answered: the operator says that the number is busy."),
    "NOANSWER": translatable("The test call was not answered: it rang, and nobody answered."),
    "CONGESTION": translatable("The operator refused the test call; check how it wants numbers to be written."),
    "CHANUNAVAIL": translatable("The test call did not leave: the trunk cannot be reached, or refused it."),
    "REFUSED": translatable(
        "The test call did not leave: no number of ours may be shown there, or too many calls leave at once."
    ),
}
_NO_END = translatable("The test call did not end; check whether the server is running.")
_NOT_OURS = translatable(
    "The test call was answered, but our own voice was not heard: either the number leads elsewhere, or the voice does "
    "not pass (check the router setting, the setting external_address, codecs, encryption, and the RTP ports)."
)
_GOOD = translatable("The test call passed both ways: out, and back in to our own voice.")


@dataclass(frozen=True, slots=True)
class TrunkCallResult:
    """The end of the test call (Asterisk's DIALSTATUS and Q.850 cause), and the sounds of an answered one."""

    status: str
    cause: int
    heard: Sequence[Sound] = ()

    @property
    def is_good(self) -> bool:
        """Whether our own voice was heard."""
        return self.status == ANSWERED and any(isinstance(sound, HeardPrompt) for sound in self.heard)

    @property
    def verdict(self) -> Message:
        """What came of it, in words."""
        if self.is_good:
            return _GOOD
        if self.status == ANSWERED:
            return _NOT_OURS
        verdict = _VERDICT_BY_STATUS.get(self.status, _NO_END)
        if not self.cause:
            return verdict
        return translatable("%(verdict)s (The operator's cause: %(cause)s.)", verdict=verdict, cause=self.cause)


def place_trunk_call(installation: Installation, trunk: str, listener: PromptRecognizer) -> TrunkCallResult:
    """Places the call and waits for its end: 7 s if it is answered, 25 s at most."""
    recording = installation.settings.asterisk_spool / f"trunk-check-{trunk}.wav"
    result = f"TRUNK_CHECK_RESULT_{trunk}"
    installation.asterisk_cli.run(f"dialplan set global {result} PENDING")
    try:
        installation.asterisk_cli.run(
            f"channel originate Local/{trunk}@trunk-check/n application Record {recording},0,{LISTEN_S},qx",
        )
        status, cause = _wait_for_result(installation, result)
        answered = status == ANSWERED and recording.exists()
        return TrunkCallResult(status, cause, tuple(listener.recognize(read_wav(recording))) if answered else ())
    finally:
        Path(recording).unlink(missing_ok=True)


def _wait_for_result(installation: Installation, result: str) -> tuple[str, int]:
    deadline = time.monotonic() + RING_TIMEOUT_S + LISTEN_S + 5
    while time.monotonic() < deadline:
        shown = installation.asterisk_cli.run("dialplan show globals")
        if found := re.search(rf"^ *{result}=(?!PENDING)(\w+) (\d+)", shown, re.MULTILINE):
            return found[1], int(found[2])
        time.sleep(POLL_S)
    return "NONE", 0
