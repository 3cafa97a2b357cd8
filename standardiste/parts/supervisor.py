"""supervisord, extended: its parts are forks, frozen ones are killed, and its log has JSON lines like theirs."""

import json
import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from supervisor import loggers
from supervisor.medusa.asyncore_25 import ExitNow, socket_map
from supervisor.options import ServerOptions
from supervisor.states import ProcessStates
from supervisor.supervisord import Supervisor

from standardiste.parts import forking
from standardiste.parts.guard import (
    CHECK_INTERVAL_S,
    HEARTBEAT_BY_PART,
    LivenessProbe,
    create_liveness_probe,
    kill_part,
)
from standardiste.parts.supervisord_control import find_part_command

_LEVELS = {"CRIT": "critical", "ERRO": "error", "WARN": "warning"}


class PartOptions(ServerOptions):
    """The options of supervisord, with a logger that writes JSON lines, and with parts that are forks."""

    def execve(self, filename: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """The last step of the start of a part, in its process: a part of ours goes on as a fork of this program."""
        if command := find_part_command(argv):
            forking.end_with_parent()
            forking.run_command([command], env)
        super().execve(filename, argv, env)

    def make_logger(self) -> None:
        """As in supervisor, whose own version would at once log earlier messages in its own format."""
        logger = self.logger = loggers.getLogger(self.loglevel)
        size, backups = self.logfile_maxbytes, self.logfile_backups
        loggers.handle_file(
            logger, self.logfile, _JsonLineFormat(), rotating=bool(size), maxbytes=size, backups=backups
        )
        messages_by_level = {
            logger.critical: self.parse_criticals,
            logger.warn: self.parse_warnings,
            logger.info: self.parse_infos,
        }
        for log, messages in messages_by_level.items():
            for message in messages:
                log(message)


class _JsonLineFormat:
    """In place of supervisor's format string, which is applied with %."""

    def __mod__(self, fields: Mapping[str, str]) -> str:
        line = {
            "event": fields["message"],
            "level": _LEVELS.get(fields["levelname"], "info"),
            "logger": "supervisor",
            "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "process": "supervisor",
        }
        return json.dumps(line, ensure_ascii=False) + "\n"


class _SignalWakeup:
    """Wakes supervisord, which otherwise looks once a second, at each signal: SIGTERM, SIGCHLD.

    https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd
    """

    def __init__(self) -> None:
        self.descriptor, written = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(written, warn_on_full_buffer=False)

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def handle_read_event(self) -> None:
        os.read(self.descriptor, 1000)

    def handle_error(self) -> None:
        """There was nothing to read."""


class PartSupervisor(Supervisor):
    """Restarts parts that have died, and kills those that write no heartbeat into `folder`."""

    def __init__(self, options: ServerOptions, folder: Path, sip: tuple[str, int]) -> None:
        super().__init__(options)
        self._folder, self._sip, self._last_look = folder, sip, 0.0
        self._probes: dict[int, LivenessProbe] = {}
        signals = _SignalWakeup()
        socket_map[signals.descriptor] = signals

    def tick(self, now: float | None = None) -> None:
        """Called at least once a second."""
        super().tick(now)
        if time.monotonic() - self._last_look < CHECK_INTERVAL_S:
            return
        self._last_look = time.monotonic()
        running = {
            process.pid: name
            for group in self.process_groups.values()
            for name, process in group.processes.items()
            if name in HEARTBEAT_BY_PART and process.state == ProcessStates.RUNNING
        }
        self._probes = {
            pid: self._probes.get(pid) or create_liveness_probe(name, self._folder, self._sip)
            for pid, name in running.items()
        }
        for pid, name in running.items():
            if self._probes[pid].check_frozen():
                self.options.logger.critical(f"{name} sends no heartbeat: it is killed and restarted")
                kill_part(pid, name, self._folder)


def main(heartbeats: str, sip_host: str, sip_port: str, *arguments: str) -> None:
    """Runs the supervisor until it is stopped.

    `heartbeats`: the folder of the parts' heartbeats; `sip_host`, `sip_port`: where Asterisk receives SIP.
    """
    # If its log cannot be written, supervisord prints a traceback, and dies if that cannot be written either.
    loggers.Handler.handleError = lambda _handler: None
    options = PartOptions()
    options.realize(list(arguments))
    options.first, options.test = True, False
    with suppress(ExitNow):
        PartSupervisor(options, Path(heartbeats), (sip_host, int(sip_port))).main()
    options.close_logger()
