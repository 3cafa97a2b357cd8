"""A person is exported, erased and purged on a whole installation: rows, recordings, logs and the database file."""

import io
import json
import os
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from canary_person import CANARIES, DIGITS, LINE, NAME, NUMBER, files_with
from console_client import ConsoleApp
from inquiries import request_of, write_inquiry
from reception import Reception
from recorded_calls import record_call

from ami.cel.log import CelLog
from ami.cel.reader import CelReader
from records import changes
from records.actor import command_line_actor
from records.callbacks import do_not_call
from records.calls.call_detail import get_call_detail
from records.contacts import households
from records.contacts.contact_cards import find_cards
from records.contacts.imports import files, imports
from records.contacts.imports.rows import read_report
from records.errors import NotFound
from records.inbox import treatment
from records.requests import requests
from records.retention.erasure_ledger import FILE_NAME, read_entries
from records.schema import Request
from routing.access.permissions import Role
from standardiste.backup.backups import list_backups
from standardiste.contact_imports import ContactImporter
from standardiste.doctor import installation_checks
from standardiste.parts.console import create_app_context
from standardiste.personal_data import purging
from standardiste.personal_data.erasing import blank_out, number_pattern

ANNE = command_line_actor("anne")
NOW = datetime.now(UTC)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Reception]:
    """An empty machine."""
    reception = Reception.for_calls(tmp_path / "elsewhere")
    yield reception
    reception.stop()


def test_an_erased_name_and_number_stand_nowhere_below_var(reception: Reception, contact_id: int) -> None:
    var, canaries = reception.settings.var, CANARIES
    reception.database.close()
    assert len(files_with(var, *canaries)) >= 3  # the canary would be found; a database of SQLite is a fourth

    told = reception.run("contact", "erase", "06 39 98 76 54", "--yes").stdout

    assert f"Contact {contact_id} is erased" in told
    assert "still" not in told
    assert files_with(var, *canaries) == []
    assert not (reception.settings.voicemail / "1.1.wav").exists()
    assert not (reception.settings.satisfaction / "words.wav").exists()
    assert get_call_detail(reception.database, "1.1").call.disposition == "voicemail"
    change, *_ = changes.list_changes(reception.database, ANNE)
    assert (change.kind, change.subject) == ("contact.erase", str(contact_id))
    assert reception.run("contact", "erase", "0639987654", "--yes", check=False).returncode == 1


def test_files_rows_and_names_of_imports_forget_an_erased_person(reception: Reception, contact_id: int) -> None:
    database, folder, canaries = reception.database, reception.settings.imports, (NAME.encode(), DIGITS)
    table = f"Nom;Tél\n{NAME};0{NUMBER[3:]}\nAnne Martin;0639980001\n".encode()
    importer = ContactImporter(database, folder, lambda: NOW)
    imported, checked, unread = (
        files.store_upload(database, ANNE, folder, files.UploadedFile(table, f"{NAME}.csv", "FR"), at=NOW)
        for _ in range(3)
    )
    for job in (imported, checked):
        imports.check_import(database, ANNE, job, imports.get_import(database, job).columns, at=NOW)
        importer.work(imports.get_import(database, job))
    imports.start_import(database, ANNE, imported, at=NOW)
    importer.work(imports.get_import(database, imported))
    assert [*folder.glob("*")] == [folder / f"{unread}.txt"]
    database.close()
    assert files_with(reception.settings.var, *canaries)

    told = reception.run("contact", "erase", str(contact_id), "--yes").stdout

    assert "still" not in told
    assert files_with(reception.settings.var, *canaries) == []
    assert imports.get_import(database, unread).problem == "erased"
    assert [line.name for line in read_report(database, checked)] == ["Anne Martin"]
    assert [line.name for line in read_report(database, imported)] == ["Anne Martin"]


