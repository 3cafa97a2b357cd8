"""The audio services of the console for tests: a folder of sounds, and the test plan."""

import subprocess
import tempfile
from functools import cache
from pathlib import Path

import plan_variants

from console.services import AudioServices
from prompts.messages.drafts import SoundStorage
from prompts.voices.espeak import EspeakVoice
from routing.plan import parsing

PLAN = parsing.parse_plan(plan_variants.PLAN.read_text())


def audio_services_in(folder: Path) -> AudioServices:
    """Audio services with their sounds in this folder."""
    shelf = SoundStorage(folder / "drafts", folder / "sounds" / "daily")
    return AudioServices(lambda: PLAN, shelf, folder / "sounds", EspeakVoice())


def make_tone_file(
    file: Path, hertz: int = 440, seconds: float = 3, *, silence_s: float = 0, gain_db: float = -12
) -> Path:
    """Writes a tone after `silence_s` of silence into `file`, whose name gives the format."""
    file.write_bytes(_tone(file.suffix, hertz, seconds, silence_s, gain_db))
    return file


@cache
def _tone(suffix: str, hertz: int, seconds: float, silence_s: float, gain_db: float) -> bytes:
    source = f"sine=frequency={hertz}:duration={seconds}:sample_rate=16000"
    shift = f"adelay={int(silence_s * 1000)}:all=1,volume={gain_db + 18}dB"  # ffmpeg's sine is at -18 dBFS
    command = ["ffmpeg", "-y", "-loglevel", "error", "-f", "lavfi", "-i", source, "-af", shift]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"tone{suffix}"
        subprocess.run([*command, str(file)], check=True)
        return file.read_bytes()
