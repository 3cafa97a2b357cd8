"""What all arms share: prompts and messages spoken once, and a copy of them, on ports of its own, for each arm."""

import itertools
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import databases
from prepared_installations import prepare_with_test_plan
from reception import Reception, wait_for

from caller.pcm import tone, write_wav
from records.messages import message_versions
from records.plan import plan_versions
from records.staff import agents
from standardiste.settings import CHECKOUT
from standardiste.switchboard import asterisk_config
from standardiste.switchboard.asterisk import Asterisk

TONE_HZ = 1000
MESSAGE_S = 85.0
RTP_PORTS = {"rtp_first": 30_000, "rtp_last": 32_767}
"""Two for each call, below those that the kernel lends out; Asterisk passes over what somebody holds."""


class PreparedInstallation:
    """`prepared` holds an installation that is ready to be copied; its message of the day is one steady tone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._copies = itertools.count(1)
        self.prepared = prepare_with_test_plan(folder)
        reception = Reception(self.prepared)
        sound = folder / "message.wav"
        write_wav(sound, tone(TONE_HZ, MESSAGE_S))
        reception.run("message", "publish", str(sound), "--announcement", "daily")
        version = max(message_versions.list_versions(reception.database, "daily"), key=lambda version: version.id)
        self.message_sound = f"daily/{version.audio}"
        self.asterisk: Asterisk = reception.installation.asterisk
        reception.stop()

    def copy_reception(self, plan: str = "", **settings: object) -> Reception:
        """An installation of its own, rendered and not started; `plan` takes the place of the one that tests have."""
        given = RTP_PORTS | {"agi_threads": 2000}
        copied = databases.copy_installation(self.prepared, self.folder / f"arm-{next(self._copies)}" / "var")
        reception = Reception(copied, **(given | settings))
        asterisk_config.create_folders(reception.settings)
        if plan:
            plan_versions.save_plan(reception.database, plan, author="bench", at=now())
        house = reception.installation
        asterisk_config.render_config(
            reception.settings, house.asterisk, house.plan, agents.list_sip_accounts(reception.database)
        )
        return reception


def start_asterisk(reception: Reception, **environment: str) -> "subprocess.Popen[bytes]":
    """Returns when it takes calls."""
    configuration = str(reception.settings.asterisk_etc / "asterisk.conf")
    process = subprocess.Popen(
        [*reception.installation.asterisk.command, "-C", configuration, "-f", "-n"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | environment,
    )
    booted = "fully booted"
    wait_for(lambda: booted in reception.installation.asterisk_cli.run("core waitfullybooted"), "Asterisk to start", 60)
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
