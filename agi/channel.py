"""One call's AGI command channel. The only file that knows pyst2.

pyst2 brings the vocabulary (stream_file, set_variable, appexec ...); the wire is ours: every argument is quoted, every
line bounded, nothing is logged, and a hang-up is told from an error.
AGI: https://docs.asterisk.org/Configuration/Interfaces/Asterisk-Gateway-Interface-AGI/
"""

import re
from collections.abc import Callable
from typing import BinaryIO

from asterisk.agi import AGI

LINE_MAX = 8192  # bytes Asterisk may send in one line
COMMAND_MAX = 2000  # bytes of one command; Asterisk's own buffer holds 2,048
ENVIRONMENT_MAX = 200  # lines
ANSWER_MAX = 200  # lines of one answer, with what Asterisk says before it
_ANSWER = re.compile(r"(\d{3}) (.*)", re.ASCII)
_RESULT = re.compile(r"result=(-?\d*)(?: \((.*)\))?(?: endpos=(\d+))?")


class HungUp(Exception):
    """The caller is gone, or Asterisk is. Caught once, at the door."""


class CommandFailed(Exception):
    """Asterisk refused or failed a command while the caller is still there."""


class _Silence:
    """Where pyst2 would write every line, callers' numbers included."""

    def write(self, _: str) -> None:
        pass


class Channel(AGI):  # type: ignore[misc]  # pyst2 carries no types
    """Commands to one live channel. Each returns when Asterisk has answered; raises HungUp or CommandFailed.

    `acknowledge` is called where Asterisk has said a part of its answer, the rest of which TCP may hold back (Nagle).
    """

    def __init__(self, answers: BinaryIO, commands: BinaryIO, acknowledge: Callable[[], None] = lambda: None) -> None:
        # AGI.__init__ is not called: it installs a signal handler, impossible in a thread, and prints the environment.
        self.stdin, self.stdout, self.stderr = answers, commands, _Silence()
        self._acknowledge = acknowledge
        self._asked_meanwhile: tuple[str, ...] = ()
        self._got_sighup = False
        self.gone = False
        self.env: dict[str, str] = {}
        self._get_agi_env()

    @property
    def request(self) -> str:
        """What is asked for: the path of agi://host/<path>."""
        return self.env.get("agi_network_script", "")

    def argument(self, number: int) -> str:
        """Argument `number` (from 1) of AGI() in the dialplan; empty when absent."""
        return self.env.get(f"agi_arg_{number}", "")

    def evaluate(self, expression: str) -> str:
        """The text with its ${...} substituted in the channel (GET FULL VARIABLE); never pass a caller's text."""
        return str(self.execute("GET FULL VARIABLE", expression)["result"][1])

    def set_variables(self, **values: object) -> None:
        """Sets several channel variables in one command."""
        if any("," in str(value) for value in values.values()):
            raise ValueError("MSet would read what follows a comma as another variable")
        self.appexec("MSet", ",".join(f"{name}={value}" for name, value in values.items()))

    def subroutine(self, context: str, *arguments: object, tells: str) -> str:
        """Runs a subroutine of the dialplan to its Return(), and gives `tells` as `evaluate` would then.

        No argument may hold a comma. What it tells is asked for while it runs, and costs no journey of its own.
        """
        self._asked_meanwhile = ("GET FULL VARIABLE", tells)
        try:
            self.execute("GOSUB", context, "s", "1", ",".join(map(str, arguments)))
            asked = not self._asked_meanwhile
        finally:
            self._asked_meanwhile = ()
        return str(self.get_result()["result"][1]) if asked else self.evaluate(tells)

    def _get_agi_env(self) -> None:
        for _ in range(ENVIRONMENT_MAX):
            line = self._line()
            if not line:
                return
            name, _, value = line.partition(":")
            self.env[name.strip()] = value.strip()
        raise self._lost("the environment does not end")

    def _quote(self, value: object) -> str:
        """Left to send_command, which quotes every argument; pyst2 quotes some, and escapes none."""
        return str(value)

    def send_command(self, command: str, *arguments: object) -> None:
        if self.gone:  # Asterisk would go on answering; nobody listens any more
            raise HungUp(command)
        line = " ".join([command, *(_quoted(str(argument)) for argument in arguments)]).encode() + b"\n"
        if len(line) > COMMAND_MAX:
            raise ValueError(f"{command}: {len(line)} bytes; Asterisk takes {COMMAND_MAX}")
        try:
            self.stdout.write(line)
            self.stdout.flush()
        except OSError as error:
            raise self._lost(str(error)) from None

    def get_result(self, stdin: object = None) -> dict[str, tuple[str, str]]:
        """`result` -> (value, text between parentheses), `endpos` -> (sample, "") where the command has one."""
        code, text = self._answer()
        found = _RESULT.search(text)
        if code == 511:  # the channel is dead
            raise self._lost(text)
        if code != 200 or found is None:
            raise CommandFailed(f"{code} {text}")
        value, data, endpos = found.groups(default="")
        if value == "-1":
            self._tell_hangup_from_error()
        if value == "-2":
            raise CommandFailed("Asterisk knows no such application")
        return {"result": (value, data), "endpos": (endpos, "")}

    def _answer(self) -> tuple[int, str]:
        usage = ""
        for _ in range(ANSWER_MAX):
            line = self._line()
            if line.startswith("HANGUP"):
                self.gone = True
            elif line.startswith("520-") or (usage and not line.startswith("520 ")):  # wrongly used: several lines
                usage = f"{usage} {line}"
            elif line.startswith("100 "):  # Trying: the command is read, and its answer follows
                if self._asked_meanwhile:  # not before: Asterisk would read both, and look at the second too late
                    self.send_command(*self._asked_meanwhile)
                    self._asked_meanwhile = ()
                self._acknowledge()
            elif answer := _ANSWER.fullmatch(line):
                return int(answer[1]), usage + answer[2]
        raise self._lost("the answer does not end")

    def _tell_hangup_from_error(self) -> None:
        """-1 stands for both. After a hang-up Asterisk sends HANGUP, then answers 511 or a status."""
        if not self.gone:
            self.send_command("CHANNEL STATUS")
            code, _ = self._answer()
            self.gone = self.gone or code == 511
        if self.gone:
            raise self._lost("during a command")
        raise CommandFailed("-1")

    def _line(self) -> str:
        try:
            line = self.stdin.readline(LINE_MAX)
        except OSError as error:
            raise self._lost(str(error)) from None
        if not line.endswith(b"\n"):
            raise self._lost("the connection ended" if len(line) < LINE_MAX else "a line too long")
        return line.decode("utf-8", "replace").strip()

    def _lost(self, why: str) -> HungUp:
        self.gone = True
        return HungUp(why)


def _quoted(argument: str) -> str:
    if not argument.isprintable():
        raise ValueError("an AGI argument holds control characters")
    return '"' + argument.replace("\\", "\\\\").replace('"', '\\"') + '"'