def test_imports_are_purged_after_thirty_days_with_files_that_nobody_read(reception: Reception) -> None:
    settings, database, plan = reception.settings, reception.database, reception.installation.plan
    job = files.store_upload(
        database, ANNE, settings.imports, files.UploadedFile(b"Nom;T\xe9l\nAnne;0639980001\n", "a.csv", "FR"), at=NOW
    )
    purging.purge(settings, database, plan, now=NOW + timedelta(days=1))
    assert [*settings.imports.glob("*")]
    purging.purge(settings, database, plan, now=NOW + timedelta(days=3))
    assert not [*settings.imports.glob("*")]
    with pytest.raises(NotFound):
        imports.get_import(database, job)


def test_the_log_of_channel_events_is_not_read_again_after_an_erasure(reception: Reception, contact_id: int) -> None:
    reception.run("contact", "erase", str(contact_id), "--yes")
    log = CelLog(reception.settings.asterisk_spool / "channel-events.csv", reception.installation.plan)
    before = get_call_detail(reception.database, "1.1").events
    with log.path.open("ab") as file:
        file.write(LINE % (b"CHAN_START", NOW.timestamp(), b"2.1", b"2.1"))
    CelReader(reception.database, log).catch_up()

    assert get_call_detail(reception.database, "1.1").events == before


def test_a_restored_backup_does_not_bring_back_whoever_was_erased_after_it(
    reception: Reception, contact_id: int, elsewhere: Reception
) -> None:
    do_not_call.add_do_not_call(reception.database, NUMBER, "letter", "anne", NOW)
    reception.run("backup")
    [archive] = list_backups(reception.settings.backups)
    reception.run("contact", "erase", str(contact_id), "--yes")
    ledger = reception.settings.backups / FILE_NAME
    assert (stat.S_IMODE(ledger.stat().st_mode), DIGITS in ledger.read_bytes()) == (0o600, False)

    told = elsewhere.run("restore", str(archive)).stdout

    assert "erased again: 1" in told and FILE_NAME not in told
    elsewhere.database.close()
    assert files_with(elsewhere.settings.var, *CANARIES) == []
    assert not [*elsewhere.settings.voicemail.glob("*.wav")]
    assert get_call_detail(elsewhere.database, "1.1").call.disposition == "voicemail"
    with closing(elsewhere.installation):
        assert do_not_call.is_do_not_call(elsewhere.installation.database, NUMBER)
    change, *_ = changes.list_changes(elsewhere.database, ANNE)
    assert (change.kind, change.subject) == ("contact.erase", str(contact_id))
    assert read_entries(elsewhere.settings.backups / FILE_NAME) == read_entries(ledger)  # for the next restore


def test_a_wish_not_to_be_called_that_came_after_the_backup_outlives_erasure_and_restore(
    reception: Reception, contact_id: int, elsewhere: Reception
) -> None:
    reception.run("backup")
    [archive] = list_backups(reception.settings.backups)
    do_not_call.add_do_not_call(reception.database, NUMBER, "letter", "anne", NOW)
    reception.run("contact", "erase", str(contact_id), "--yes")

    elsewhere.run("restore", str(archive))

    with closing(elsewhere.installation):
        assert do_not_call.is_do_not_call(elsewhere.installation.database, NUMBER)
        assert not do_not_call.is_do_not_call(elsewhere.installation.database, "+33639980001")
    assert DIGITS not in (reception.settings.backups / FILE_NAME).read_bytes()


def test_whoever_calls_again_after_their_erasure_is_in_a_backup_that_was_made_then(
    reception: Reception, contact_id: int, elsewhere: Reception
) -> None:
    reception.run("contact", "erase", str(contact_id), "--yes")
    record_call(reception.database, "2.1", NOW, NUMBER)
    reception.run("backup")
    [archive] = list_backups(reception.settings.backups)

    told = elsewhere.run("restore", str(archive)).stdout

    assert "erased again" not in told
    assert [card.lines for card in find_cards(elsewhere.database, NUMBER)] == [(NUMBER,)]


