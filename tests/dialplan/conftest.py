"""The dialplan as Asterisk reads it, and its steps."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from records.staff.sip_account_names import SipAccount
from routing.plan import parsing
from standardiste.installation_folders import create_folders
from standardiste.settings import CHECKOUT, Settings
from standardiste.switchboard.asterisk import Asterisk
from standardiste.switchboard.asterisk_config import render_config

_SECTION = re.compile(r"\[([\w-]+)\]")
_STEP = re.compile(
    r" *(?:exten => (?P<exten>[^,]+),|same => )(?:\d+|n)(?:\((?P<label>\w+)\))?,(?P<app>\w+)(?:\((?P<arguments>.*)\))?"
)

PLAN = CHECKOUT / "tests" / "calls" / "plan.yaml"


@dataclass(frozen=True, slots=True)
class Step:
    """One priority of the dialplan: `app(arguments)`, arguments split at commas outside brackets."""

    context: str
    exten: str
    label: str
    app: str
    arguments: tuple[str, ...]

    @property
    def text(self) -> str:
        return ",".join(self.arguments)


@pytest.fixture(scope="session")
def etc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Asterisk's configuration, rendered for the plan of the call tests."""
    trunks = {"operator": {"address": "192.0.2.1"}}
    settings = Settings(var=tmp_path_factory.mktemp("rendered") / "var", trunks=trunks, browser_phone=True)
    asterisk = Asterisk(("asterisk",), Path("/modules"), Path("/documentation"), (22, 10, 1))
    create_folders(settings)
    settings.ami_secret_file.write_text("secret")
    render_config(
        settings,
        asterisk,
        parsing.parse_plan(PLAN.read_text()),
        [SipAccount("7x7mqw2v9abcde", "secret", agent=None, desk="01", browser_account="2b2b2b2b2b2b2b")],
        settings.trunks,
    )
    return settings.asterisk_etc


@pytest.fixture(scope="session")
def dialplan_text(etc: Path) -> str:
    """The whole dialplan without its comments: the rendered file and the files that it includes."""
    rendered = (etc / "extensions.conf").read_text()
    included = [Path(name).read_text() for name in re.findall(r'^#include "(.*)"$', rendered, re.MULTILINE)]
    lines = "\n".join([rendered, *included]).splitlines()
    return "\n".join(re.split(r"(?<!\\);", line)[0].rstrip() for line in lines)


@pytest.fixture(scope="session")
def steps(dialplan_text: str) -> list[Step]:
    return _steps(dialplan_text)


@pytest.fixture(scope="session")
def steps_with_line(dialplan_text: str) -> Callable[[str, str], list[Step]]:
    """The steps of the dialplan with another line at the beginning of a context."""
    return lambda context, line: _steps(dialplan_text.replace(f"[{context}]\n", f"[{context}]\n{line}\n", 1))


def _steps(dialplan_text: str) -> list[Step]:
    found, context, exten = [], "", ""
    for line in dialplan_text.splitlines():
        if section := _SECTION.fullmatch(line):
            context = section[1]
        elif step := _STEP.fullmatch(line):
            exten = step["exten"] or exten
            found.append(Step(context, exten, step["label"] or "", step["app"], _arguments(step["arguments"] or "")))
        elif "=>" in line:
            raise AssertionError(f"not a step that this test can read: {line}")
    return found


def _arguments(text: str) -> tuple[str, ...]:
    parts, depth = [""], 0
    for character in text:
        depth += (character in "({[") - (character in ")}]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return tuple(parts)
