"""The message desk for tests: sounds of its own, and the test plan."""

import subprocess
from pathlib import Path

import plans

from console.desk import Desk
from prompts.drafts import Shelf
from prompts.espeak import EspeakVoice
from routing import plan_text

PLAN = plan_text.parse(plans.PLAN.read_text())


def desk_in(folder: Path) -> Desk:
    """A desk whose sounds lie in this folder."""
    shelf = Shelf(folder / "drafts", folder / "sounds" / "daily")
    return Desk(lambda: PLAN, shelf, folder / "sounds", EspeakVoice())


def tone(file: Path, hertz: int = 440, seconds: float = 3, *, silence_s: float = 0, gain_db: float = -12) -> Path:
    """`file`, whose name says its format, with a tone after `silence_s` of silence."""
    source = f"sine=frequency={hertz}:duration={seconds}:sample_rate=16000"
    shift = f"adelay={int(silence_s * 1000)}:all=1,volume={gain_db + 18}dB"  # ffmpeg's sine is at -18 dBFS
    command = ["ffmpeg", "-y", "-loglevel", "error", "-f", "lavfi", "-i", source, "-af", shift, str(file)]
    subprocess.run(command, check=True)
    return file
