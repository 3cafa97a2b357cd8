"""One installation with prompts and messages, prepared once, and a copy of it on ports of its own for each variant."""

import itertools
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import databases
from prepared_installations import prepare_with_test_plan
from reception import ABSENT_TRUNK, NUMBER, Reception, wait_for

from bench.peer_database import create_database
from caller.pcm import tone, write_wav
from records.messages import message_versions
from records.plan import plan_versions
from routing.sentences import greeting_prompt_key, menu_prompt_keys
from standardiste.asterisk_reload import render_asterisk_config
from standardiste.installation_folders import create_folders
from standardiste.settings import CHECKOUT, Settings
from standardiste.switchboard.asterisk import Asterisk
from standardiste.trunk_import import import_trunks
from standardiste.trunk_key_file import ensure_key

TONE_HZ = 1000
MESSAGE_S = 85.0
RTP_PORTS = {"rtp_first": 10_000, "rtp_last": 13_999}
"""The default range, as the other limits are the defaults too; Asterisk skips ports that are in use."""


class PreparedInstallation:
    """`prepared` is the folder of an installation to copy; its message of the day is one steady tone."""

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
        self.has_year = False  # bench.year.add_year
        self.peer_database = folder / "peer.sqlite3"
        create_database(self.peer_database)

    def dialplan_values(self, reception: Reception) -> dict[str, str]:
        """What a dialplan without our code, or another program, has to know."""
        number = reception.installation.plan.numbers[0]
        menu = reception.installation.plan.menus[number.menu]
        return {
            "number": NUMBER,
            "menu": "&".join([greeting_prompt_key(number), *menu_prompt_keys(menu)]),
            "message": self.message_sound,
            "first_key_s": f"{menu.first_key_s:g}",
        }

    def copy_reception(self, plan: str = "", **settings: object) -> Reception:
        """A copy of the installation, rendered and not started; `plan` replaces the plan of the tests."""
        given: dict[str, object] = {**RTP_PORTS, "calls_at_once": Settings.model_fields["calls_at_once"].default}
        given["trunks"] = ABSENT_TRUNK  # without a trunk no callback is accepted
        copied = databases.copy_installation(self.prepared, self.folder / f"variant-{next(self._copies)}" / "var")
        reception = Reception(copied, **(given | settings))
        create_folders(reception.settings)
        if plan:
            plan_versions.save_plan(reception.database, plan, author="bench", at=now())
        installation = reception.installation
        ensure_key(reception.settings.trunk_key_file)
        import_trunks(installation, now())
        render_asterisk_config(installation)
        return reception


def start_asterisk(reception: Reception, **environment: str) -> "subprocess.Popen[bytes]":
    """Asterisk with the files of this reception; returns when it takes calls."""
    configuration = str(reception.settings.asterisk_etc / "asterisk.conf")
    process = subprocess.Popen(
        [*reception.installation.asterisk.command, "-C", configuration, "-f", "-n"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | environment,
    )
    wait_for(reception.installation.asterisk_cli.is_booted, "Asterisk to start", 60)
    return process


def start_part(reception: Reception, *command: str, log: str) -> "subprocess.Popen[bytes]":
    """One of our processes, `standardiste COMMAND`; its output goes to the file `log` in the folder of logs."""
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
