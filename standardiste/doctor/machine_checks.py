"""Checks of the machine: Python, file permissions, ports, clock, disk."""

import os
import platform
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from records.check_result import CheckResult
from standardiste.parts import heartbeat
from standardiste.setting_sources import SECRETS_FOLDER, config_file
from standardiste.settings import Settings
from translations.message import Message, translatable

MIN_FREE_BYTES = 1_000_000_000
GROUP_AND_OTHERS = stat.S_IRWXG | stat.S_IRWXO
MAX_CLOCK_STEP_S = 2.0
TIMEZONE = "Europe/Paris"
COMMAND_TIMEOUT_S = 10
TCP_LISTEN = "0A"  # state in /proc/net/tcp, see proc(5)


def check_python() -> CheckResult:
    """The version that runs this program; an older one than pyproject.toml requires could not."""
    version = platform.python_version()
    return CheckResult("python", True, Message(f"Python {version}."))


def check_permissions(settings: Settings) -> Iterator[CheckResult]:
    """Whether other users can read what is below `var`, or a settings file with passwords."""
    opened = [path for path in (settings.var, settings.asterisk_etc) if path.stat().st_mode & GROUP_AND_OTHERS]
    opened += _exposed_files(settings.var)
    if opened:
        shown = " ".join(map(str, opened[:3])) + (" …" if len(opened) > 3 else "")
        yield CheckResult(
            "permissions",
            False,
            translatable("Other users can read %(files)s.", files=shown),
            Message(f"chmod 700 {settings.var}; chmod -R go-rwx {settings.var}"),
        )
    else:
        yield CheckResult("permissions", True, translatable("Only this user can read our files."))
    file = config_file()
    if file.parent == SECRETS_FOLDER:  # a container engine mounts it for this container alone
        return
    secret = any(trunk.password.get_secret_value() for trunk in settings.trunks.values())
    if secret and file.exists() and file.stat().st_mode & GROUP_AND_OTHERS:
        yield CheckResult(
            "settings permissions",
            False,
            translatable("Other users can read the passwords in %(file)s.", file=file),
            Message(f"chmod 600 {file}"),
        )


def check_ports(settings: Settings) -> CheckResult:
    """Whether a port that is meant for this machine alone can be reached from outside."""
    private = {"agi_port": settings.agi_port, "ami_port": settings.ami_port}
    private |= {"metrics_port": settings.metrics_port} if settings.metrics_address.is_loopback else {}
    if settings.console_address.is_loopback:
        private |= {"console_port": settings.console_port, "live_port": settings.live_port}
    open_ports = {
        name: port for name, port in private.items() if not all(a.is_loopback for a in _listening_addresses(port))
    }
    if not open_ports:
        numbers = ", ".join(map(str, private.values()))
        return CheckResult(
            "ports",
            True,
            translatable(
                "SIP is on UDP port %(sip_port)s; the ports %(numbers)s are not open to others.",
                sip_port=settings.sip_port,
                numbers=numbers,
            ),
        )
    name, port = next(iter(open_ports.items()))
    return CheckResult(
        "ports",
        False,
        translatable("TCP port %(port)s (%(name)s) can be reached from other machines.", port=port, name=name),
        translatable("Another program listens there: stop it, or choose another port in the settings, and restart."),
    )


def check_clock(settings: Settings) -> Iterator[CheckResult]:
    """The time zone database, changes of the wall clock since the parts started, and NTP."""
    try:
        ZoneInfo(TIMEZONE)
        yield CheckResult("time zones", True, translatable("Time zones are known."))
    except ZoneInfoNotFoundError:
        yield CheckResult(
            "time zones",
            False,
            translatable("There is no time zone database: opening hours cannot be told."),
            Message("apt install tzdata"),
        )
    steps = [beat.clock_step_s for beat in heartbeat.read_heartbeats(settings.heartbeats) if not beat.is_late]
    step = max(steps, key=abs, default=0.0)
    if abs(step) > MAX_CLOCK_STEP_S:
        yield CheckResult(
            "clock",
            False,
            translatable(
                "The clock was set by %(step_s)s s since the parts were started.", step_s=format(step, "+.0f")
            ),
            translatable("Have it kept right (apt install chrony), and restart the server."),
        )
    else:
        yield CheckResult("clock", True, translatable("The clock runs evenly."))
    yield from _check_ntp()


def check_disk(settings: Settings) -> CheckResult:
    free = shutil.disk_usage(settings.var).free
    if free >= MIN_FREE_BYTES:
        return CheckResult("disk", True, translatable("%(free_gb)s GB are free.", free_gb=round(free / 1e9)))
    return CheckResult(
        "disk",
        False,
        translatable("Only %(free_gb)s GB are free.", free_gb=round(free / 1e9, 1)),
        translatable("Make room, or move the setting `var`."),
    )


def _check_ntp() -> Iterator[CheckResult]:
    """What systemd says; nothing if systemd does not run or does not answer."""
    if not shutil.which("timedatectl"):
        return
    command = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
    try:
        output = subprocess.run(
            command, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False
        ).stdout.strip()
    except subprocess.TimeoutExpired:
        return
    if output == "yes":
        yield CheckResult("ntp", True, translatable("The clock is kept right by NTP."))
    elif output == "no":
        yield CheckResult(
            "ntp",
            False,
            translatable("Nothing keeps the clock right: opening hours and messages would come at a wrong moment."),
            Message("apt install chrony"),
        )


def _exposed_files(folder: Path) -> Iterator[Path]:
    """Files below the folder that others may use; links are left out."""
    for place, _, names in os.walk(folder):
        for path in (Path(place) / name for name in names):
            with suppress(FileNotFoundError):  # a temporary file
                if not path.is_symlink() and path.stat().st_mode & GROUP_AND_OTHERS:
                    yield path


def _listening_addresses(port: int) -> list[IPv4Address]:
    """The addresses on which a program listens on this TCP port, from /proc/net/tcp."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    pattern = re.compile(rf"\s*\d+: ([0-9A-F]{{8}}):{port:04X} \S+ {TCP_LISTEN} ")
    found = [match[1] for line in lines if (match := pattern.match(line))]
    return [IPv4Address(int.from_bytes(bytes.fromhex(address), "little")) for address in found]
