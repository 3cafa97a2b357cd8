"""What `doctor` asks of the machine: Python, file rights, ports, clock, disk."""

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

from records.verdict import Check
from standardiste import heartbeat
from standardiste.settings import SECRETS, Settings, config_file

LEAST_FREE_BYTES = 1_000_000_000
OTHERS = stat.S_IRWXG | stat.S_IRWXO
CLOCK_STEP_S = 2.0
TIMEZONE = "Europe/Paris"
SAYS_MAX_S = 10
LISTENING = "0A"  # state in /proc/net/tcp, see proc(5)


def python() -> Check:
    """The version we run on; an older one than pyproject.toml asks for could not have started us."""
    version = platform.python_version()
    return Check("python", True, f"Python {version}.", sentence_fr=f"Python {version}.")


def rights(settings: Settings) -> Iterator[Check]:
    """Everything below `var`, and a settings file with passwords, is for this user alone."""
    opened = [path for path in (settings.var, settings.etc) if path.stat().st_mode & OTHERS]
    opened += _readable(settings.var)
    if opened:
        shown = " ".join(map(str, opened[:3])) + (" …" if len(opened) > 3 else "")
        mend = f"chmod 700 {settings.var}; chmod -R go-rwx {settings.var}"
        told_fr = f"D'autres utilisateurs peuvent lire {shown}."
        yield Check("rights", False, f"Other users can read {shown}.", mend, told_fr, mend)
    else:
        told_fr = "Cet utilisateur seul peut lire nos fichiers."
        yield Check("rights", True, "Only this user can read our files.", sentence_fr=told_fr)
    file = config_file()
    if file.parent == SECRETS:  # as a container engine shows it to this container alone, with the rights it has outside
        return
    secret = any(trunk.password.get_secret_value() for trunk in settings.trunks.values())
    if secret and file.exists() and file.stat().st_mode & OTHERS:
        yield Check(
            "settings rights",
            False,
            f"Other users can read the passwords in {file}.",
            f"chmod 600 {file}",
            f"D'autres utilisateurs peuvent lire les mots de passe de {file}.",
            f"chmod 600 {file}",
        )


def ports(settings: Settings) -> Check:
    """That nothing meant for this machine alone can be reached from outside."""
    private = {"agi_port": settings.agi_port, "ami_port": settings.ami_port}
    private |= {"metrics_port": settings.metrics_port} if settings.metrics_address.is_loopback else {}
    private |= {"console_port": settings.console_port} if settings.console_address.is_loopback else {}
    open_ports = {name: port for name, port in private.items() if not all(a.is_loopback for a in _listened(port))}
    if not open_ports:
        numbers = ", ".join(map(str, private.values()))
        return Check(
            "ports",
            True,
            f"SIP is on UDP port {settings.sip_port}; the ports {numbers} are not open to others.",
            sentence_fr=f"SIP est sur le port UDP {settings.sip_port} ; {numbers} ne sont pas ouverts à d'autres.",
        )
    name, port = next(iter(open_ports.items()))
    return Check(
        "ports",
        False,
        f"TCP port {port} ({name}) can be reached from other machines.",
        "Another program listens there: stop it, or choose another port in the settings, and restart.",
        f"Le port TCP {port} ({name}) est accessible depuis d'autres machines.",
        "Un autre programme y écoute : arrêtez-le, ou choisissez un autre port dans les réglages, puis redémarrez.",
    )


def clock(settings: Settings) -> Iterator[Check]:
    """Time zones, whether the wall clock was set under running parts, and whether somebody keeps it right."""
    try:
        ZoneInfo(TIMEZONE)
        yield Check("time zones", True, "Time zones are known.", sentence_fr="Les fuseaux horaires sont connus.")
    except ZoneInfoNotFoundError:
        yield Check(
            "time zones",
            False,
            "There is no time zone database: opening hours cannot be told.",
            "apt install tzdata",
            "Il n'y a pas de base des fuseaux horaires : les horaires d'ouverture sont inconnus.",
            "apt install tzdata",
        )
    steps = [beat.clock_step_s for beat in heartbeat.beats(settings.heartbeats) if not beat.is_late]
    step = max(steps, key=abs, default=0.0)
    if abs(step) > CLOCK_STEP_S:
        yield Check(
            "clock",
            False,
            f"The clock was set by {step:+.0f} s since the parts were started.",
            "Have it kept right (apt install chrony), and restart the server.",
            f"L'horloge a été changée de {step:+.0f} s depuis le démarrage.",
            "Faites-la tenir à l'heure (apt install chrony), puis redémarrez le serveur.",
        )
    else:
        yield Check("clock", True, "The clock runs evenly.", sentence_fr="L'horloge avance régulièrement.")
    yield from _synchronised()


def disk(settings: Settings) -> Check:
    free = shutil.disk_usage(settings.var).free
    if free >= LEAST_FREE_BYTES:
        told, told_fr = f"{free / 1e9:.0f} GB are free.", f"{free / 1e9:.0f} Go sont libres."
        return Check("disk", True, told, sentence_fr=told_fr)
    return Check(
        "disk",
        False,
        f"Only {free / 1e9:.1f} GB are free.",
        "Make room, or move the setting `var`.",
        f"Il ne reste que {free / 1e9:.1f} Go.",
        "Faites de la place, ou déplacez le réglage `var`.",
    )


def _synchronised() -> Iterator[Check]:
    """As systemd tells it; where systemd does not run, or does not answer, nobody here can tell."""
    if not shutil.which("timedatectl"):
        return
    command = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=SAYS_MAX_S, check=False).stdout.strip()
    except subprocess.TimeoutExpired:
        return
    if said == "yes":
        yield Check(
            "ntp", True, "The clock is kept right by NTP.", sentence_fr="L'horloge est tenue à l'heure par NTP."
        )
    elif said == "no":
        yield Check(
            "ntp",
            False,
            "Nothing keeps the clock right: opening hours and messages would come at a wrong moment.",
            "apt install chrony",
            "Rien ne tient l'horloge à l'heure : horaires et messages viendraient au mauvais moment.",
            "apt install chrony",
        )


def _readable(folder: Path) -> Iterator[Path]:
    """Files below it that others may use; Asterisk's documentation is a link, and the program's own."""
    for place, _, names in os.walk(folder):
        for path in (Path(place) / name for name in names):
            with suppress(FileNotFoundError):  # a file that was being made
                if not path.is_symlink() and path.stat().st_mode & OTHERS:
                    yield path


def _listened(port: int) -> list[IPv4Address]:
    """The addresses on which somebody listens on this TCP port, from Linux's own table."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    pattern = re.compile(rf"\s*\d+: ([0-9A-F]{{8}}):{port:04X} \S+ {LISTENING} ")
    found = [match[1] for line in lines if (match := pattern.match(line))]
    return [IPv4Address(int.from_bytes(bytes.fromhex(address), "little")) for address in found]
