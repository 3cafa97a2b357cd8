"""supervisord, writing its own log as our processes write theirs: one JSON object a line."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from supervisor import loggers
from supervisor.options import ServerOptions
from supervisor.supervisord import go

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


def main(arguments: list[str]) -> None:
    """The supervisor, until it is told to end."""
    options = JsonOptions()
    options.realize(arguments)
    options.first, options.test = True, False
    go(options)
    options.close_logger()


if __name__ == "__main__":
    main(sys.argv[1:])
