"""`trunk`: trunks in the database, whose passwords are encrypted with a key outside of it."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from reception import Reception

from records import changes, trunks
from records.actor import command_line_actor
from records.trunks import StoredTrunk
from routing.trunk_states import TrunkState
from standardiste.cli import main

SECRET = "se;cret [of] = us"
Typed = Callable[..., Result]


@pytest.fixture
def typed(reception: Reception) -> Typed:
    """`typed("list", answers="...")`: `standardiste trunk list` on a prepared installation."""

    def run(*arguments: str, answers: str = "") -> Result:
        return CliRunner(mix_stderr=False).invoke(main, ["trunk", *arguments], input=answers, env=reception.environment)

    return run


def stored(reception: Reception) -> tuple[StoredTrunk, ...]:
    return trunks.list_trunks(reception.database, reception.installation.secret_box)


def password(trunk: StoredTrunk) -> str:
    return trunk.trunk.password.get_secret_value()


def pjsip(reception: Reception) -> str:
    return (reception.settings.asterisk_etc / "pjsip.conf").read_text()


def everything_below(folder: Path) -> bytes:
    """Each file but Asterisk's own, which must hold the password, and the key."""
    files = [path for path in folder.rglob("*") if path.is_file() and "asterisk/etc" not in str(path)]
    return b"\n".join(path.read_bytes() for path in files)


# --- added, changed, removed ------------------------------------------------------------------------------------------


def test_a_trunk_is_added_and_asterisks_files_have_it_at_once(typed: Typed, reception: Reception) -> None:
    result = typed("add", "op", "192.0.2.1", "--numbers", "national", "--caller-id", "+33199000000", "--nat")

    assert result.exit_code == 0, result.stderr
    (op,) = stored(reception)
    assert (op.trunk.address, op.trunk.numbers, op.trunk.nat) == ("192.0.2.1", "national", True)
    assert "[op]\ntype = endpoint" in pjsip(reception)


def test_the_password_is_typed_without_echo_and_is_nowhere_in_clear(typed: Typed, reception: Reception) -> None:
    result = typed("add", "op", "192.0.2.1", "--user", "us", answers=f"{SECRET}\n")
    typed("change", "op", "--label", "Opérateur principal")
    outputs = [typed("list").stdout, typed("test", "op").stderr, result.stdout, result.stderr]

    assert password(stored(reception)[0]) == SECRET
    assert "password = se\\;cret [of] = us" in pjsip(reception)
    assert SECRET not in "".join(outputs)
    assert SECRET.encode() not in everything_below(reception.settings.var)
    log = changes.list_changes(reception.database, command_line_actor("test"))
    assert [change.kind for change in log][:2] == ["trunk.change", "trunk.add"]
    assert "password" not in log[1].after


def test_the_password_may_come_from_a_file(typed: Typed, tmp_path: Path, reception: Reception) -> None:
    (tmp_path / "password").write_text(f"{SECRET}\n")

    typed("add", "op", "192.0.2.1", "--user", "us", "--password-file", str(tmp_path / "password"))

    assert password(stored(reception)[0]) == SECRET


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("op", "192.0.2.9"), "op already"),
        (("trunk", "192.0.2.1"), "trunk: 'trunk' cannot name a trunk"),
        (("two\n[x]", "192.0.2.1"), "cannot name a trunk"),
        (("two", "op@example"), "two.address"),
        (("two", "op.example\npassword = x"), "two.address"),
        (("two", "192.0.2.1", "--srtp"), "two: srtp"),
        (("two", "192.0.2.1", "--caller-id", "0199000000"), "two.caller_ids"),
        (("two", "192.0.2.1", "--calls-per-second", "1000"), "two.calls_per_second"),
        (("two", "10.1.2.3"), "10.1.2.3 is in a private network"),
        (("two", "127.0.0.1"), "127.0.0.1 is in a private network, or is this machine"),
        (("two", "192.0.2.1", "--network", "192.168.7.0/24"), "192.168.7.0/24 is in a private network"),
        (("two", "192.0.2.1", "--network", "0.0.0.0/0"), "0.0.0.0/0 cannot be an operator's"),
        (("two", "224.0.0.1", "--private"), "224.0.0.1 cannot be an operator's"),
    ],
)
def test_a_trunk_that_cannot_be_added_changes_nothing(
    typed: Typed, reception: Reception, arguments: tuple[str, ...], said: str
) -> None:
    typed("add", "op", "192.0.2.1")
    before = stored(reception), pjsip(reception)

    result = typed("add", *arguments)

    assert result.exit_code == 1
    assert said in result.stderr
    assert (stored(reception), pjsip(reception)) == before


