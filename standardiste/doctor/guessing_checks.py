"""Checks whether whoever guesses passwords of telephones is slowed: we only write down their addresses."""

import configparser
import re
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

from records.check_result import CheckResult
from records.staff import agents
from standardiste.installation import Installation
from translations.message import Message, translatable

FAIL2BAN = Path("/etc/fail2ban")
_SERVER = "fail2ban-server"
_YES = ("1", "yes", "true", "on")
_NAME = "password guessing"


def check_guessing(installation: Installation) -> Iterable[CheckResult]:
    """Nothing where no telephone of an agent is reached from another machine. Raises RecordsError."""
    settings = installation.settings
    phones = [one for one in agents.list_sip_accounts(installation.database) if one.agent is not None]
    if phones and not settings.sip_address.is_loopback:
        yield check_reader(settings.telephone_failures, settings.telephone_log_reader)


def check_reader(log: Path, named: str = "", fail2ban: Path = FAIL2BAN) -> CheckResult:
    """Whether a program reads `log`: the one that is `named` in the settings, else fail2ban on this machine.

    `fail2ban`: the folder of its configuration.
    """
    if named:
        return CheckResult(
            _NAME, True, translatable("According to the settings, %(name)s reads %(log)s.", name=named, log=log)
        )
    if not has_jail(fail2ban, log):
        return CheckResult(
            _NAME,
            False,
            translatable("Nobody slows who guesses passwords of telephones: fail2ban does not read %(log)s.", log=log),
            translatable(
                "Copy packaging/fail2ban/ to /etc/fail2ban/ and set logpath (docs/operating.md); or name the program"
                " that reads it, for example on another machine, in the setting telephone_log_reader."
            ),
        )
    if not _is_running(_SERVER):
        return CheckResult(
            _NAME,
            False,
            translatable("Nobody slows who guesses passwords of telephones: fail2ban does not run."),
            Message("systemctl enable --now fail2ban"),
        )
    return CheckResult(_NAME, True, translatable("fail2ban slows whoever guesses passwords of telephones."))


def has_jail(folder: Path, log: Path) -> bool:
    """Whether an enabled jail of fail2ban reads this file. Files are read in fail2ban's order (jail.conf(5))."""
    jails = configparser.RawConfigParser(strict=False, allow_no_value=True)
    for pattern in ("jail.conf", "jail.d/*.conf", "jail.local", "jail.d/*.local"):
        for file in sorted(folder.glob(pattern)):
            try:
                jails.read(file, encoding="utf-8")
            except (OSError, configparser.Error, UnicodeDecodeError):
                continue  # fail2ban would complain too; this file enables nothing
    return any(
        (jails.get(jail, "enabled", fallback="") or "").strip().lower() in _YES
        and any(_names(pattern, log) for pattern in re.split(r"[\n,]", jails.get(jail, "logpath", fallback="") or ""))
        for jail in jails.sections()
    )


def _names(pattern: str, log: Path) -> bool:
    """`pattern`: a path of `logpath`, with * for anything, and perhaps with "head" or "tail" behind it."""
    path = re.sub(r"\s+(head|tail)$", "", pattern.strip())
    return bool(path) and (fnmatch(str(log), path) or fnmatch(str(log.resolve()), path))


def _is_running(name: str) -> bool:
    """Whether a process has this name: its program's, or that of the script which an interpreter runs."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")[:3]
        except OSError:
            continue  # it has ended
        if any(Path(word.decode(errors="replace")).name == name for word in words if word):
            return True
    return False
