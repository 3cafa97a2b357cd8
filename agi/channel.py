"""The AGI command channel of one call. The only file that knows pyst2.

pyst2 provides the commands (stream_file, set_variable, appexec ...). Sending and reading are our own: every argument is
quoted, every line has a maximum length, nothing is logged, and a hang-up is distinguished from an error.
AGI: https://docs.asterisk.org/Configuration/Interfaces/Asterisk-Gateway-Interface-AGI/
"""

import re
from collections.abc import Callable
from typing import BinaryIO

from asterisk.agi import AGI

LINE_MAX = 8192  # bytes of one line from Asterisk
COMMAND_MAX = 2000  # bytes of one command; Asterisk's own buffer holds 2,048
ENVIRONMENT_MAX = 200  # lines
RESPONSE_MAX = 200  # lines up to and including one response
_RESPONSE = re.compile(r"(\d{3}) (.*)", re.ASCII)
_RESULT = re.compile(r"result=(-?\d*)(?: \((.*)\))?(?: endpos=(\d+))?")


class HungUp(Exception):
    """The caller hung up, or the connection to Asterisk ended. The server catches it when the session ends."""


class CommandFailed(Exception):
    """Asterisk rejected a command, or it failed, while the caller is still connected."""


class _NullWriter:
    """Discards what pyst2 would write to stderr: every line, including callers' numbers."""

    def write(self, _: str) -> None:
        pass


class Channel(AGI):
    """Commands to one channel. Each returns when Asterisk has responded; raises HungUp or CommandFailed.

    `acknowledge` is called after the first part of a response: Asterisk's TCP may delay the rest until then (Nagle).
    """

    def __init__(self, responses: BinaryIO, commands: BinaryIO, acknowledge: Callable[[], None] = lambda: None) -> None:
        # AGI.__init__ is not called: it installs a signal handler, which fails in a thread, and prints the environment.
        self.stdin, self.stdout, self.stderr = responses, commands, _NullWriter()
        self._acknowledge = acknowledge
        self._pipelined_command: tuple[str, ...] = ()
        self._got_sighup = False
        self.hung_up = False
        self.env: dict[str, str] = {}
        self._get_agi_env()

    @property
    def request(self) -> str:
        """The path of agi://host/<path>."""
        return self.env.get("agi_network_script", "")

    def argument(self, number: int) -> str:
        """Argument `number` (from 1) of AGI() in the dialplan; "" when absent."""
        return self.env.get(f"agi_arg_{number}", "")

    def evaluate(self, expression: str) -> str:
        """The expression with its ${...} substituted (GET FULL VARIABLE). Never pass text that a caller provided."""
        return str(self.execute("GET FULL VARIABLE", expression)["result"][1])

    def set_variables(self, **values: object) -> None:
        """Sets several channel variables in one command."""
        if any("," in str(value) for value in values.values()):
            raise ValueError("MSet would read the text after a comma as another variable")
        self.appexec("MSet", ",".join(f"{name}={value}" for name, value in values.items()))

    def gosub(self, context: str, *arguments: object, result_expression: str) -> str:
        """Runs a dialplan subroutine to its Return(), then returns `result_expression` evaluated.

        No argument may contain a comma. The expression is requested while the subroutine runs: one round trip less.
        """
        self._pipelined_command = ("GET FULL VARIABLE", result_expression)
        try:
            self.execute("GOSUB", context, "s", "1", ",".join(map(str, arguments)))
            requested = not self._pipelined_command
        finally:
            self._pipelined_command = ()
        return str(self.get_result()["result"][1]) if requested else self.evaluate(result_expression)

    def _get_agi_env(self) -> None:
        for _ in range(ENVIRONMENT_MAX):
            line = self._line()
            if not line:
                return
            name, _, value = line.partition(":")
            self.env[name.strip()] = value.strip()
        raise self._mark_hung_up("the environment does not end")

    def _quote(self, value: object) -> str:
        """pyst2 quotes some arguments and escapes none; `send_command` quotes them all."""
        return str(value)

    def send_command(self, command: str, *arguments: object) -> None:
        if self.hung_up:  # Asterisk would still respond, but the caller hears nothing
            raise HungUp(command)
        line = " ".join([command, *(_quote_argument(str(argument)) for argument in arguments)]).encode() + b"\n"
        if len(line) > COMMAND_MAX:
            raise ValueError(f"{command}: {len(line)} bytes; Asterisk takes {COMMAND_MAX}")
        try:
            self.stdout.write(line)
            self.stdout.flush()
        except OSError as error:
            raise self._mark_hung_up(str(error)) from None

    def get_result(self, stdin: object = None) -> dict[str, tuple[str, str]]:
        """`result` -> (value, text in parentheses); `endpos` -> (sample, ""), "" where the command reports none."""
        code, text = self._read_response()
        found = _RESULT.search(text)
        if code == 511:  # the channel is dead
            raise self._mark_hung_up(text)
        if code != 200 or found is None:
            raise CommandFailed(f"{code} {text}")
        value, data, endpos = found.groups(default="")
        if value == "-1":
            self._raise_hangup_or_failure()
        if value == "-2":
            raise CommandFailed("Asterisk has no such application")
        return {"result": (value, data), "endpos": (endpos, "")}

    def _read_response(self) -> tuple[int, str]:
        usage = ""
        for _ in range(RESPONSE_MAX):
            line = self._line()
            if line.startswith("HANGUP"):
                self.hung_up = True
            elif line.startswith("520-") or (
                usage and not line.startswith("520 ")
            ):  # the usage text of a command: several lines
                usage = f"{usage} {line}"
            elif line.startswith("100 "):  # Trying: the command was read; its response follows
                if self._pipelined_command:  # sent earlier, Asterisk would read both at once and miss the second
                    self.send_command(*self._pipelined_command)
                    self._pipelined_command = ()
                self._acknowledge()
            elif response := _RESPONSE.fullmatch(line):
                return int(response[1]), usage + response[2]
        raise self._mark_hung_up("the response does not end")

    def _raise_hangup_or_failure(self) -> None:
        """-1 means either. After a hang-up Asterisk sends HANGUP, then responds with 511 or a status."""
        if not self.hung_up:
            self.send_command("CHANNEL STATUS")
            code, _ = self._read_response()
            self.hung_up = self.hung_up or code == 511
        if self.hung_up:
            raise self._mark_hung_up("during a command")
        raise CommandFailed("-1")

    def _line(self) -> str:
        try:
            line = self.stdin.readline(LINE_MAX)
        except OSError as error:
            raise self._mark_hung_up(str(error)) from None
        if not line.endswith(b"\n"):
            raise self._mark_hung_up("the connection ended" if len(line) < LINE_MAX else "the line is too long")
        return line.decode("utf-8", "replace").strip()

    def _mark_hung_up(self, reason: str) -> HungUp:
        self.hung_up = True
        return HungUp(reason)


def _quote_argument(argument: str) -> str:
    if not argument.isprintable():
        raise ValueError("an AGI argument contains control characters")
    return '"' + argument.replace("\\", "\\\\").replace('"', '\\"') + '"'