def test_a_private_address_is_taken_when_it_is_confirmed(typed: Typed, reception: Reception) -> None:
    assert typed("add", "op", "10.1.2.3", "--private").exit_code == 0
    assert typed("change", "op", "--nat").exit_code == 0  # what was confirmed is not asked again
    assert typed("change", "op", "--address", "10.1.2.4").exit_code == 1


def test_what_is_not_given_stays_and_an_empty_text_removes_a_value(typed: Typed, reception: Reception) -> None:
    typed("add", "op", "192.0.2.1", "--user", "us", "--network", "192.0.2.0/28", answers=f"{SECRET}\n")

    changed = typed("change", "op", "--nat", "--network", "")

    assert changed.exit_code == 0, changed.stderr
    (op,) = stored(reception)
    assert (password(op), op.trunk.nat, op.trunk.networks) == (SECRET, True, ())
    assert typed("change", "op", "--user", "").exit_code == 0
    (op,) = stored(reception)
    assert (op.trunk.user, password(op), "type = registration" in pjsip(reception)) == ("", "", False)


@pytest.mark.parametrize("option", [("--address", "other.example"), ("--user", "other"), ("--transport", "tls")])
def test_the_password_is_typed_again_when_it_would_go_to_somebody_else(
    typed: Typed, reception: Reception, option: tuple[str, str]
) -> None:
    typed("add", "op", "192.0.2.1", "--user", "us", answers=f"{SECRET}\n")

    assert typed("change", "op", *option, answers="another\n").exit_code == 0
    assert password(stored(reception)[0]) == "another"


def test_the_first_trunk_carries_our_calls_and_another_can_be_put_first(typed: Typed, reception: Reception) -> None:
    typed("add", "one", "192.0.2.1")
    typed("add", "two", "198.51.100.2")
    dialplan = reception.settings.asterisk_etc / "extensions.conf"
    assert "TRUNK_FIRST = one\n" in dialplan.read_text()

    typed("change", "two", "--first")

    assert "TRUNK_FIRST = two\n" in dialplan.read_text()
    assert [one.name for one in stored(reception)] == ["two", "one"]


def test_a_removed_trunk_leaves_neither_password_nor_configuration(typed: Typed, reception: Reception) -> None:
    typed("add", "op", "192.0.2.1", "--user", "us", answers=f"{SECRET}\n")

    assert typed("remove", "op").exit_code == 0

    assert stored(reception) == ()
    assert "192.0.2.1" not in pjsip(reception)
    with reception.database.read() as connection:
        assert connection.exec_driver_sql("SELECT secret FROM trunk").scalar() is None
    assert typed("remove", "op").stderr == "There is no trunk 'op'; `standardiste trunk list` shows them.\n"


def test_a_trunk_that_a_centre_needs_is_not_removed(typed: Typed, reception: Reception) -> None:
    typed("add", "op", "192.0.2.1")
    plan = reception.settings.var / "plan.yaml"
    plan.write_text(plan_with_centre(reception, "op"))
    reception.run("plan", "publish", str(plan))

    refused = typed("remove", "op")

    assert "leads to overflow centres of the plan (partner)" in refused.stderr
    assert len(stored(reception)) == 1


def plan_with_centre(reception: Reception, trunk: str) -> str:
    from records.plan import plan_versions

    current = plan_versions.get_current_version(reception.database)
    assert current
    return current.text + f"\noverflow:\n  centres:\n  - {{name: partner, sip: {trunk}}}\n"


