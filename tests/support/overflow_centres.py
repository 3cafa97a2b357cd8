"""Overflow centres for tests: another Asterisk on which each number answers in a different way, or not at all."""

import re
from dataclasses import dataclass
from pathlib import Path

from carrier import Carrier

from caller.pcm import silence, tone, write_wav
from standardiste.switchboard.asterisk import Asterisk

ADDRESS = "127.0.0.2"
ANSWERS_WITH_TONE = "+33199008001"  # a tone of 500 Hz
BUSY = "+33199008002"
OUT_OF_ORDER = "+33199008003"
NEVER_ANSWERS = "+33199008004"
ANSWERS_WITHOUT_RTP = "+33199008005"
ANSWERS_WITH_SILENCE = "+33199008006"
HANGS_UP = "+33199008007"
LISTENS = "+33199008008"  # a word, then listens for 4 s, which is kept, then the tone
ANSWERS_BRIEFLY = "+33199008009"  # three short words, then hangs up
TONE_S = 20


@dataclass(frozen=True, slots=True)
class ReceivedCall:
    """The headers of one call to a centre; empty if there were none."""

    called: str
    caller_id: str
    reference: str
    user_to_user: str
    name: str


class OverflowCentres(Carrier):
    """`start()` and `stop()` them; `trunk` is the setting for their trunk."""

    conf = Path(__file__).parent / "overflow_centres_conf"

    def __init__(self, asterisk: Asterisk, var: Path) -> None:
        super().__init__(asterisk, var, trunk_port=0)
        self._folder = var

    @property
    def trunk(self) -> dict[str, object]:
        """The trunk as a table of our settings."""
        return {"address": ADDRESS, "port": self.sip_port, "calls_per_second": 20, "qualify_s": 0}

    def start(self) -> None:
        super().start()
        sounds = self._folder / "data" / "sounds" / "en"
        sounds.mkdir(parents=True)
        write_wav(sounds / "tone.wav", tone(500, TONE_S))
        write_wav(sounds / "word.wav", tone(500, 0.3))
        write_wav(sounds / "silence.wav", silence(TONE_S))

    @property
    def heard(self) -> Path:
        """What was heard at LISTENS in its last call, as a WAV file."""
        return self._folder / "heard.wav"

    def received_calls(self) -> list[ReceivedCall]:
        """Every call that arrived, in order."""
        log = self._folder / "log" / "calls"
        lines = re.findall(r"told (\S*) (\S*) (\S*) (\S*) (\S*) end", log.read_text() if log.exists() else "")
        return [ReceivedCall(*line) for line in lines]
