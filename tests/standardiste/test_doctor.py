"""What `doctor` says of a machine, in both languages, and what it looks at."""

import ast
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
from plans import with_parts
from reception import Reception

from records import callback_acceptance, plans
from records.callback_wish import CallbackChannel, Wish
from records.verdict import Check
from routing.hours import ALWAYS
from standardiste import asterisk_checks, checks, heartbeat, machine_checks, part_checks, supervision
from standardiste.guard import HEARTS
from standardiste.heartbeat import LATE_S, Heart, beats
from standardiste.settings import CHECKOUT

Run = Callable[..., Result]

CHECKING = [
    *CHECKOUT.glob("*/checks.py"),
    *CHECKOUT.glob("standardiste/*_check*.py"),
    *CHECKOUT.glob("prompts/checks.py"),
]

MODULES = asterisk_checks.EXPECTED.read_text()
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


@pytest.mark.parametrize("file", sorted(set(CHECKING)), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_check_is_told_in_french_too(file: Path) -> None:
    made = [
        node
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Check"
    ]
    for call in made:
        given = len(call.args) + len(call.keywords)
        names = {keyword.arg for keyword in call.keywords}
        assert len(call.args) == 6 or "sentence_fr" in names, f"{file.name}:{call.lineno}"
        assert given in (4, 6), f"{file.name}:{call.lineno} has a mend in one language alone"


def test_the_languages_are_two_and_what_has_no_french_is_told_in_english() -> None:
    check = Check("x", False, "It is broken.", "Mend it.", "C'est cassé.", "Réparez-le.")

    assert check.told("fr") == ("C'est cassé.", "Réparez-le.")
    assert check.told("en") == ("It is broken.", "Mend it.")
    assert Check("x", False, "It is broken.", "Mend it.").told("fr") == check.told("en")


def test_doctor_speaks_french_when_asked(run: Run) -> None:
    said = run("doctor", "--language", "fr")

    assert said.exit_code == 1
    assert "ERREUR switch: Asterisk ne fonctionne pas : personne n'est accueilli." in said.stdout
    assert "Démarrez le serveur" in said.stdout
    told = json.loads(run("doctor", "--json", "--language", "fr").stdout)
    assert all(set(check) == {"name", "ok", "sentence", "mend"} for check in told)
    assert run("doctor", "--language", "de").exit_code == 2


def test_the_modules_are_those_of_the_list() -> None:
    assert asterisk_checks.modules(shown(expected())).ok
    some = [module for module in expected() if module != "app_queue.so"]

    told = asterisk_checks.modules(shown([*some, "app_system.so"]))

    assert not told.ok
    assert told.sentence == "Asterisk lacks app_queue.so and has app_system.so too."
    assert told.sentence_fr == "Asterisk n'a pas app_queue.so et a aussi app_system.so."


def test_each_format_becomes_each_other() -> None:
    assert asterisk_checks.codecs(TRANSLATIONS).ok
    lacking = TRANSLATIONS.replace(" 9600   9000", "    -   9000")
    assert "g722→slin8" in asterisk_checks.codecs(lacking).sentence
    assert not asterisk_checks.codecs("").ok


def test_a_private_port_that_others_can_reach_is_told() -> None:
    port = ports.free()
    settings = Reception(Path("/nowhere"), agi_port=port).settings
    assert machine_checks.ports(settings).ok
    with socket.create_server(("127.0.0.1", port)):
        assert machine_checks.ports(settings).ok
    with socket.create_server(("0.0.0.0", port)):
        told = machine_checks.ports(settings)
    assert not told.ok
    assert f"TCP port {port} (agi_port)" in told.sentence


def test_a_part_that_is_frozen_and_a_clock_that_was_set_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Reception(tmp_path).settings
    heart = Heart(settings.heartbeats, "calls")
    assert beats(settings.heartbeats) == ()
    heart.beat()
    [beat] = beats(settings.heartbeats)
    assert (beat.part, beat.is_late) == ("calls", False)

    now, wall = heartbeat._since_boot, time.time
    monkeypatch.setattr(time, "time", lambda: wall() + 3600)
    told = {check.name: check for check in machine_checks.clock(settings)}
    assert "set by +3600 s" in told["clock"].sentence
    assert not beats(settings.heartbeats)[0].is_late

    monkeypatch.setattr(heartbeat, "_since_boot", lambda: now() + LATE_S + 1)
    assert beats(settings.heartbeats)[0].is_late
    heart.beat()
    assert not beats(settings.heartbeats)[0].is_late
    monkeypatch.setattr(heartbeat, "_since_boot", lambda: 5.0)  # the machine was started anew
    assert beats(settings.heartbeats)[0].is_late


def test_a_part_that_was_never_started_is_told(tmp_path: Path) -> None:
    settings = Reception(tmp_path).settings
    for heart in HEARTS.values():
        if heart != "webhooks":
            Heart(settings.heartbeats, heart).beat()
    [told] = part_checks.states(settings)
    assert (told.ok, told.sentence) == (False, "Never started here: webhooks.")

    Heart(settings.heartbeats, "webhooks").beat()
    assert list(part_checks.states(settings)) == []


def test_a_supervisor_that_is_frozen_is_told(reception: Reception, monkeypatch: pytest.MonkeyPatch) -> None:
    supervision.configure(reception.settings, reception.house.asterisk)
    monkeypatch.setattr(supervision, "SAYS_MAX_S", 1)
    with closing(socket.socket(socket.AF_UNIX)) as frozen:  # as the kernel answers for it, and nobody else
        frozen.bind(str(reception.settings.var / "supervisor.sock"))
        frozen.listen()
        [told] = part_checks.states(reception.settings)
    assert not told.ok
    assert "The supervisor gives no answer" in told.sentence


def test_a_clock_that_nobody_answers_for_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "timedatectl").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "timedatectl").chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(machine_checks, "SAYS_MAX_S", 0.2)
    told = list(machine_checks.clock(Reception(tmp_path / "var").settings))
    assert [check.name for check in told] == ["time zones", "clock"]


