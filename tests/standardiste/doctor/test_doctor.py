"""The checks of `doctor`."""

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
from records import trunks
from records.actor import command_line_actor
from records.callbacks import acceptance
from records.callbacks.callback_request import CallbackChannel, CallbackRequest
from records.check_result import CheckResult
from records.plan import plan_versions
from records.secret_box import SecretBox
from records.trunks import StoredTrunk
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import ALWAYS_OPEN
from routing.trunks import Trunk
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


def test_a_check_is_given_in_the_requested_language() -> None:
    check = CheckResult("x", False, translatable("Asterisk runs."), translatable("Start the server: script/server."))

    assert check.in_language("fr") == ("Asterisk fonctionne.", "Démarrez le serveur\N{NO-BREAK SPACE}: script/server.")
    assert check.in_language("en") == ("Asterisk runs.", "Start the server: script/server.")
    assert CheckResult("x", True, Message("Python 3.11.")).in_language("fr") == ("Python 3.11.", None)


def test_doctor_speaks_french_on_request(run: Run) -> None:
    said = run("doctor", "--language", "fr")

    assert said.exit_code == 1
    assert (
        "ERREUR asterisk running: Asterisk ne fonctionne pas\N{NO-BREAK SPACE}: personne n'est accueilli."
        in said.stdout
    )
    assert "Démarrez le serveur" in said.stdout
    checks = json.loads(run("doctor", "--json", "--language", "fr").stdout)
    assert all(set(check) == {"name", "ok", "sentence", "mend"} for check in checks)
    assert run("doctor", "--language", "de").exit_code == 2


def test_missing_and_unexpected_modules_are_reported() -> None:
    assert asterisk_checks.check_modules(shown(expected())).ok
    some = [module for module in expected() if module != "app_queue.so"]

    check = asterisk_checks.check_modules(shown([*some, "app_system.so"]))

    assert not check.ok
    assert str(check.message) == "Asterisk lacks app_queue.so and has app_system.so too."
    assert check.message.in_language("fr") == "Asterisk n'a pas app_queue.so et a aussi app_system.so."


def test_a_missing_translation_between_codecs_is_reported() -> None:
    assert asterisk_checks.check_codecs(TRANSLATIONS).ok
    lacking = TRANSLATIONS.replace(" 9600   9000", "    -   9000")
    assert "g722→slin8" in str(asterisk_checks.check_codecs(lacking).message)
    assert not asterisk_checks.check_codecs("").ok


def test_a_private_port_that_is_open_to_others_is_reported() -> None:
    port = ports.free()
    settings = Reception(Path("/nowhere"), agi_port=port).settings
    assert machine_checks.check_ports(settings).ok
    with socket.create_server(("127.0.0.1", port)):
        assert machine_checks.check_ports(settings).ok
    with socket.create_server(("0.0.0.0", port)):
        check = machine_checks.check_ports(settings)
    assert not check.ok
    assert f"TCP port {port} (agi_port)" in str(check.message)


def test_a_late_heartbeat_and_a_changed_clock_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Reception(tmp_path).settings
    beating = Heartbeat(settings.heartbeats, "calls")
    assert read_heartbeats(settings.heartbeats) == ()
    beating.beat()
    [beat] = read_heartbeats(settings.heartbeats)
    assert (beat.part, beat.is_late) == ("calls", False)

    now, wall = heartbeat._seconds_since_boot, time.time
    monkeypatch.setattr(time, "time", lambda: wall() + 3600)
    checks = {check.name: check for check in machine_checks.check_clock(settings)}
    assert "set by +3600 s" in str(checks["clock"].message)
    assert not read_heartbeats(settings.heartbeats)[0].is_late

    monkeypatch.setattr(heartbeat, "_seconds_since_boot", lambda: now() + HEARTBEAT_TIMEOUT_S + 1)
    assert read_heartbeats(settings.heartbeats)[0].is_late
    beating.beat()
    assert not read_heartbeats(settings.heartbeats)[0].is_late
    monkeypatch.setattr(heartbeat, "_seconds_since_boot", lambda: 5.0)  # the machine was rebooted
    assert read_heartbeats(settings.heartbeats)[0].is_late


def test_a_part_that_was_never_started_is_reported(tmp_path: Path) -> None:
    settings = Reception(tmp_path).settings
    for heart in HEARTBEAT_BY_PART.values():
        if heart != "webhooks":
            Heartbeat(settings.heartbeats, heart).beat()
    [check] = part_checks.check_part_states(settings)
    assert (check.ok, str(check.message)) == (False, "Never started here: webhooks.")

    Heartbeat(settings.heartbeats, "webhooks").beat()
    assert list(part_checks.check_part_states(settings)) == []


