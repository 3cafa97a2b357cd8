"""Runs Asterisk and our processes under supervisord, in the foreground, until Ctrl-C."""

import os
import secrets
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Template

from standardiste.checkout import CHECKOUT
from standardiste.settings import Settings
from standardiste.switchboard.asterisk import Asterisk

EXIT_NO_RESTART = os.EX_CONFIG
"""The exit code of a part that only a person can help; after any other exit it is restarted."""

# A part that dies is restarted without limit: a reception that restarts often still answers between.
CONFIGURATION_TEMPLATE = Template(
    """\
[supervisord]
nodaemon = true
silent = true
identifier = standardiste
directory = {{ checkout }}
{% if root -%}
user = root
{% endif -%}
umask = 077
logfile = {{ log }}/supervisor.log
pidfile = {{ var }}/supervisor.pid
childlogdir = {{ log }}

[unix_http_server]
file = {{ var }}/supervisor.sock
chmod = 0700
username = standardiste
password = {{ password }}

[supervisorctl]
serverurl = unix://{{ var }}/supervisor.sock
username = standardiste
password = {{ password }}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
{% for name, command, priority, stop_s in programs %}
[program:{{ name }}]
command = {{ command }}
priority = {{ priority }}
autorestart = unexpected
exitcodes = {{ no_restart }}
startsecs = 1
startretries = 1000000
stopwaitsecs = {{ stop_s }}
redirect_stderr = true
stdout_logfile = {{ log }}/{{ name }}.log
stdout_logfile_maxbytes = 20MB
stdout_logfile_backups = 5
{% endfor %}"""
)


COMMAND_TIMEOUT_S = 10
SUPERVISOR_FROZEN = "FROZEN"
"""Our word for a supervisor that runs and does not answer; supervisord has none."""

ASTERISK_STOP_TIMEOUT_S = (
    5  # it stops within one second, except while it boots: then it ignores the signal and is killed
)

# When its parent dies, a process ends too: none is left that holds ports and that nobody supervises.
END_WITH_PARENT_COMMAND = ("setpriv", "--pdeathsig", "TERM")
_PYTHON = (sys.executable, "-m", "standardiste")


def write_configuration(settings: Settings, asterisk: Asterisk) -> Path:
    """Writes supervisord's file and returns its path. Parts start in this order, and stop in the reverse one."""
    programs = [
        ("calls", _part_command(*_PYTHON, "serve-calls"), 10, settings.drain_s + 5),
        ("switch", _part_command(*_PYTHON, "serve-switch"), 20, 10),
        ("webhooks", _part_command(*_PYTHON, "serve-webhooks"), 20, 10),
        (
            "asterisk",
            _part_command(*asterisk.command, "-C", str(settings.asterisk_etc / "asterisk.conf"), "-f", "-n"),
            30,
            ASTERISK_STOP_TIMEOUT_S,
        ),
        ("public", _part_command(*_PYTHON, "serve-public"), 40, 10),
        ("console", _part_command(*_PYTHON, "serve-console"), 40, 10),
        ("live", _part_command(*_PYTHON, "serve-live"), 40, 5),
        ("centre", _part_command(*_PYTHON, "serve-centre"), 40, 10),
        ("metrics", _part_command(*_PYTHON, "serve-metrics"), 40, 5),
    ]
    text = CONFIGURATION_TEMPLATE.render(
        checkout=CHECKOUT,
        var=settings.var,
        log=settings.log,
        programs=[program for program in programs if program[0] in settings.parts],
        no_restart=EXIT_NO_RESTART,
        root=os.getuid() == 0,
        password=secrets.token_hex(16),
    )
    path = _configuration_file(settings)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text.replace("%", "%%"))
    return path


def find_part_command(command: Sequence[str]) -> str | None:
    """`serve-...` if the command, from the supervisor's file, is that of a part of ours; else None."""
    *program, last = command
    return last if tuple(program) == (*END_WITH_PARENT_COMMAND, *_PYTHON) else None


def list_part_states(settings: Settings) -> dict[str, str]:
    """Each part's state in supervisord's words, such as RUNNING or BACKOFF; empty if the supervisor does not run.

    For a supervisor that does not answer: {"supervisor": SUPERVISOR_FROZEN}.
    """
    command = [_program_path("supervisorctl"), "--configuration", str(_configuration_file(settings)), "status"]
    try:
        output = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False).stdout
    except subprocess.TimeoutExpired:
        return {"supervisor": SUPERVISOR_FROZEN}
    lines = [line.split() for line in output.splitlines()]
    return {words[0]: words[1] for words in lines if len(words) > 1 and words[1].isupper()}


def _part_command(*command: str) -> str:
    return shlex.join((*END_WITH_PARENT_COMMAND, *command))


def _program_path(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def _configuration_file(settings: Settings) -> Path:
    return settings.var / "supervisord.conf"
