"""The command line: output and exit codes."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest
from click.testing import CliRunner, Result
from databases import corrupt_database, migrated_file
from reception import Reception
from recorded_calls import record_call

from records.contacts.duplicates.following import propose_duplicates
from records.plan import plan_versions
from records.requests.requests import RequestKind, open_request
from records.staff import agents
from standardiste.cli import main
from standardiste.settings import CHECKOUT

Run = Callable[..., Result]
CALLER = "+33639980001"
REF = "1763757623.12"


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    file = tmp_path / "speech.wav"
    subprocess.run(["espeak-ng", "-v", "fr", "-w", file, "Voici le nouveau message du jour."], check=True)
    return file


@pytest.fixture
def called(reception: Reception) -> None:
    """A call and its open request."""
    at = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
    call = record_call(reception.database, REF, at, CALLER)
    open_request(
        reception.database,
        RequestKind.MISSED,
        call_ref=REF,
        contact_id=call.contact_id,
        line_id=call.line_id,
        at=at,
    )


def refusal(result: Result) -> str:
    """The error of a command that failed, in one sentence."""
    assert (result.exit_code, result.stdout) == (1, "")
    (sentence,) = result.stderr.splitlines()
    return sentence


def local(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo('Europe/Paris')):%Y-%m-%d %H:%M}"


# --- all commands ----------------------------------------------------------------------------------------------------


def every_command(group: click.Group, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    paths, context = [], click.Context(group)
    for name in group.list_commands(context):
        command, path = group.get_command(context, name), (*above, name)
        paths += every_command(command, path) if isinstance(command, click.Group) else [path]
    return paths


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    said = CliRunner().invoke(main, ["--version"], env={"STANDARDISTE_SIP_PORT": "nonsense"})
    assert (said.exit_code, said.stdout) == (0, f"standardiste {project['version']}\n")


@pytest.mark.parametrize("command", ["contact show", "request close", "key revoke", "webhook remove"])
def test_an_id_that_no_row_can_have_is_a_usage_error(run: Run, command: str) -> None:
    for number in ("0", "-1", "9" * 30, "x"):
        said = run(*command.split(), "--", number)
        assert said.exit_code == 2 and not said.stdout, said.output


@pytest.mark.parametrize("time", ["9999-12-31", "0001-01-01T00:00", "2030-02-30", "2101-01-01 00:00"])
def test_a_time_that_nobody_can_mean_is_a_usage_error(run: Run, speech: Path, time: str) -> None:
    said = run("message", "publish", str(speech), "--from", time)
    assert said.exit_code == 2, said.output
    assert run("webhook", "replay", "--since", time).exit_code == 2


@pytest.mark.parametrize("path", every_command(main), ids=" ".join)
def test_each_command_has_help_even_with_wrong_settings(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*path, "--help"], env={"STANDARDISTE_SIP_PORT": "nonsense"})

    assert result.exit_code == 0
    explained = result.output.split("\n\n")[1].strip()
    assert explained.endswith((".", ":"))


@pytest.mark.parametrize(
    "arguments",
    [
        *(["call", "list"], ["trace", REF], ["contact", "find", "x"], ["staff", "list"], ["staff", "add", "Ada"]),
        *(["request", "list"], ["message", "list"], ["message", "rollback"], ["prompt", "list"], ["prompt", "build"]),
        *(["plan", "show"], ["plan", "publish", str(CHECKOUT / "plan.yaml")], ["call", "0199000000"]),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_a_command_on_an_unprepared_installation_says_what_to_do(arguments: list[str], tmp_path: Path) -> None:
    environment = {"STANDARDISTE_VAR": str(tmp_path / "var")}

    result = CliRunner(mix_stderr=False).invoke(main, arguments, env=environment)

    assert "script/server" in refusal(result)
    assert not (tmp_path / "var").exists()


def test_a_corrupt_database_is_reported_in_one_sentence(reception: Reception, run: Run) -> None:
    said = corrupt_database(reception.settings.sqlalchemy_url)

    for arguments in (["call", "list"], ["plan", "show"], ["prepare"]):
        assert said in refusal(run(*arguments))

    command = [sys.executable, "-m", "standardiste", "server"]  # it prepares in a process of its own
    environment = os.environ | reception.environment
    server = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert (server.returncode, server.stdout) == (1, "")
    (sentence,) = server.stderr.splitlines()
    assert said in sentence


def test_a_folder_that_cannot_be_created_is_reported_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    environment = {"STANDARDISTE_VAR": str(tmp_path / "file" / "var")}

    for command in ("prepare", "server"):
        result = CliRunner(mix_stderr=False).invoke(main, [command], env=environment)
        assert refusal(result).startswith(str(tmp_path / "file"))


def test_a_missing_program_is_reported_in_one_sentence(
    reception: Reception, run: Run, speech: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    for arguments in (["message", "publish", str(speech)], ["call", "0199000000"]):
        assert "not installed" in run(*arguments).stderr
    assert "on air" in run("message", "list").stdout  # nothing has changed


def test_a_usage_error_has_exit_code_2(run: Run) -> None:
    wrong = (["callz"], ["call", "list", "--limit", "0"], ["call", "0199000000", "--press", "x"], ["staff", "add"])
    for arguments in wrong:
        assert run(*arguments).exit_code == 2


def test_preparing_again_changes_nothing(reception: Reception, run: Run) -> None:
    before = (plan_versions.list_plan_versions(reception.database), run("message", "list").stdout)

    assert run("prepare").exit_code == 0

    assert (plan_versions.list_plan_versions(reception.database), run("message", "list").stdout) == before


# --- config and doctor -----------------------------------------------------------------------------------------------


def test_config_check_prints_each_value_and_its_source(reception: Reception, run: Run) -> None:
    said = run("config", "check").stdout

    assert f"sip_port = {reception.settings.sip_port}   [environment]" in said
    assert "phones = 50   [default]" in said


def test_config_check_lists_all_that_is_wrong() -> None:
    environment = {"STANDARDISTE_SIP_PORT": "0", "STANDARDISTE_VOICE": "parrot", "STANDARDISTE_PORT": "1"}

    result = CliRunner(mix_stderr=False).invoke(main, ["config", "check"], env=environment)

    assert result.exit_code == 1
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["STANDARDISTE_PORT", "sip_port", "voice"]


def test_config_check_hides_the_password_of_the_database() -> None:
    environment = {"STANDARDISTE_DATABASE_URL": "postgresql://us:hidden@localhost/base"}

    said = CliRunner().invoke(main, ["config", "check"], env=environment).output

    assert "hidden" not in said
    assert "postgresql://us:...@localhost/base" in said


@pytest.mark.parametrize(("file", "options"), [("standardiste.toml.example", []), (".env.example", ["--environment"])])
def test_the_example_files_have_every_setting_with_default_and_description(file: str, options: list[str]) -> None:
    assert (CHECKOUT / file).read_text() == CliRunner().invoke(main, ["config", "example", *options]).output


def test_the_toml_example_has_the_default_values(tmp_path: Path) -> None:
    example = CliRunner().invoke(main, ["config", "example"]).output
    file = tmp_path / "all.toml"
    file.write_text("\n".join(line.removeprefix("# ") for line in example.splitlines() if " = " in line))

    said = CliRunner().invoke(main, ["config", "check"], env={"STANDARDISTE_CONFIG": str(file)}).output

    assert "[default]" not in said
    assert said.replace(str(file), "default") == CliRunner().invoke(main, ["config", "check"]).output


def test_doctor_on_an_empty_machine_says_what_to_do(tmp_path: Path) -> None:
    result = CliRunner(mix_stderr=False).invoke(main, ["doctor"], env={"STANDARDISTE_VAR": str(tmp_path / "var")})

    assert result.exit_code == 1
    assert "Nothing is prepared" in result.stdout
    assert "ok   espeak-ng" in result.stdout  # the checks of the machine run anyway
    assert not (tmp_path / "var").exists()


def test_doctor_before_the_first_start_says_which_file_that_start_makes(tmp_path: Path) -> None:
    var = tmp_path / "var"
    (var / "secrets").mkdir(parents=True)
    shutil.copy(migrated_file(), var / "standardiste.sqlite3")
    migrated = {"STANDARDISTE_VAR": str(var)}
    doctor = CliRunner(mix_stderr=False).invoke

    said = doctor(main, ["doctor"], env=migrated).stdout
    assert f"WRONG manager interface: There is no {var}/secrets/ami yet; the first start makes it." in said
    assert f"{var}/secrets/ami n'existe pas encore" in doctor(main, ["doctor", "--language", "fr"], env=migrated).stdout
    assert "[Errno" not in said

    (var / "secrets" / "ami").mkdir()  # what cannot be read for another reason
    said = doctor(main, ["doctor"], env=migrated).stdout
    assert f"{var}/secrets/ami cannot be read (Is a directory)." in said and "[Errno" not in said


def test_doctor_finds_only_that_nothing_runs(run: Run) -> None:
    result = run("doctor", "--json")

    checks = json.loads(result.stdout)
    assert result.exit_code == 1
    assert {check["name"] for check in checks if not check["ok"]} == {
        *("asterisk running", "parts", "calls", "manager interface", "leader", "public", "console", "live"),
    }
    assert all(check["mend"] for check in checks if not check["ok"])


def test_doctor_finds_open_permissions_and_a_missing_prompt(reception: Reception, run: Run) -> None:
    reception.settings.var.chmod(0o755)
    (reception.settings.sounds / "fr" / "apology.wav").unlink()

    said = run("doctor").stdout

    assert f"chmod 700 {reception.settings.var}" in said
    assert "missing: fr/apology" in said


def test_doctor_reports_a_corrupt_database_and_continues(reception: Reception, run: Run) -> None:
    corrupt_database(reception.settings.sqlalchemy_url)

    result = run("doctor")

    assert result.exit_code == 1
    assert "WRONG database: writing" in result.stdout
    assert "ok   outside caller" in result.stdout


# --- messages --------------------------------------------------------------------------------------------------------


def test_a_message_published_now_is_on_air_now(run: Run, speech: Path) -> None:
    assert run("message", "publish", str(speech)).stdout == "This is version 2. Callers hear:\n  now: version 2\n"


def test_a_message_for_later_is_reported_with_all_changes_on_air(run: Run, speech: Path) -> None:
    begin = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=2)
    end = begin + timedelta(hours=10)

    said = run("message", "publish", str(speech), "--from", local(begin), "--until", local(end)).stdout

    assert said.splitlines() == [
        "This is version 2. Callers hear:",
        "  now: version 1",
        f"  from {local(begin)}: version 2",
        f"  from {local(end)}: version 1",
    ]


def test_a_message_older_than_the_one_on_air_is_not_reported_as_on_air(run: Run, speech: Path) -> None:
    said = run("message", "publish", str(speech), "--from", "2025-01-01").stdout

    assert said == "This is version 2. Callers hear:\n  now: version 1\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["publish", str(CHECKOUT / "plan.yaml")], "not a sound file"),
        (["publish", "{speech}", "--until", "2025-01-01"], "end before anybody could hear it"),
        (["rollback"], ""),
        (["play", "99"], "no such version"),
    ],
)
def test_a_rejected_message_command_says_why_and_changes_nothing(
    run: Run, speech: Path, arguments: list[str], reason: str
) -> None:
    before = run("message", "list").stdout

    assert reason in refusal(run("message", *(argument.format(speech=speech) for argument in arguments)))

    assert run("message", "list").stdout == before


def test_an_announcement_that_is_not_in_the_plan_is_a_usage_error(run: Run, speech: Path) -> None:
    result = run("message", "publish", str(speech), "--announcement", "weekly")

    assert result.exit_code == 2
    assert "choose daily" in result.stderr
    former = run("message", "publish", str(speech), "--slot", "weekly")
    assert former.exit_code == 2
    assert "--announcement" in former.stderr and "choose daily" in former.stderr


# --- plan and prompts ------------------------------------------------------------------------------------------------


def test_an_invalid_plan_is_rejected_with_its_line_and_the_plan_in_force_stays(run: Run, tmp_path: Path) -> None:
    plan = run("plan", "show").stdout
    bad = tmp_path / "bad.yaml"
    bad.write_text(plan.replace("to: staff, fr:", "to: nowhere, fr:", 1))
    line = next(n for n, text in enumerate(bad.read_text().splitlines(), 1) if "to: nowhere" in text)

    for command in ("check", "publish"):
        assert refusal(run("plan", command, str(bad))).startswith(f"bad.yaml:{line}:")
    assert run("plan", "show").stdout == plan


def test_a_plan_that_is_not_text_is_reported_in_one_sentence(run: Run, speech: Path) -> None:
    assert "UTF-8" in refusal(run("plan", "check", str(speech)))


def test_a_published_plan_is_spoken_rendered_and_in_force(reception: Reception, run: Run, tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(run("plan", "show").stdout.replace("+33199000000", "+33199000009").replace("rappelé", "contacté"))

    result = run("plan", "publish", str(plan))

    assert (result.exit_code, result.stdout) == (0, "Version 2 of the plan is in force.\n")
    assert "Speaking" in result.stderr
    assert "exten => 0199000009,1" in (reception.settings.asterisk_etc / "extensions.conf").read_text()
    assert run("prompt", "list", "--faults").stderr == "Every prompt is good.\n"
    assert "there is no" not in run("plan", "publish", str(plan)).stdout


def test_prompts_are_listed_replaced_by_recordings_and_restored(run: Run, speech: Path) -> None:
    def apology() -> str:
        return next(line for line in run("prompt", "list").stdout.splitlines() if line.startswith("fr  apology "))

    assert " voice " in apology()
    assert run("prompt", "import", "apology", str(speech)).exit_code == 0
    assert " recording " in apology()
    assert run("prompt", "build").stdout.endswith("1 recorded by people.\n")
    assert run("prompt", "restore", "apology").exit_code == 0
    assert " voice " in apology()
    assert "no prompt 'apologies'" in refusal(run("prompt", "import", "apologies", str(speech)))


# --- people, contacts, calls -----------------------------------------------------------------------------------------


def test_an_agent_gets_a_sip_account_and_the_next_agent_another_password(reception: Reception, run: Run) -> None:
    def password() -> str:
        said = run("staff", "add", "Accueil").stdout
        (account,) = [agent.sip_account for agent in agents.list_agents(reception.database)]
        assert "the desk 01" in said and f"user      {account}\n" in said
        return said.split("password")[1].split()[0]

    first = password()
    listed = run("staff", "list").stdout
    assert "01" in listed
    assert "Accueil" in listed
    assert first in (reception.settings.asterisk_etc / "pjsip.conf").read_text()

    assert run("staff", "remove", "1").exit_code == 0
    assert first not in (reception.settings.asterisk_etc / "pjsip.conf").read_text()
    assert password() in (reception.settings.asterisk_etc / "pjsip.conf").read_text()
    assert "99" in refusal(run("staff", "remove", "99"))
    assert "name" in refusal(run("staff", "add", " "))


@pytest.mark.usefixtures("called")
def test_a_caller_is_found_by_their_number_in_any_form(run: Run) -> None:
    for typed in ("06 39 98 00 01", "0033639980001", "+33 6 39 98 00 01"):
        assert "(no name yet)" in run("contact", "find", typed).stdout
    shown = run("contact", "show", "1").stdout
    assert "06 39 98 00 01" in shown
    assert "  open     " in shown
    assert "0639980002" in refusal(run("contact", "find", "0639980002"))
    assert "7" in refusal(run("contact", "show", "7"))


@pytest.mark.usefixtures("called")
def test_two_cards_of_one_person_are_merged_and_separated_by_commands(reception: Reception, run: Run) -> None:
    record_call(reception.database, "9.9", datetime(2025, 3, 4, 12, 0, tzinfo=UTC), "+33639980002")
    where = ("--street", "12 rue de la Paix", "--postcode", "75002")
    for card, name in (("1", "Anne Roy"), ("2", "ROY Ane")):
        assert run("contact", "change", card, "--name", name, *where).exit_code == 0
    propose_duplicates(reception.database, datetime.now(UTC))
    assert "similar name, same address" in run("contact", "duplicates").stdout
    assert json.loads(run("contact", "duplicates", "--json").stdout)[0]["second_id"] == 2
    assert run("contact", "merge", "1", "2", "--prefer", "name").exit_code == 0
    assert "ROY Ane" in run("contact", "show", "1").stdout and "card 2" in run("contact", "show", "1").stdout
    assert run("contact", "unmerge", "2").exit_code == 0
    assert "2" in refusal(run("contact", "unmerge", "2"))
    assert run("contact", "distinct", "1", "2").exit_code == 0
    assert run("contact", "duplicates").stdout.startswith("Pairs to decide: 0.")


@pytest.mark.usefixtures("called")
def test_a_call_is_listed_and_traced(run: Run) -> None:
    assert run("call", "list").stdout.startswith(REF)
    assert run("trace", REF).stdout.startswith(f"Call {REF}")
    assert "1.2" in refusal(run("trace", "1.2"))


@pytest.mark.usefixtures("called")
def test_a_request_is_closed_once_and_closing_it_again_says_so(run: Run) -> None:
    assert "missed" in run("request", "list").stdout
    assert "missed" in run("request", "list", "--kind", "missed", "--level", "1", "--free").stdout
    for other in (["--kind", "letter"], ["--level", "2"], ["--topic", "billing"]):
        assert run("request", "list", *other).stdout == "", other

    for wrong in ((), ("rang back",)):
        assert "called_back (Rappelé)" in refusal(run("request", "close", "1", *wrong))
    assert run("request", "close", "1", "called_back", "--note", "At noon").stdout == "Request 1 is closed.\n"
    assert run("request", "close", "1", "answered").stdout.endswith(": called_back.\n")
    assert run("request", "list").stderr == "No request is open.\n"
    assert "2" in refusal(run("request", "close", "2", "answered"))


@pytest.mark.usefixtures("called")
def test_a_request_is_given_to_somebody_with_a_note_and_shown_with_its_history(run: Run) -> None:
    run("account", "invite", "Anne", "anne@example.org", "--role", "staff")
    assert run("request", "take", "1", "anne@example.org", "--note", "Before noon").stdout == "Request 1 is Anne's.\n"
    assert run("request", "note", "1", "Rang twice").stdout == "The note is kept.\n"
    shown = run("request", "show", "1").stdout
    assert "missed" in shown and "level 1" in shown and "taken by Anne" in shown
    assert re.search(r"person  Anne  Before noon\n.*note  Rang twice\n", shown)
    assert "2" in refusal(run("request", "show", "2"))


@pytest.mark.usefixtures("called")
def test_a_request_is_moved_handed_over_and_opened_again(run: Run) -> None:
    assert (
        run("request", "due", "1", "2030-03-04 12:00", "Papers come").stdout == "Request 1 is due 2030-03-04 12:00.\n"
    )
    assert run("request", "hand-over", "1", "2", "--note", "Yours").stdout == "Request 1 is at level 2.\n"
    run("request", "close", "1", "answered")
    assert "closed" in refusal(run("request", "due", "1", "2030-03-05", "Too late"))
    assert run("request", "reopen", "1").stdout == "Request 1 is open.\n"
    shown = run("request", "show", "1").stdout
    assert "level 2" in shown and "due 2030-03-04 12:00" in shown and "closed" not in shown.splitlines()[0]
    assert re.search(r"due .*Papers come\n.*level  2  Yours\n.*reopened\n", shown)
    run("request", "hand-over", "1", "3")
    assert "1" in refusal(run("request", "reopen", "1"))


@pytest.mark.usefixtures("called")
def test_a_note_and_a_consent_are_written_on_a_card(run: Run) -> None:
    assert run("contact", "note", "1", "Rang twice").stdout == "The note is kept.\n"
    assert "note" in run("contact", "show", "1").stdout
    given = ("campaigning", "--text-version", "2030-01", "--source", "form:fair")
    assert run("contact", "consent", "1", *given).stdout == "The consent is kept.\n"
    assert run("contact", "withdraw-consent", "1", "campaigning").stdout == "The consent holds no longer.\n"
    assert "no consent" in refusal(run("contact", "withdraw-consent", "1", "campaigning"))
    assert "7" in refusal(run("contact", "note", "7", "Nobody"))


def test_only_landing_numbers_are_dialled(run: Run) -> None:
    assert "dial 01 99 00 00 00" in refusal(run("call", "0639980001"))
