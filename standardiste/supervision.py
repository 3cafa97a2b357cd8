"""Runs Asterisk and our processes under supervisord, in the foreground, until Ctrl-C."""

import os
import secrets
import shlex
import subprocess
import sys
from pathlib import Path

from jinja2 import Template

from standardiste.asterisk import Asterisk
from standardiste.settings import CHECKOUT, Settings

NO_RESTART = os.EX_CONFIG
"""The exit code of a part that only a person can help; any other end is an accident."""

# A part that dies is started again, for ever: a reception that gives up is worse than one that stumbles.
CONFIGURATION = Template(
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


SAYS_MAX_S = 10
FROZEN = "FROZEN"
"""Our word for a supervisor that runs and says nothing, for which it has none itself."""

ASTERISK_STOP_S = 5  # it ends within one; but while it boots it does not hear that it should, and is killed

# Whoever started a process dies, it ends too: nothing is left behind that holds ports and that nobody supervises.
ENDS_WITH_PARENT = ("setpriv", "--pdeathsig", "TERM")


def configure(settings: Settings, asterisk: Asterisk) -> Path:
    """Writes and returns supervisord's file. Parts are started in this order and stopped in the reverse one."""
    python = (sys.executable, "-m", "standardiste")
    programs = [
        ("calls", _part(*python, "serve-calls"), 10, settings.drain_s + 5),
        ("switch", _part(*python, "serve-switch"), 20, 10),
        ("webhooks", _part(*python, "serve-webhooks"), 20, 10),
        (
            "asterisk",
            _part(*asterisk.command, "-C", str(settings.etc / "asterisk.conf"), "-f", "-n"),
            30,
            ASTERISK_STOP_S,
        ),
        ("public", _part(*python, "serve-public"), 40, 10),
        ("console", _part(*python, "serve-console"), 40, 10),
        ("metrics", _part(*python, "serve-metrics"), 40, 5),
    ]
    text = CONFIGURATION.render(
        checkout=CHECKOUT,
        var=settings.var,
        log=settings.log,
        programs=programs,
        no_restart=NO_RESTART,
        root=os.getuid() == 0,
        password=secrets.token_hex(16),
    )
    path = _file(settings)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text.replace("%", "%%"))
    return path


def command(configuration: Path, settings: Settings) -> list[str]:
    """The supervisor in the foreground."""
    host, port = settings.sip_socket
    supervisor = (sys.executable, "-m", "standardiste.supervisor", str(settings.heartbeats), host, str(port))
    return [*ENDS_WITH_PARENT, *supervisor, "--configuration", str(configuration)]


def states(settings: Settings) -> dict[str, str]:
    """Each part's state in supervisord's word, such as RUNNING or BACKOFF; empty when the supervisor does not run.

    One that gives no answer is itself the only part: `supervisor`, FROZEN.
    """
    command = [_program("supervisorctl"), "--configuration", str(_file(settings)), "status"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=SAYS_MAX_S, check=False).stdout
    except subprocess.TimeoutExpired:
        return {"supervisor": FROZEN}
    lines = [line.split() for line in said.splitlines()]
    return {words[0]: words[1] for words in lines if len(words) > 1 and words[1].isupper()}


def _part(*command: str) -> str:
    return shlex.join((*ENDS_WITH_PARENT, *command))


def _program(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def _file(settings: Settings) -> Path:
    return settings.var / "supervisord.conf"
