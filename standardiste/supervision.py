"""Runs Asterisk and our processes under supervisord, in the foreground, until Ctrl-C."""

import os
import sys
from pathlib import Path

from jinja2 import Template

from standardiste.asterisk import Asterisk
from standardiste.settings import CHECKOUT, Settings

# A part that dies is started again, for ever: a reception that gives up is worse than one that stumbles.
CONFIGURATION = Template(
    """\
[supervisord]
nodaemon = true
silent = true
identifier = standardiste
directory = {{ checkout }}
logfile = {{ log }}/supervisor.log
pidfile = {{ var }}/supervisor.pid
childlogdir = {{ log }}

[unix_http_server]
file = {{ var }}/supervisor.sock
chmod = 0700

[supervisorctl]
serverurl = unix://{{ var }}/supervisor.sock

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
{% for name, command, priority, stop_s in programs %}
[program:{{ name }}]
command = {{ command }}
priority = {{ priority }}
autorestart = true
startsecs = 1
startretries = 1000000
stopwaitsecs = {{ stop_s }}
redirect_stderr = true
stdout_logfile = {{ log }}/{{ name }}.log
stdout_logfile_maxbytes = 20MB
stdout_logfile_backups = 5
{% endfor %}"""
)


def configure(settings: Settings, asterisk: Asterisk) -> Path:
    """Writes and returns supervisord's file. Parts are started in this order and stopped in the reverse one."""
    python = f"{sys.executable} -m standardiste"
    programs = [
        ("calls", f"{python} serve-calls", 10, settings.drain_s + 5),
        ("switch", f"{python} serve-switch", 20, 10),
        ("asterisk", " ".join([*asterisk.command, "-C", str(settings.etc / "asterisk.conf"), "-f", "-n"]), 30, 10),
    ]
    text = CONFIGURATION.render(checkout=CHECKOUT, var=settings.var, log=settings.log, programs=programs)
    path = settings.var / "supervisord.conf"
    path.write_text(text.replace("%", "%%"))
    return path


def command(configuration: Path) -> list[str]:
    """The supervisor in the foreground."""
    return [str(Path(sys.executable).parent / "supervisord"), "--configuration", os.fspath(configuration)]
