"""What `doctor` says of a machine, in both languages, and what it looks at."""

import json
import os
import socket
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ports
import pytest
from click.testing import Result
from plan_variants import plan_with
from reception import Reception

from prompts.callback_offer import longest_offer_s
from records.callbacks import acceptance
from records.callbacks.callback_request import CallbackChannel, CallbackRequest
from records.check_result import CheckResult
from records.plan import plan_versions
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import ALWAYS_OPEN
from standardiste.doctor import asterisk_checks, installation_checks, machine_checks, part_checks
from standardiste.parts import heartbeat, supervisord_control
from standardiste.parts.guard import HEARTBEAT_BY_PART
from standardiste.parts.heartbeat import HEARTBEAT_TIMEOUT_S, Heartbeat, read_heartbeats
from translations.message import Message, translatable

Run = Callable[..., Result]

MODULES = asterisk_checks.MODULES_FILE.read_text()
TRANSLATIONS = """\
         Translation times between formats (in microseconds) for one second of data
          Source Format (Rows) Destination Format (Columns)

           ulaw  alaw slin8 slin16  g722
     ulaw     -  9150  9000  17000 17250
     alaw  9150     -  9000  17000 17250
    slin8  6000  6000     -   8000  8250
   slin16 14500 14500  8500      -  6000
     g722 15600 15600  9600   9000     -
"""


def shown(modules: list[str]) -> str:
    rows = [f"{module:<30} Words about it {'':<26} 0          Running              core" for module in modules]
    return "\n".join(["Module  Description  Use Count  Status  Support Level", *rows, f"{len(rows)} modules loaded"])


def expected() -> list[str]:
    return [line.split()[2] for line in MODULES.splitlines() if line.startswith("load = ")]


def test_a_check_is_told_in_the_language_asked_for() -> None:
    check = CheckResult("x", False, translatable("Asterisk runs."), translatable("Start the server: script/server."))

    assert check.in_language("fr") == ("Asterisk fonctionne.", "Démarrez le serveur : script/server.")
    assert check.in_language("en") == ("Asterisk runs.", "Start the server: script/server.")
    assert CheckResult("x", True, Message("Python 3.11.")).in_language("fr") == ("Python 3.11.", None)


def test_doctor_speaks_french_when_asked(run: Run) -> None:
    said = run("doctor", "--language", "fr")

    assert said.exit_code == 1
    assert "ERREUR switch: Asterisk ne fonctionne pas : personne n'est accueilli." in said.stdout
    assert "Démarrez le serveur" in said.stdout
    told = json.loads(run("doctor", "--json", "--language", "fr").stdout)
    assert all(set(check) == {"name", "ok", "sentence", "mend"} for check in told)
    assert run("doctor", "--language", "de").exit_code == 2


def test_the_modules_are_those_of_the_list() -> None:
    assert asterisk_checks.check_modules(shown(expected())).ok
    some = [module for module in expected() if module != "app_queue.so"]

    told = asterisk_checks.check_modules(shown([*some, "app_system.so"]))

    assert not told.ok
    assert str(told.message) == "Asterisk lacks app_queue.so and has app_system.so too."
    assert told.message.in_language("fr") == "Asterisk n'a pas app_queue.so et a aussi app_system.so."


def test_each_format_becomes_each_other() -> None:
    assert asterisk_checks.check_codecs(TRANSLATIONS).ok
    lacking = TRANSLATIONS.replace(" 9600   9000", "    -   9000")
    assert "g722→slin8" in str(asterisk_checks.check_codecs(lacking).message)
    assert not asterisk_checks.check_codecs("").ok


def test_a_private_port_that_others_can_reach_is_told() -> None:
    port = ports.free()
    settings = Reception(Path("/nowhere"), agi_port=port).settings
    assert machine_checks.check_ports(settings).ok
    with socket.create_server(("127.0.0.1", port)):
        assert machine_checks.check_ports(settings).ok
    with socket.create_server(("0.0.0.0", port)):
        told = machine_checks.check_ports(settings)
    assert not told.ok
    assert f"TCP port {port} (agi_port)" in str(told.message)


def test_a_part_that_is_frozen_and_a_clock_that_was_set_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Reception(tmp_path).settings
    heart = Heartbeat(settings.heartbeats, "calls")
    assert read_heartbeats(settings.heartbeats) == ()
    heart.beat()
    [beat] = read_heartbeats(settings.heartbeats)
    assert (beat.part, beat.is_late) == ("calls", False)

    now, wall = heartbeat._seconds_since_boot, time.time
    monkeypatch.setattr(time, "time", lambda: wall() + 3600)
    told = {check.name: check for check in machine_checks.check_clock(settings)}
    assert "set by +3600 s" in str(told["clock"].message)
    assert not read_heartbeats(settings.heartbeats)[0].is_late

    monkeypatch.setattr(heartbeat, "_seconds_since_boot", lambda: now() + HEARTBEAT_TIMEOUT_S + 1)
    assert read_heartbeats(settings.heartbeats)[0].is_late
    heart.beat()
    assert not read_heartbeats(settings.heartbeats)[0].is_late
    monkeypatch.setattr(heartbeat, "_seconds_since_boot", lambda: 5.0)  # the machine was started anew
    assert read_heartbeats(settings.heartbeats)[0].is_late