def test_without_asterisk_each_trunk_is_unknown(typed: Typed) -> None:
    assert "No trunk yet" in typed("list").stderr

    typed("add", "op", "192.0.2.1")

    result = typed("list")
    assert (result.exit_code, "is unknown to Asterisk." in result.stdout) == (1, True)


# --- the key ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def with_password(typed: Typed) -> None:
    typed("add", "op", "192.0.2.1", "--user", "us", answers=f"{SECRET}\n")


@pytest.mark.usefixtures("with_password")
def test_the_key_is_a_private_file_and_can_be_exchanged(typed: Typed, reception: Reception) -> None:
    file = reception.settings.trunk_key_file
    old = file.read_bytes()

    said = typed("rotate-key")

    assert said.stdout.startswith("1 passwords are encrypted with a new key")
    assert file.read_bytes() != old
    assert len(file.read_bytes().split()) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert password(stored(reception)[0]) == SECRET


@pytest.mark.usefixtures("with_password")
def test_without_the_key_everything_works_but_the_registration(
    typed: Typed, reception: Reception, tmp_path: Path
) -> None:
    key = tmp_path / "kept"
    reception.settings.trunk_key_file.rename(key)

    reception.run("prepare")  # which makes a new key

    (op,) = stored(reception)
    assert (op.is_locked, op.trunk.address) == (True, "192.0.2.1")
    assert "type = registration" not in pjsip(reception)
    assert "[op]\ntype = endpoint" in pjsip(reception)
    assert "Put the copy of the key file back" in typed("list").stdout
    assert typed("rotate-key").exit_code == 1
    assert typed("change", "op", "--nat").exit_code == 0  # the password stays, though nobody can read it

    assert "passwords of 1 trunks can be read" in typed("import-key", str(key)).stdout
    assert password(stored(reception)[0]) == SECRET
    assert "type = registration" in pjsip(reception)


@pytest.mark.usefixtures("with_password")
def test_a_file_that_is_no_key_is_refused_and_the_keys_stay(typed: Typed, reception: Reception, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("no key\n")

    assert "something that is no key" in typed("import-key", str(tmp_path / "other")).stderr
    assert password(stored(reception)[0]) == SECRET


@pytest.mark.usefixtures("with_password")
def test_a_password_that_is_lost_is_typed_again(typed: Typed, reception: Reception) -> None:
    reception.settings.trunk_key_file.write_text("")
    reception.settings.trunk_key_file.unlink()
    reception.run("prepare")

    assert typed("change", "op", "--password", answers="the same again\n").exit_code == 0

    assert not stored(reception)[0].is_locked


# --- from the settings ------------------------------------------------------------------------------------------------


def test_the_doctor_says_that_the_settings_still_hold_trunks(reception: Reception) -> None:
    reception.environment["STANDARDISTE_TRUNKS"] = json.dumps({"op": {"address": "192.0.2.1"}})

    checks = json.loads(reception.run("doctor", "--json", check=False).stdout)

    (found,) = [check for check in checks if check["name"] == "trunks in the settings"]
    assert (found["ok"], "op" in found["sentence"]) == (True, True)


# --- states -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("registration", "contact", "said"),
    [
        ("Rejected", "Reachable", "refuses our registration"),
        ("Rejected", "Unreachable", "refuses our registration"),
        ("Registered", "Unreachable", "does not answer"),
        ("Unregistered", "Reachable", "has not registered us"),
        ("Registered", "", "unknown to Asterisk"),
        ("Registered", "Reachable", ""),
    ],
)
def test_a_fault_is_said_in_words(
    typed: Typed, reception: Reception, registration: str, contact: str, said: str
) -> None:
    typed("add", "op", "192.0.2.1", "--user", "us", answers=f"{SECRET}\n")
    (op,) = stored(reception)

    fault = TrunkState(op.name, op.label, op.trunk, registration, contact).fault

    assert said in (str(fault.problem) if fault else "")
    assert bool(fault) == bool(said)