def test_of_a_household_only_the_person_who_was_erased_stays_away(
    reception: Reception, contact_id: int, elsewhere: Reception
) -> None:
    other = households.add_person(reception.database, ANNE, NUMBER, "Basile Dupuis", at=NOW).id
    reception.run("backup")
    [archive] = list_backups(reception.settings.backups)
    reception.run("contact", "erase", str(contact_id), "--yes")

    elsewhere.run("restore", str(archive))

    assert [card.id for card in find_cards(elsewhere.database, NUMBER)] == [other]
    assert find_cards(elsewhere.database, NAME) == ()


def test_a_restore_without_the_list_of_erasures_says_so(
    reception: Reception, contact_id: int, elsewhere: Reception, tmp_path: Path
) -> None:
    reception.run("backup", str(tmp_path / "alone.tar.gz"))
    assert f"There is no {FILE_NAME}" in elsewhere.run("restore", str(tmp_path / "alone.tar.gz")).stdout


def test_an_erasure_that_a_power_cut_left_half_written_hides_no_other(reception: Reception, contact_id: int) -> None:
    ledger = reception.settings.backups / FILE_NAME
    ledger.parent.mkdir(exist_ok=True)
    ledger.write_text('{"at": "2030-05-0')
    reception.run("contact", "erase", str(contact_id), "--yes")
    [entry] = read_entries(ledger)
    assert (len(entry.cards), len(entry.numbers)) == (1, 1)