def test_a_part_that_was_never_started_is_told(tmp_path: Path) -> None:
    settings = Reception(tmp_path).settings
    for heart in HEARTBEAT_BY_PART.values():
        if heart != "webhooks":
            Heartbeat(settings.heartbeats, heart).beat()
    [told] = part_checks.check_part_states(settings)
    assert (told.ok, str(told.message)) == (False, "Never started here: webhooks.")

    Heartbeat(settings.heartbeats, "webhooks").beat()
    assert list(part_checks.check_part_states(settings)) == []


def test_a_supervisor_that_is_frozen_is_told(reception: Reception, monkeypatch: pytest.MonkeyPatch) -> None:
    supervisord_control.write_configuration(reception.settings, reception.installation.asterisk)
    monkeypatch.setattr(supervisord_control, "COMMAND_TIMEOUT_S", 1)
    with closing(socket.socket(socket.AF_UNIX)) as frozen:  # as the kernel answers for it, and nobody else
        frozen.bind(str(reception.settings.var / "supervisor.sock"))
        frozen.listen()
        [told] = part_checks.check_part_states(reception.settings)
    assert not told.ok
    assert "The supervisor gives no answer" in str(told.message)


def test_a_clock_that_nobody_answers_for_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "timedatectl").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "timedatectl").chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(machine_checks, "COMMAND_TIMEOUT_S", 0.2)
    told = list(machine_checks.check_clock(Reception(tmp_path / "var").settings))
    assert [check.name for check in told] == ["time zones", "clock"]


def test_a_heart_never_fails(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    Heartbeat(tmp_path / "file" / "folder", "calls").beat()


def test_the_age_of_the_backup_is_told_and_its_absence_after_a_day(reception: Reception) -> None:
    house, now = reception.installation, datetime.now(UTC)
    [new] = installation_checks.check_backups(house, now)
    assert (new.ok, new.remedy is None) == (True, False)  # advice on the first day
    [never] = installation_checks.check_backups(house, now + timedelta(days=3))
    assert (never.ok, str(never.message)) == (False, "There is no backup, after 72 hours.")

    reception.settings.backups.mkdir()
    (reception.settings.backups / "standardiste-20250303T120000Z.tar.gz").touch()
    assert [check.ok for check in installation_checks.check_backups(house, now)] == [True]
    assert [check.ok for check in installation_checks.check_backups(house, now + timedelta(days=2))] == [False]
    house.database.close()


def test_any_file_that_others_can_read_is_named(reception: Reception) -> None:
    exposed = reception.settings.voicemail / "1.1.wav"
    exposed.touch(mode=0o600)
    assert [check.ok for check in machine_checks.check_permissions(reception.settings)] == [True]
    os.chmod(exposed, 0o644)

    [told] = machine_checks.check_permissions(reception.settings)

    assert str(exposed) in str(told.message)


def test_callbacks_that_cannot_be_rung_are_told_and_a_fault_once_somebody_waits(reception: Reception) -> None:
    [advice] = installation_checks.check_callbacks(reception.installation)
    plan, at = reception.installation.plan, datetime.now(UTC)
    wish = CallbackRequest("+33639980001", plan.numbers[0].e164, CallbackChannel.KEY, "fr")
    acceptance.accept_callback(
        reception.database, wish, CallbackTerms(plan.callbacks, Calendar(ALWAYS_OPEN, plan.timezone)), at=at
    )
    [told] = installation_checks.check_callbacks(reception.installation)

    assert (advice.ok, told.ok) == (True, False)
    assert "trunk add" in str(told.remedy)
    trunks = json.dumps({"operator": {"address": "192.0.2.1"}})
    with closing(Reception(reception.settings.var, trunks=trunks).installation) as led_out:
        assert list(installation_checks.check_callbacks(led_out)) == []
    too_short = 2 * longest_offer_s(reception.settings.sounds, reception.installation.plan) - 1
    short = plan_with(staff=f"  {{strategy: rrmemory, ring_s: {too_short}, max_wait_s: 60, wrapup_s: 0}}")
    plan_versions.save_plan(reception.database, short, author="test", at=at)
    with closing(Reception(reception.settings.var, trunks=trunks).installation) as hurried:
        [told] = installation_checks.check_callbacks(hurried)
        assert not told.ok and "staff.ring_s" in str(told.remedy)


def test_passwords_in_a_settings_file_for_everybody_are_told(
    reception: Reception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "standardiste.toml"
    file.touch(mode=0o644)
    monkeypatch.setenv("STANDARDISTE_CONFIG", str(file))
    trunks = json.dumps({"operator": {"address": "192.0.2.1", "user": "us", "password": "secret"}})
    settings = Reception(reception.settings.var, trunks=trunks).settings

    def faults() -> list[str]:
        return [check.name for check in machine_checks.check_permissions(settings) if not check.ok]

    assert faults() == ["settings rights"]
    with monkeypatch.context() as container:
        container.setattr(machine_checks, "SECRETS_FOLDER", tmp_path)
        assert faults() == []
    file.chmod(0o600)
    assert faults() == []