def test_a_frozen_supervisor_is_reported(reception: Reception, monkeypatch: pytest.MonkeyPatch) -> None:
    supervisord_control.write_configuration(reception.settings, reception.installation.asterisk)
    monkeypatch.setattr(supervisord_control, "COMMAND_TIMEOUT_S", 1)
    with closing(socket.socket(socket.AF_UNIX)) as frozen:  # the kernel accepts connections, and no program answers
        frozen.bind(str(reception.settings.var / "supervisor.sock"))
        frozen.listen()
        [check] = part_checks.check_part_states(reception.settings)
    assert not check.ok
    assert "The supervisor gives no answer" in str(check.message)


def test_the_ntp_check_is_skipped_without_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "timedatectl").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "timedatectl").chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(machine_checks, "COMMAND_TIMEOUT_S", 0.2)
    checks = list(machine_checks.check_clock(Reception(tmp_path / "var").settings))
    assert [check.name for check in checks] == ["time zones", "clock"]


def test_a_heartbeat_never_raises(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    Heartbeat(tmp_path / "file" / "folder", "calls").beat()


def test_an_old_and_a_missing_backup_are_reported(reception: Reception) -> None:
    installation, now = reception.installation, datetime.now(UTC)
    [new] = installation_checks.check_backups(installation, now)
    assert (new.ok, new.remedy is None) == (True, False)  # advice on the first day
    [never] = installation_checks.check_backups(installation, now + timedelta(days=3))
    assert (never.ok, str(never.message)) == (False, "There is no backup, after 72 hours.")

    reception.settings.backups.mkdir()
    (reception.settings.backups / "standardiste-20250303T120000Z.tar.gz").touch()
    assert [check.ok for check in installation_checks.check_backups(installation, now)] == [True]
    assert [check.ok for check in installation_checks.check_backups(installation, now + timedelta(days=2))] == [False]
    installation.database.close()


def test_a_file_that_other_users_can_read_is_named(reception: Reception) -> None:
    exposed = reception.settings.voicemail / "1.1.wav"
    exposed.touch(mode=0o600)
    assert [check.ok for check in machine_checks.check_permissions(reception.settings)] == [True]
    os.chmod(exposed, 0o644)

    [check] = machine_checks.check_permissions(reception.settings)

    assert str(exposed) in str(check.message)


def test_callbacks_without_a_trunk_are_a_fault_once_a_visitor_waits(reception: Reception) -> None:
    [advice] = installation_checks.check_callbacks(reception.installation)
    plan, at = reception.installation.plan, datetime.now(UTC)
    callback_request = CallbackRequest("+33639980001", plan.numbers[0].e164, CallbackChannel.KEY, "fr")
    acceptance.accept_callback(
        reception.database, callback_request, CallbackTerms(plan.callbacks, Calendar(ALWAYS_OPEN, plan.timezone)), at=at
    )
    [check] = installation_checks.check_callbacks(reception.installation)

    assert (advice.ok, check.ok) == (True, False)
    assert "trunk add" in str(check.remedy)
    trunk = StoredTrunk("operator", "Operator", Trunk(address="192.0.2.1"))
    trunks.add_trunk(reception.database, command_line_actor("test"), SecretBox([]), trunk, at=at)
    assert [each.name for each in installation_checks.check_callbacks(reception.installation)] == ["personal data"]
    too_short = 2 * longest_offer_s(reception.settings.sounds, reception.installation.plan) - 1
    short = plan_with(staff=f"  {{strategy: rrmemory, ring_s: {too_short}, max_wait_s: 60, wrapup_s: 0}}")
    plan_versions.save_plan(reception.database, short, author="test", at=at)
    with closing(Reception(reception.settings.var).installation) as hurried:
        [check, _] = installation_checks.check_callbacks(hurried)
        assert not check.ok and "staff.ring_s" in str(check.remedy)


def test_passwords_in_a_readable_settings_file_are_reported(
    reception: Reception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "standardiste.toml"
    file.touch(mode=0o644)
    monkeypatch.setenv("STANDARDISTE_CONFIG", str(file))
    configured = json.dumps({"operator": {"address": "192.0.2.1", "user": "us", "password": "secret"}})
    settings = Reception(reception.settings.var, trunks=configured).settings

    def faults() -> list[str]:
        return [check.name for check in machine_checks.check_permissions(settings) if not check.ok]

    assert faults() == ["settings permissions"]
    with monkeypatch.context() as container:
        container.setattr(machine_checks, "SECRETS_FOLDER", tmp_path)
        assert faults() == []
    file.chmod(0o600)
    assert faults() == []
