"""The setting `parts`: a machine runs some of the processes, and misses nothing of the others."""

import socket
from configparser import RawConfigParser
from pathlib import Path

import pytest
from pydantic import ValidationError
from reception import Reception

from standardiste.doctor import part_checks
from standardiste.installation import Installation
from standardiste.parts import supervisord_control
from standardiste.parts.guard import HEARTBEAT_BY_PART
from standardiste.parts.readiness import list_readiness_probes
from standardiste.parts.server import single_server
from standardiste.settings import PARTS, Settings

SOME = "asterisk, calls"


def programs(settings: Settings, installation: Installation) -> set[str]:
    """The programs in the configuration of the supervisor."""
    settings.log.mkdir(parents=True)
    read = RawConfigParser()
    read.read(supervisord_control.write_configuration(settings, installation.asterisk))
    return {section.removeprefix("program:") for section in read.sections() if section.startswith("program:")}


def test_every_part_runs_unless_some_are_chosen(tmp_path: Path) -> None:
    every, some = Reception(tmp_path / "every"), Reception(tmp_path / "some", parts=SOME)

    assert programs(every.settings, every.installation) == set(PARTS) == set(HEARTBEAT_BY_PART)
    assert programs(some.settings, some.installation) == {"asterisk", "calls"}


def test_the_server_waits_for_the_chosen_parts_alone(tmp_path: Path) -> None:
    assert [part for part, _ in list_readiness_probes(Reception(tmp_path, parts=SOME).installation)] == [
        "asterisk",
        "calls",
    ]


def test_a_port_of_a_part_that_does_not_run_here_may_be_taken(tmp_path: Path) -> None:
    settings = Reception(tmp_path / "var", parts=SOME).settings
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as holder:
        holder.bind(("127.0.0.1", settings.console_port))
        holder.listen()
        with single_server(settings):
            pass


def test_the_doctor_misses_only_the_chosen_parts(tmp_path: Path) -> None:
    [check] = part_checks.check_part_states(Reception(tmp_path / "var", parts="console, metrics").settings)

    assert (check.ok, str(check.message)) == (False, "Never started here: console, metrics.")


@pytest.mark.parametrize("parts", ["calls, phone", ","])
def test_what_is_no_part_is_refused(tmp_path: Path, parts: str) -> None:
    with pytest.raises(ValidationError, match="parts"):
        Reception(tmp_path, parts=parts)