def test_a_number_is_overwritten_in_each_form_and_nothing_longer(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text("+33639987654 0033639987654 33639987654 0639987654 639987654 1639987654.5 06399876541")
    blank_out(file, number_pattern([NUMBER]))
    assert file.read_text() == ("000000000000 0000000000000 00000000000 0000000000 000000000 1639987654.5 06399876541")


def test_an_export_holds_everything_with_an_index_in_plain_words(
    reception: Reception, contact_id: int, tmp_path: Path
) -> None:
    written = write_inquiry(reception.database, "Entre nous", at=NOW, line=NUMBER, name="Zyzomette")
    mediators = request_of(reception.database, written)
    treatment.hand_to_level(reception.database, ANNE, mediators, 3, note=None, at=NOW)
    file = tmp_path / "export.zip"
    reception.run("contact", "export", "0639987654", str(file), "--language", "fr")

    assert os.stat(file).st_mode & 0o077 == 0
    with zipfile.ZipFile(file) as archive:
        assert sorted(archive.namelist()) == ["data.json", "index.txt", "satisfaction/words.wav", "voicemails/1.1.wav"]
        index, data = archive.read("index.txt").decode(), json.loads(archive.read("data.json"))
    assert NAME in index and "06 39 98 76 54" in index.replace("\xa0", " ").replace("\u202f", " ")
    assert "Zyzomette" not in index + json.dumps(data)
    assert mediators not in [row["id"] for row in data["requests"]]
    assert [row["e164"] for row in data["lines"]] == [NUMBER]
    assert [row["ref"] for row in data["calls"]] == ["1.1"]
    assert data["events"][0]["data"] == {"number": NUMBER}
    change, *_ = changes.list_changes(reception.database, ANNE)
    assert change.kind == "contact.export"
    assert NUMBER not in str(change) and NAME not in str(change)
    again = reception.run("contact", "export", str(contact_id), str(file), check=False)
    assert (again.returncode, "exists already" in again.stderr) == (1, True)


def test_an_administrator_downloads_everything_about_a_person_from_the_card(
    reception: Reception, contact_id: int
) -> None:
    console = ConsoleApp.of(create_app_context(reception.installation))
    administrator, supervisor = console.sign_in(Role.ADMINISTRATOR), console.sign_in(Role.SUPERVISOR)
    page = f"/contacts/{contact_id}/everything"
    assert page in administrator.get(f"/contacts/{contact_id}").text
    assert page not in supervisor.get(f"/contacts/{contact_id}").text
    assert "ZIP" in administrator.get(page).text
    assert supervisor.get(page).status_code == supervisor.post(page).status_code == 403

    with administrator.post(page) as answer:
        assert (answer.status_code, answer.mimetype) == (200, "application/zip")
        archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert sorted(archive.namelist()) == ["data.json", "index.txt", "satisfaction/words.wav", "voicemails/1.1.wav"]
    assert NAME in archive.read("index.txt").decode()
    assert [row["e164"] for row in json.loads(archive.read("data.json"))["lines"]] == [NUMBER]
    change, *_ = changes.list_changes(reception.database, ANNE)
    assert administrator.user
    assert (change.kind, change.subject, change.by) == ("contact.export", str(contact_id), administrator.user.name)
    assert NUMBER not in str(change) and NAME not in str(change)


def test_the_address_of_an_erased_card_says_that_the_person_was_erased(reception: Reception, contact_id: int) -> None:
    reception.run("contact", "erase", str(contact_id), "--yes")
    staff = ConsoleApp.of(create_app_context(reception.installation)).sign_in(Role.STAFF)
    answer = staff.get(f"/contacts/{contact_id}")
    assert answer.status_code == 410
    assert "Cette personne a été effacée" in answer.text and NAME not in answer.text
    assert staff.post(f"/contacts/{contact_id}", {"name": "Autre"}).status_code == 410
    assert staff.get(f"/contacts/{contact_id + 1}").status_code == 404


def test_an_archive_that_cannot_be_made_is_said_on_the_page_and_not_in_the_change_log(
    reception: Reception, contact_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator = ConsoleApp.of(create_app_context(reception.installation)).sign_in(Role.ADMINISTRATOR)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    answer = administrator.post(f"/contacts/{contact_id}/everything")
    assert (answer.status_code, answer.location) == (303, f"/contacts/{contact_id}/everything")
    assert "n&#39;a pas été faite" in administrator.get(answer.location).text
    change, *_ = changes.list_changes(reception.database, ANNE)
    assert change.kind != "contact.export"


def test_the_purge_deletes_rows_and_files_under_a_moved_clock(reception: Reception, contact_id: int) -> None:
    settings, plan = reception.settings, reception.installation.plan
    orphan = settings.voicemail / "9.9.wav"
    orphan.write_bytes(b"")
    with reception.database.write() as connection:
        requests.mark_closed(connection, Request.id > 0, by="anne", outcome="called", at=NOW, note=None)
    assert purging.purge(settings, reception.database, plan, now=NOW + timedelta(days=364)).calls == 0

    report = purging.purge(settings, reception.database, plan, now=NOW + timedelta(days=366))

    assert (report.calls, report.voicemails, report.contacts, report.lines) == (1, 1, 1, 1)
    assert [*settings.voicemail.glob("*.wav")] == []
    assert not (settings.write_behind_spool / "refused.jsonl").exists()
    kinds = [change.kind for change in changes.list_changes(reception.database, ANNE)]
    assert kinds[:2] == ["retention.purge", "retention.purge"]


def test_the_purge_is_due_once_a_night(reception: Reception) -> None:
    database, plan = reception.database, reception.installation.plan
    night = datetime(2030, 1, 8, 3, tzinfo=ZoneInfo("Europe/Paris"))
    assert not purging.is_purge_due(database, plan, night + timedelta(hours=12))  # `retention` may still be set
    assert purging.is_purge_due(database, plan, night)
    purging.purge(reception.settings, database, plan, now=night)
    due = [purging.is_purge_due(database, plan, night + timedelta(hours=hours)) for hours in (1, 12, 20, 24, 29, 31)]
    assert due == [False, False, False, True, False, True]


def test_doctor_says_when_nothing_is_purged(reception: Reception) -> None:
    fresh, *_ = installation_checks.check_retention(reception.installation, datetime.now(UTC))
    late, *_ = installation_checks.check_retention(reception.installation, datetime.now(UTC) + timedelta(days=3))
    assert (fresh.ok, late.ok) == (True, False)
    purging.purge(reception.settings, reception.database, reception.installation.plan, now=datetime.now(UTC))
    purged, *_ = installation_checks.check_retention(reception.installation, datetime.now(UTC))
    assert purged.ok
    assert "0 hours ago" in str(purged.message)
