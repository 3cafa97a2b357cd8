"""supervisord, which also ends what is frozen, and writes its own log as our processes write theirs: JSON lines."""

import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from supervisor import loggers
from supervisor.medusa.asyncore_25 import ExitNow, socket_map
from supervisor.options import ServerOptions
from supervisor.states import ProcessStates
from supervisor.supervisord import Supervisor

from standardiste.guard import HEARTS, LOOK_S, Vigil, end, vigil_over

_LEVELS = {"CRIT": "critical", "ERRO": "error", "WARN": "warning"}


class JsonOptions(ServerOptions):  # type: ignore[misc]  # supervisor carries no types
    """Its options as ever; only its logger writes otherwise."""

    def make_logger(self) -> None:
        """As it is made by supervisor, which would at once log, in its own form, what came up before there was one."""
        logger = self.logger = loggers.getLogger(self.loglevel)
        size, backups = self.logfile_maxbytes, self.logfile_backups
        loggers.handle_file(logger, self.logfile, _JsonLine(), rotating=bool(size), maxbytes=size, backups=backups)
        told = {logger.critical: self.parse_criticals, logger.warn: self.parse_warnings, logger.info: self.parse_infos}
        for log, messages in told.items():
            for message in messages:
                log(message)


class _JsonLine:
    """Stands for supervisor's format string, which is applied with %."""

    def __mod__(self, fields: Mapping[str, str]) -> str:
        line = {
            "event": fields["message"],
            "level": _LEVELS.get(fields["levelname"], "info"),
            "logger": "supervisor",
            "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "process": "supervisor",
        }
        return json.dumps(line, ensure_ascii=False) + "\n"


class _Signals:
    """Wakes supervisord, which looks once a second, at each signal: that it shall end, that one of its parts has.

    https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd
    """

    def __init__(self) -> None:
        self.descriptor, told = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def handle_read_event(self) -> None:
        os.read(self.descriptor, 1000)

    def handle_error(self) -> None:
        """Nothing was to be read."""


class Watching(Supervisor):  # type: ignore[misc]
    """Starts again what has died; what gives no sign of life in `folder` is made to."""

    def __init__(self, options: ServerOptions, folder: Path, sip: tuple[str, int]) -> None:
        super().__init__(options)
        self._folder, self._sip, self._looked = folder, sip, 0.0
        self._vigils: dict[int, Vigil] = {}
        signals = _Signals()
        socket_map[signals.descriptor] = signals

    def tick(self, now: float | None = None) -> None:
        """Called at least once a second."""
        super().tick(now)
        if time.monotonic() - self._looked < LOOK_S:
            return
        self._looked = time.monotonic()
        running = {
            process.pid: name
            for group in self.process_groups.values()
            for name, process in group.processes.items()
            if name in HEARTS and process.state == ProcessStates.RUNNING
        }
        self._vigils = {
            pid: self._vigils.get(pid) or vigil_over(name, self._folder, self._sip) for pid, name in running.items()
        }
        for pid, name in running.items():
            if self._vigils[pid].finds_it_frozen():
                self.options.logger.critical(f"{name} gives no sign of life: it is ended, and started again")
                end(pid, name, self._folder)


def main(heartbeats: str, sip_host: str, sip_port: str, *arguments: str) -> None:
    """The supervisor, until it is told to end. `heartbeats`: the folder of the parts' signs of life; `sip_host`,
    `sip_port`: where Asterisk is spoken to."""
    # Its own way with a log that takes nothing is a traceback on standard error, and death where that is full as well.
    loggers.Handler.handleError = lambda _handler: None
    options = JsonOptions()
    options.realize(list(arguments))
    options.first, options.test = True, False
    with suppress(ExitNow):
        Watching(options, Path(heartbeats), (sip_host, int(sip_port))).main()
    options.close_logger()


if __name__ == "__main__":
    main(*sys.argv[1:])
