"""A test call: out by a trunk to our own first number, back in as the public's calls come, and what was heard."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from caller.ear import Ear, Sound
from caller.sound import read_wav
from standardiste.installation import Installation
from standardiste.server import asterisk_says

LISTEN_S = 6
RING_S = 20
LOOK_S = 0.25

_ENDINGS = {
    "BUSY": "the operator says that the number is busy",
    "NOANSWER": "it rang, and nobody answered",
    "CONGESTION": "the operator refused the call",
    "CHANUNAVAIL": "the trunk cannot be reached, or it refused the call",
    "REFUSED": "no number of ours may be shown there, or too many calls leave at once",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """How the test call ended (Asterisk's DIALSTATUS and Q.850 cause), and the sounds of an answered one."""

    status: str
    cause: int
    heard: Sequence[Sound] = ()

    @property
    def reason(self) -> str:
        """Why it was not answered, in words."""
        said = _ENDINGS.get(self.status, "the call came to no end")
        return f"{said} (Q.850 cause {self.cause})" if self.cause else said


def place(house: Installation, trunk: str, ear: Ear) -> Trial:
    """Places the call and waits for its end; takes 7 s when it is answered, 25 s at most."""
    recording = house.settings.spool / f"trunk-check-{trunk}.wav"
    result = f"CHECKED_{trunk}"
    asterisk_says(house, f"dialplan set global {result} PENDING")
    try:
        asterisk_says(
            house, f"channel originate Local/{trunk}@trunk-check/n application Record {recording},0,{LISTEN_S},qx"
        )
        status, cause = _ending(house, result)
        answered = status == "ANSWER" and recording.exists()
        return Trial(status, cause, tuple(ear.listen(read_wav(recording))) if answered else ())
    finally:
        Path(recording).unlink(missing_ok=True)


def _ending(house: Installation, result: str) -> tuple[str, int]:
    deadline = time.monotonic() + RING_S + LISTEN_S + 5
    while time.monotonic() < deadline:
        shown = asterisk_says(house, "dialplan show globals")
        if found := re.search(rf"^ *{result}=(?!PENDING)(\w+) (\d+)", shown, re.MULTILINE):
            return found[1], int(found[2])
        time.sleep(LOOK_S)
    return "NONE", 0