def test_a_heart_never_fails(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    Heart(tmp_path / "file" / "folder", "calls").beat()


def test_the_age_of_the_backup_is_told_and_its_absence_after_a_day(reception: Reception) -> None:
    house, now = reception.house, datetime.now(UTC)
    [new] = checks.backups(house, now)
    assert (new.ok, new.mend is None) == (True, False)  # advice on the first day
    [never] = checks.backups(house, now + timedelta(days=3))
    assert (never.ok, never.sentence) == (False, "There is no backup, after 72 hours.")

    reception.settings.backups.mkdir()
    (reception.settings.backups / "standardiste-20250303T120000Z.tar.gz").touch()
    assert [check.ok for check in checks.backups(house, now)] == [True]
    assert [check.ok for check in checks.backups(house, now + timedelta(days=2))] == [False]
    house.base.close()


def test_any_file_that_others_can_read_is_named(reception: Reception) -> None:
    exposed = reception.settings.voicemail / "1.1.wav"
    exposed.touch(mode=0o600)
    assert [check.ok for check in machine_checks.rights(reception.settings)] == [True]
    os.chmod(exposed, 0o644)

    [told] = machine_checks.rights(reception.settings)

    assert str(exposed) in told.sentence


def test_callbacks_that_cannot_be_rung_are_told_and_a_fault_once_somebody_waits(reception: Reception) -> None:
    [advice] = checks.callbacks(reception.house)
    plan, at = reception.house.plan, datetime.now(UTC)
    wish = Wish("+33639980001", plan.numbers[0].public, CallbackChannel.KEY, "fr")
    callback_acceptance.accept(reception.base, wish, plan.callbacks, ALWAYS, plan.timezone, at=at)
    [told] = checks.callbacks(reception.house)

    assert (advice.ok, told.ok) == (True, False)
    assert "trunk add" in (told.mend or "")
    trunks = json.dumps({"operator": {"address": "192.0.2.1"}})
    with closing(Reception(reception.settings.var, trunks=trunks).house) as led_out:
        assert list(checks.callbacks(led_out)) == []
    short = with_parts(staff="  {strategy: rrmemory, ring_s: 15, max_wait_s: 60, wrapup_s: 0}")
    plans.save(reception.base, short, author="test", at=at)
    with closing(Reception(reception.settings.var, trunks=trunks).house) as hurried:
        [told] = checks.callbacks(hurried)
        assert not told.ok and "staff.ring_s" in (told.mend or "")


def test_passwords_in_a_settings_file_for_everybody_are_told(
    reception: Reception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "standardiste.toml"
    file.touch(mode=0o644)
    monkeypatch.setenv("STANDARDISTE_CONFIG", str(file))
    trunks = json.dumps({"operator": {"address": "192.0.2.1", "user": "us", "password": "secret"}})
    settings = Reception(reception.settings.var, trunks=trunks).settings

    def faults() -> list[str]:
        return [check.name for check in machine_checks.rights(settings) if not check.ok]

    assert faults() == ["settings rights"]
    with monkeypatch.context() as container:
        container.setattr(machine_checks, "SECRETS", tmp_path)
        assert faults() == []
    file.chmod(0o600)
    assert faults() == []
