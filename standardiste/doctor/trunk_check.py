"""A test call through a trunk to our own first number: it arrives like a public call, and its audio is checked."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from caller.pcm import read_wav
from caller.prompt_recognizer import PromptRecognizer, Sound
from standardiste.installation import Installation

LISTEN_S = 6
RING_TIMEOUT_S = 20
POLL_S = 0.25

_REASON_BY_STATUS = {
    "BUSY": "the operator says that the number is busy",
    "NOANSWER": "it rang, and nobody answered",
    "CONGESTION": "the operator refused the call",
    "CHANUNAVAIL": "the trunk cannot be reached, or it refused the call",
    "REFUSED": "no number of ours may be shown there, or too many calls leave at once",
}


@dataclass(frozen=True, slots=True)
class TrunkCallResult:
    """The end of the test call (Asterisk's DIALSTATUS and Q.850 cause), and the sounds of an answered one."""

    status: str
    cause: int
    heard: Sequence[Sound] = ()

    @property
    def reason(self) -> str:
        """Why it was not answered, in words."""
        reason = _REASON_BY_STATUS.get(self.status, "the call came to no end")
        return f"{reason} (Q.850 cause {self.cause})" if self.cause else reason


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
        answered = status == "ANSWER" and recording.exists()
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
