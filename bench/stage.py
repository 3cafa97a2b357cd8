"""What all arms share: prompts and messages spoken once, and a copy of them, on ports of its own, for each arm."""

import itertools
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import bases
from reception import Reception, wait_for
from spoken import spoken

from caller.sound import tone, write_wav
from records import messages, people, plans
from standardiste import rundir
from standardiste.asterisk import Asterisk
from standardiste.server import asterisk_says
from standardiste.settings import CHECKOUT

TONE_HZ = 1000
MESSAGE_S = 85.0
VOICE_PORTS = {"rtp_first": 30_000, "rtp_last": 32_767}
"""Two for each call, below those that the kernel lends out; Asterisk passes over what somebody holds."""


class Stage:
    """`prepared` holds an installation that is ready to be copied; its message of the day is one steady tone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._copies = itertools.count(1)
        self.prepared = spoken(folder)
        reception = Reception(self.prepared)
        sound = folder / "message.wav"
        write_wav(sound, tone(TONE_HZ, MESSAGE_S))
        reception.run("message", "publish", str(sound), "--slot", "daily")
        version = max(messages.versions(reception.base, "daily"), key=lambda version: version.id)
        self.message = f"daily/{version.audio}"
        self.asterisk: Asterisk = reception.house.asterisk
        reception.stop()

    def copy(self, plan: str = "", **settings: object) -> Reception:
        """An installation of its own, rendered and not started; `plan` takes the place of the one that tests have."""
        given = VOICE_PORTS | {"agi_threads": 2000}
        copied = bases.copied(self.prepared, self.folder / f"arm-{next(self._copies)}" / "var")
        reception = Reception(copied, **(given | settings))
        rundir.make_folders(reception.settings)
        if plan:
            plans.save(reception.base, plan, author="bench", at=now())
        house = reception.house
        rundir.render(reception.settings, house.asterisk, house.plan, people.phones(reception.base))
        return reception


def start_asterisk(reception: Reception, **environment: str) -> "subprocess.Popen[bytes]":
    """Returns when it takes calls."""
    configuration = str(reception.settings.etc / "asterisk.conf")
    process = subprocess.Popen(
        [*reception.house.asterisk.command, "-C", configuration, "-f", "-n"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | environment,
    )
    booted = "fully booted"
    wait_for(lambda: booted in asterisk_says(reception.house, "core waitfullybooted"), "Asterisk to start", 60)
    return process


def start_part(reception: Reception, *command: str, log: str) -> "subprocess.Popen[bytes]":
    """One of our processes, `standardiste COMMAND`; what it says goes to a file of this name among the logs."""
    reception.settings.log.mkdir(parents=True, exist_ok=True)
    with (reception.settings.log / log).open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "standardiste", *command],
            env=os.environ | reception.environment,
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )


def stop(*processes: "subprocess.Popen[bytes]") -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def now() -> datetime:
    return datetime.now(UTC)
