"""Agents, presence and overrides on the command line."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import switches
from click.testing import Result
from reception import Reception
from sqlalchemy import text

from records.plan import plan_versions
from records.staff import agents, presence
from records.staff.wrapups import begin_wrapup
from standardiste.doctor import installation_checks
from standardiste.preparation import prepare

Run = Callable[..., Result]


@pytest.fixture
def staff_file(tmp_path: Path) -> Callable[..., str]:
    def write(*lines: str, encoding: str = "utf-8") -> str:
        file = tmp_path / "staff.csv"
        file.write_text("\n".join(lines) + "\n", encoding=encoding)
        return str(file)

    return write


def state(reception: Reception) -> tuple[str, str]:
    (only,) = presence.list_presences(reception.database)
    return only.state, only.reason


def refused(result: Result) -> str:
    assert result.exit_code == 1
    (sentence,) = result.stderr.splitlines()
    return sentence


# --- one agent -------------------------------------------------------------------------------------------------------


def test_an_agent_is_added_with_rank_languages_and_outside_number(reception: Reception, run: Run) -> None:
    said = run("staff", "add", "Anne", "--rank", "2", "--outside", "06 39 98 01 01", "--languages", "en,fr").stdout

    (anne,) = agents.list_agents(reception.database)
    assert (anne.rank, anne.outside_number, anne.speaks, anne.language) == (2, "+33639980101", ("en", "fr"), "en")
    assert "06 39 98 01 01" in said
    listed = run("staff", "list").stdout
    for word in ("01", "en,fr", "Anne", "rank 2", "ready since", "not yet applied", "06 39 98 01 01"):
        assert word in listed


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--outside", "08 99 00 00 00"], "no ordinary French telephone number"),
        (["--outside", "15"], "no ordinary French telephone number"),
        (["--outside", "+870 773 111 632"], "no ordinary French telephone number"),
        (["--languages", "de"], "'de' is none of fr, en"),
    ],
)
def test_an_invalid_agent_is_not_added(reception: Reception, run: Run, arguments: list[str], reason: str) -> None:
    assert reason in refused(run("staff", "add", "Anne", *arguments))
    assert agents.list_agents(reception.database) == ()


def test_presence_is_set_by_name_or_account_and_listed(reception: Reception, run: Run) -> None:
    run("staff", "add", "Anne")
    assert state(reception) == ("ready", "")

    assert "Anne (desk 01): paused (lunch) since" in run("staff", "pause", "anne", "--reason", "lunch").stdout
    assert state(reception) == ("paused", "lunch")
    assert "paused (lunch) since" in run("staff", "list").stdout
    run("staff", "out", "p01")
    assert state(reception) == ("out", "")
    run("staff", "in", "01")
    assert state(reception) == ("ready", "")
    presence.mark_applied(reception.database, 1, 4, datetime.now(UTC))
    assert ", applied" in run("staff", "list").stdout
    assert "There is no agent 'Basile'" in refused(run("staff", "in", "Basile"))


def test_a_pause_has_one_of_the_reasons_of_the_plan_by_name_or_title(reception: Reception, run: Run) -> None:
    pauses = "  pauses: [{name: lunch, title: {fr: Déjeuner, en: Lunch}}, {name: desk, title: Accueil}]"
    written = plan_versions.get_current_version(reception.database).text
    reasons = written.replace("\nstaff:\n", f"\nstaff:\n{pauses}\n")
    plan_versions.save_plan(reception.database, reasons, author="test", at=datetime.now(UTC))
    run("staff", "add", "Anne")
    said = refused(run("staff", "pause", "anne", "--reason", "dentist"))
    assert "The plan has no reason 'dentist' for a pause; give lunch or desk." in said
    assert state(reception) == ("ready", "")
    run("staff", "pause", "anne", "--reason", "déjeuner")
    assert state(reception) == ("paused", "lunch")
    run("staff", "pause", "anne")
    assert state(reception) == ("paused", "")


def test_only_the_given_fields_of_an_agent_change(reception: Reception, run: Run) -> None:
    run("staff", "add", "Anne", "--rank", "2")
    presence.mark_applied(reception.database, 1, 1, datetime.now(UTC))

    said = run("staff", "change", "anne", "--outside", "06 39 98 01 01", "--languages", "en,fr").stdout
    assert said == "Anne (desk 01): rank 2, speaks en,fr, is rung at 06 39 98 01 01.\n"
    assert ", not yet applied" in run("staff", "list").stdout
    (anne,) = agents.list_agents(reception.database)
    assert (anne.rank, anne.outside_number, anne.speaks, anne.language) == (2, "+33639980101", ("en", "fr"), "en")

    said = run("staff", "change", "p01", "--rank", "1", "--desk").stdout
    assert said == "Anne (desk 01): rank 1, speaks en,fr, is rung at the desk phone.\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["Anne"], "give --rank, --outside, --desk, --browser or --languages"),
        (["Anne", "--desk", "--outside", "0639980101"], "give --outside or --desk"),
        (["Anne", "--outside", "15"], "Anne stays as before: '15' is no ordinary French telephone number"),
        (["Anne", "--outside", ""], "Anne stays as before"),
        (["Anne", "--rank", "2", "--languages", "de"], "'de' is none of fr, en"),
        (["Basile", "--rank", "2"], "There is no agent 'Basile'"),
    ],
)
def test_an_invalid_change_changes_nothing(reception: Reception, run: Run, arguments: list[str], reason: str) -> None:
    run("staff", "add", "Anne")
    before = agents.list_agents(reception.database)
    assert reason in refused(run("staff", "change", *arguments))
    assert agents.list_agents(reception.database) == before


def test_agents_are_listed_as_json_without_passwords(reception: Reception, run: Run) -> None:
    assert json.loads(run("staff", "list", "--json").stdout) == []
    run("staff", "add", "Élise", "--languages", "fr,en", "--outside", "0639980101")
    run("staff", "pause", "Élise", "--reason", "lunch")

    (elise,) = json.loads(run("staff", "list", "--json").stdout)
    (agent,) = agents.list_agents(reception.database)

    assert datetime.fromisoformat(elise.pop("since")).tzinfo
    assert elise == {
        **{
            "agent_id": 1,
            "sip_account": agent.sip_account,
            "desk": "01",
            "person_id": 1,
            "member": agent.sip_account,
            "name": "Élise",
            "rank": 1,
            "outside_number": "+33639980101",
        },
        **{"speaks": ["fr", "en"], "state": "paused", "reason": "lunch", "applied_at": None, "version": 2},
        **{"wrapup_until": None, "wrapup_lengthened": 0, "wrapup_is_ours": False},
        **{"browser_account": None, "rung_for": None},
    }


def test_who_wraps_up_a_call_is_listed_with_its_end(reception: Reception, run: Run) -> None:
    run("staff", "add", "Anne")
    (anne,) = agents.list_agents(reception.database)
    until = datetime.now(UTC) + timedelta(minutes=5)
    begin_wrapup(reception.database, anne.sip_account, until)

    assert f"{until.astimezone(ZoneInfo('Europe/Paris')):(wrap-up until %H:%M:%S)}" in run("staff", "list").stdout


def test_a_second_agent_of_the_same_name_is_somebody_else(run: Run) -> None:
    run("staff", "add", "Anne")
    assert "desk 01" in refused(run("staff", "add", " anne "))
    assert "desk 02" in run("staff", "add", "Anne", "--anyway").stdout
    assert "desk 01 and 02" in refused(run("staff", "add", "Anne"))


def test_the_phone_sheet_is_printed_in_the_language_of_who_reads_it(run: Run) -> None:
    run("staff", "add", "Anne")
    assert "TÉLÉPHONE DE Anne" in run("staff", "sheet", "Anne").stdout
    assert "TELEPHONE OF Anne" in run("staff", "sheet", "Anne", "--language", "en").stdout


@pytest.mark.parametrize(("languages", "codes"), [("fr", "je prends des appels"), ("en", "I take calls")])
def test_the_phone_sheet_has_account_password_and_codes(
    reception: Reception, run: Run, languages: str, codes: str
) -> None:
    run("staff", "add", "Anne", "--languages", languages, "--outside", "0639980101")
    (anne,) = agents.list_agents(reception.database)

    page = run("staff", "sheet", "Anne", "--server", "192.0.2.1").stdout

    assert page.isprintable() is False
    settings = ("192.0.2.1", str(reception.settings.sip_port), anne.sip_account, anne.password)
    for word in (*settings, f"*21  {codes}", "*22", "*23"):
        assert word in page
    assert re.search(r"(yours is|le vôtre est le) 01$", page, re.MULTILINE)
    assert "06 39 98 01 01" in page
    assert "112" in page


def test_a_telephone_is_reissued_and_the_old_account_is_gone(reception: Reception, run: Run) -> None:
    run("staff", "add", "Anne")
    (before,) = agents.list_agents(reception.database)

    said = run("staff", "reissue", "01").stdout

    (anne,) = agents.list_agents(reception.database)
    assert f"user      {anne.sip_account}\n" in said and f"password  {anne.password}\n" in said
    accounts = (reception.settings.asterisk_etc / "pjsip.conf").read_text()
    assert anne.sip_account in accounts
    assert before.sip_account not in accounts and before.password not in accounts
    assert "give" in refused(run("staff", "reissue")).casefold()


def test_account_names_of_version_0_2_work_until_they_are_reissued_and_doctor_says_so(
    reception: Reception, run: Run
) -> None:
    run("staff", "add", "Anne")
    run("staff", "add", "Basile")
    with reception.database.write() as connection:
        connection.execute(text("UPDATE sip_account SET name = 'p' || desk WHERE claimed_by IS NOT NULL"))
    prepare(reception.installation, lambda *_: None)
    anne, basile = agents.list_agents(reception.database)
    assert (anne.sip_account, basile.sip_account) == ("p01", "p02")
    accounts = (reception.settings.asterisk_etc / "pjsip.conf").read_text()
    assert re.findall(r"username = (p\d\d)\n", accounts) == ["p01", "p02"]
    assert re.findall(r"<(\d\d)>\nset_var = DESK=\1\nrewrite_contact = no", accounts) == ["01", "02"]
    (check,) = installation_checks.check_account_names(reception.installation)
    assert (check.ok, check.in_language("en")[0]) == (False, "The account names of these desks can be guessed: 01, 02.")

    run("staff", "reissue", "--guessable")

    assert not any(agent.sip_account.startswith("p0") for agent in agents.list_agents(reception.database))
    (check,) = installation_checks.check_account_names(reception.installation)
    assert check.ok
    assert "nothing is to be done" in run("staff", "reissue", "--guessable").stdout


# --- import ----------------------------------------------------------------------------------------------------------


def test_fifty_agents_are_imported_after_a_dry_run(
    reception: Reception, run: Run, staff_file: Callable[..., str]
) -> None:
    fifty = [f"Agent {number},{number % 3 + 1},,fr" for number in range(50)]
    file = staff_file("name,rank,outside,languages", *fifty)

    dry = run("staff", "import", file, "--dry-run").stdout.splitlines()
    assert dry[0] == "line 2: Agent 0: would be added"
    assert dry[-1] == "50 people would be imported, 0 lines refused."
    assert agents.list_agents(reception.database) == ()

    lines = run("staff", "import", file).stdout.splitlines()
    assert lines[49] == "line 51: Agent 49: has the desk 50"
    assert [person.rank for person in agents.list_agents(reception.database)] == [
        number % 3 + 1 for number in range(50)
    ]
    assert "free phone accounts" in refused(run("staff", "import", staff_file("name", "Agent 50")))


def test_a_spreadsheet_with_semicolons_and_french_titles_is_understood(
    reception: Reception, run: Run, staff_file: Callable[..., str]
) -> None:
    file = staff_file("Langues;Nom;Numéro extérieur", "fr,en;Élise;06 39 98 01 02", ";;", ";Noé;", encoding="utf-8-sig")

    assert run("staff", "import", file).exit_code == 0
    elise, noe = agents.list_agents(reception.database)
    assert (elise.name, elise.speaks, elise.outside_number) == ("Élise", ("fr", "en"), "+33639980102")
    assert (noe.name, noe.speaks, noe.rank, noe.outside_number) == ("Noé", ("fr",), 1, None)


def test_each_wrong_line_is_named_and_nothing_is_imported_unless_the_good_ones_are_wanted(
    reception: Reception, run: Run, staff_file: Callable[..., str]
) -> None:
    run("staff", "add", "Anne")
    file = staff_file(
        "name,rank,outside,languages",
        "Basile,1,,fr",
        "anne,1,,fr",
        "Chloé,4,,fr",
        "Denis,1,0899000000,fr",
        "Émile,1,,fr,too much",
        "basile,,,",
        ",2,,",
        "Fanny,2,0639980103,en",
    )

    result = run("staff", "import", file)

    assert result.stdout.splitlines() == [
        "line 3: anne: refused: works here already",
        "line 4: Chloé: refused: the rank '4' is none of 1, 2, 3 (column rank)",
        "line 5: Denis: refused: '0899000000' is no ordinary French telephone number, which alone is rung outside; "
        "write one such as 06 39 98 00 01 (column outside)",
        "line 6: Émile: refused: 5 fields for 4 columns; put a cell with a separator in quotation marks",
        "line 7: basile: refused: stands on line 2 too",
        "line 8: (no name): refused: a name needs 1 to 80 visible characters (column name)",
    ]
    assert "6 of 8 lines are wrong" in result.stderr
    assert result.exit_code == 1
    assert [person.name for person in agents.list_agents(reception.database)] == ["Anne"]

    kept = run("staff", "import", file, "--keep-good")
    assert kept.exit_code == 0
    assert [person.name for person in agents.list_agents(reception.database)] == ["Anne", "Basile", "Fanny"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["rank", "1"], "Line 1: the column 'name' is missing"),
        (["name,salary", "Anne,1"], "'salary' is not known"),
        ([""], "Line 1: the column 'name' is missing"),
        (["name", '"Anne'], "Line 2: a quotation mark opens a cell, and none closes it"),
    ],
)
def test_a_file_that_is_no_list_of_agents_is_reported_in_one_sentence(
    run: Run, staff_file: Callable[..., str], lines: list[str], reason: str
) -> None:
    assert reason in refused(run("staff", "import", staff_file(*lines)))


def test_a_file_that_is_not_text_is_reported_in_one_sentence(run: Run, tmp_path: Path) -> None:
    workbook = tmp_path / "staff.xlsx"
    workbook.write_bytes(b"PK\x03\x04" + bytes(100))
    assert "save it as CSV" in refused(run("staff", "import", str(workbook)))


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "utf-16", "utf-8-sig"])
def test_a_file_is_read_in_the_encoding_of_any_spreadsheet(
    reception: Reception, run: Run, staff_file: Callable[..., str], encoding: str
) -> None:
    lines = "sep=;", "", "Nom;Niveau;Numéro extérieur;Langues;", "Élodie Lefèvre;1;06 39 98 01 02;fr,en;"
    assert run("staff", "import", staff_file(*lines, encoding=encoding)).exit_code == 0
    [elodie] = agents.list_agents(reception.database)
    assert (elodie.name, elodie.speaks, elodie.outside_number) == ("Élodie Lefèvre", ("fr", "en"), "+33639980102")


# --- hours and overflow ----------------------------------------------------------------------------------------------


def test_closing_at_once_and_returning_to_the_opening_hours(reception: Reception, run: Run) -> None:
    assert "closed until" in run("hours", "close", "--note", "storm").stdout
    assert switches.is_switched(reception.database, "closed")
    shown = run("hours", "show", "--days", "2").stdout
    assert "Closed by hand since" in shown
    assert ": storm." in shown
    assert "open now" not in shown

    assert run("hours", "open").exit_code == 0
    assert not switches.is_switched(reception.database, "closed")
    assert "Closed by hand" not in run("hours", "show").stdout


def test_opening_hours_of_the_coming_days_are_shown_with_holidays(reception: Reception, run: Run) -> None:
    text = run("plan", "show").stdout.replace("  always:\n", "  always:\n    holidays: metropolitan\n")
    plan_versions.save_plan(reception.database, text, author="anne", at=datetime.now(UTC))

    shown = run("hours", "show", "--days", "400").stdout.splitlines()

    assert any(line.endswith("-05-01  closed (public holiday)") for line in shown)
    assert any(line.startswith("  Mon 20") and line.endswith("  00:00-24:00") for line in shown)


def test_exceptions_are_imported_from_a_calendar_after_a_dry_run(
    reception: Reception, run: Run, tmp_path: Path
) -> None:
    def event(day: date, title: str, *times: str) -> str:
        start, end = times or (f";VALUE=DATE:{day:%Y%m%d}", f";VALUE=DATE:{day + timedelta(days=1):%Y%m%d}")
        return f"BEGIN:VEVENT\nUID:{day}\nDTSTART{start}\nDTEND{end}\nSUMMARY:{title}\nEND:VEVENT\n"

    closed, short = (datetime.now(UTC).date() + timedelta(days=ahead) for ahead in (10, 20))
    morning = event(short, "Ouvert", f":{short:%Y%m%d}T090000", f":{short:%Y%m%d}T120000")
    file = tmp_path / "days.ics"
    file.write_text(f"BEGIN:VCALENDAR\nVERSION:2.0\n{event(closed, 'Inventaire')}{morning}END:VCALENDAR\n")

    dry = run("hours", "import", str(file), "--dry-run").stdout
    assert f"{closed}  closed  Inventaire\n{short}  09:00-12:00  Ouvert\n2 days would be imported" in dry
    assert dry.startswith("2 events read, 2 imported, 0 left out.\n")
    assert len(plan_versions.list_plan_versions(reception.database)) == 1

    assert "2 days are imported into always. Version 2" in run("hours", "import", str(file)).stdout
    shown = run("hours", "show", "--days", "30").stdout
    assert f"{closed}  closed (exception)" in shown
    assert f"{short}  09:00-12:00 (exception)" in shown
    assert "several hours" not in run("hours", "import", str(file), "--hours", "always").stderr
    file.write_text("nothing of the kind")
    assert "calendar" in refused(run("hours", "import", str(file)))
    file.write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    assert "holds no events; nothing is changed" in refused(run("hours", "import", str(file)))


def test_an_event_of_an_imported_calendar_that_may_open_or_close_is_named_until_somebody_decides(
    reception: Reception, run: Run, tmp_path: Path
) -> None:
    day = datetime.now(UTC).date() + timedelta(days=10)
    file = tmp_path / "doubt.ics"
    times = f"DTSTART:{day:%Y%m%d}T080000\nDTEND:{day + timedelta(days=1):%Y%m%d}T080000"
    file.write_bytes(
        f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{times}\nSUMMARY:Astreinte d'été\nEND:VEVENT\nEND:VCALENDAR\n".encode()
    )

    asked = run("hours", "import", str(file), "--dry-run").stdout
    assert "1 events read, 0 imported, 1 left out." in asked
    assert f'Please decide: "Astreinte d\'\u00e9t\u00e9" ({day} 08:00) would open for about a day.' in asked
    assert "--doubtful open or --doubtful closed" in asked
    assert f"{day}  closed  Astreinte" in run("hours", "import", str(file), "--doubtful", "closed", "--dry-run").stdout
    assert (
        f"{day}  08:00-24:00  Astreinte" in run("hours", "import", str(file), "--doubtful", "open", "--dry-run").stdout
    )


def test_overflow_of_all_calls_is_switched_on_and_off(reception: Reception, run: Run) -> None:
    run("overflow", "on", "--note", "strike")
    assert switches.find(reception.database, "overflow").note == "strike"
    run("overflow", "off")
    assert not switches.is_switched(reception.database, "overflow")
