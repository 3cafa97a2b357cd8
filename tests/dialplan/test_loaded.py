"""Asterisk has what the dialplan uses: modules are loaded by name, and a missing one shows only in a call."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from asterisk_only import AsteriskOnly

PLAN = Path(__file__).parents[1] / "calls" / "plan.yaml"
FUNCTION = re.compile(r"(?:\$\{|Set\()([A-Z][A-Z_]+)\(")


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskOnly]:
    asterisk = AsteriskOnly(tmp_path_factory.mktemp("loaded") / "var", PLAN.read_text())
    asterisk.start()
    yield asterisk
    asterisk.stop()


def test_asterisk_has_each_application_of_the_dialplan(asterisk: AsteriskOnly, steps) -> None:
    used = {step.app for step in steps}
    assert {"Dial", "Queue", "Read"} <= used
    assert {
        app for app in used if "is (are) not registered" in asterisk.run_command(f"core show application {app}")
    } == set()
    assert "is (are) not registered" in asterisk.run_command(
        "core show application ExecIf"
    )  # the form of a negative answer


def test_asterisk_has_each_function_of_the_dialplan(asterisk: AsteriskOnly, dialplan_text: str) -> None:
    used = set(FUNCTION.findall(dialplan_text))
    assert {"CHANNEL", "MASTER_CHANNEL", "FILTER", "PJSIP_HEADER"} <= used
    assert {
        name for name in used if "No function by that name" in asterisk.run_command(f"core show function {name}")
    } == set()
    assert "No function by that name" in asterisk.run_command("core show function SHELL")
