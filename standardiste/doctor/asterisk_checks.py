"""Modules and codecs of the running Asterisk."""

import re
from itertools import permutations

from records.check_result import CheckResult
from standardiste.switchboard.asterisk_config import TEMPLATES
from translations.message import Message, translatable

MODULES_FILE = TEMPLATES / "modules.conf"
BROWSER_MODULES_FILE = TEMPLATES / "modules_browser.conf.j2"
CODECS = ("alaw", "ulaw", "g722", "slin8", "slin16")


def check_modules(output: str, *, has_browsers: bool = False) -> CheckResult:
    """`output` is that of `module show`. asterisk-conf/modules.conf lists the modules that are expected.

    `has_browsers`: browser phones are switched on, which need some more.
    """
    lists = MODULES_FILE.read_text() + (BROWSER_MODULES_FILE.read_text() if has_browsers else "")
    expected = set(re.findall(r"^load = (\S+)", lists, re.MULTILINE))
    running = set(re.findall(r"^(\S+\.so) .* Running ", output, re.MULTILINE))
    missing, unexpected = sorted(expected - running), sorted(running - expected)
    if not missing and not unexpected:
        count = len(expected)

        return CheckResult("modules", True, translatable("Asterisk runs its %(count)s modules.", count=count))
    return CheckResult(
        "modules",
        False,
        _describe_difference(", ".join(missing), ", ".join(unexpected)),
        translatable("Restart the server, which loads what asterisk-conf/modules.conf lists; install what is missing."),
    )


def check_codecs(output: str) -> CheckResult:
    """`output` is that of `core show translation`: each of our codecs must have a translation to each other one."""
    rows = [line.split() for line in output.splitlines()]
    columns = next((row for row in rows if set(CODECS) <= set(row) and not row[-1].isdigit()), [])
    table = {row[0]: dict(zip(columns, row[1:], strict=False)) for row in rows if len(row) == len(columns) + 1}
    ways = permutations(CODECS, 2)
    missing = [f"{one}→{other}" for one, other in ways if not table.get(one, {}).get(other, "-").isdigit()]
    if not missing:
        names = ", ".join(CODECS)

        return CheckResult("codecs", True, translatable("Asterisk translates %(names)s both ways.", names=names))
    return CheckResult(
        "codecs",
        False,
        translatable(
            "Asterisk cannot translate %(missing)s: some telephones would be silent.", missing=", ".join(missing)
        ),
        translatable("Install Asterisk's codec modules of the same version, and restart the server."),
    )


def _describe_difference(missing: str, unexpected: str) -> Message:
    if missing and unexpected:
        return translatable(
            "Asterisk lacks %(missing)s and has %(unexpected)s too.", missing=missing, unexpected=unexpected
        )
    if missing:
        return translatable("Asterisk lacks %(missing)s.", missing=missing)
    return translatable("Asterisk has %(unexpected)s too.", unexpected=unexpected)
