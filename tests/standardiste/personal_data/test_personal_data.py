"""A person is exported, erased and purged on a whole installation: rows, recordings, logs and the database file."""

import json
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from databases import copy_installation
from reception import Reception
from recorded_calls import record_call

from ami.cel_log import CelLog
from ami.cel_reader import CelReader
from prompts.audio.pcm import Pcm, write_wav
from records import changes, requests
from records.actor import command_line_actor
from records.call_events import CallEvent, CallEventKind
from records.calls import calls, voicemails
from records.calls.call_detail import get_call_detail
from records.contacts import contact_cards
from records.schema import Request
from records.webhooks import outbox
from standardiste.doctor import installation_checks
from standardiste.personal_data import purging
from standardiste.personal_data.erasing import blank_out, number_pattern

NAME, NUMBER = "Zéphyrine Canari-Dupuis", "+33639987654"
DIGITS = b"639987654"
ANNE = command_line_actor("anne")
NOW = datetime.now(UTC)
LINE = b'"%s","%d.5","%s","%s","PJSIP/trunk-00000001","inbound","+33199000000","0639987654","",""\n'


@pytest.fixture
def reception(prepared: Path, tmp_path: Path) -> Iterator[Reception]:
    reception = Reception(copy_installation(prepared, tmp_path / "var"))
    yield reception
    reception.database.close()
    reception.installation.close()


@pytest.fixture
def contact_id(reception: Reception) -> int:
    """A person who has called, left a message, and stands in each file that can name them."""
    settings, database = reception.settings, reception.database
    opened = record_call(database, "1.1", NOW, NUMBER)
    assert opened.contact_id
    contact_cards.rename_card(database, opened.contact_id, NAME)
    voicemails.save_voicemail(database, "1.1", file="1.1.wav", seconds=5, at=NOW)
    write_wav(settings.voicemail / "1.1.wav", Pcm(b"\0\0" * 8000, 8000))
    calls.add_events(database, "1.1", [CallEvent(NOW, CallEventKind.VOICEMAIL_LEFT)])
    calls.close_call(database, "1.1", at=NOW, disposition=None, cause="16")
    with database.write() as connection:
        outbox.add_event(connection, outbox.CALL_ENDED, {"number": NUMBER}, NOW)
    settings.asterisk_spool.mkdir(exist_ok=True)
    (settings.asterisk_spool / "channel-events.csv").write_bytes(
        b"".join(LINE % (kind, NOW.timestamp(), b"1.1", b"1.1") for kind in (b"CHAN_START", b"HANGUP"))
    )
    settings.write_behind_spool.mkdir(exist_ok=True)
    (settings.write_behind_spool / "refused.jsonl").write_text(json.dumps({"caller": NUMBER}) + "\n")
    (settings.log / "asterisk").mkdir(parents=True, exist_ok=True)
    (settings.log / "asterisk" / "messages").write_text(f"WARNING: something about {NUMBER}\n")
    CelReader(database, CelLog(settings.asterisk_spool / "channel-events.csv", reception.installation.plan)).catch_up()
    return opened.contact_id


def files_with(var: Path, *needles: bytes) -> list[str]:
    return [
        str(file.relative_to(var))
        for file in sorted(var.rglob("*"))
        if file.is_file() and any(needle in file.read_bytes() for needle in needles)
    ]


def test_an_erased_name_and_number_stand_nowhere_below_var(reception: Reception, contact_id: int) -> None:
    var, canaries = reception.settings.var, (NAME.encode(), DIGITS, contact_cards.fold(NAME).encode())
    reception.database.close()
    assert len(files_with(var, *canaries)) >= 3  # the canary would be found; a database of SQLite is a fourth

    told = reception.run("contact", "erase", "06 39 98 76 54", "--yes").stdout

    assert f"Contact {contact_id} is erased" in told
    assert "still" not in told
    assert files_with(var, *canaries) == []
    assert not (reception.settings.voicemail / "1.1.wav").exists()
    assert get_call_detail(reception.database, "1.1").call.disposition == "voicemail"
    change, *_ = changes.list_changes(reception.database, ANNE)
    assert (change.kind, change.subject) == ("contact.erase", str(contact_id))
    assert reception.run("contact", "erase", "0639987654", "--yes", check=False).returncode == 1


def test_the_log_of_channel_events_is_not_read_again_after_an_erasure(reception: Reception, contact_id: int) -> None:
    reception.run("contact", "erase", str(contact_id), "--yes")
    log = CelLog(reception.settings.asterisk_spool / "channel-events.csv", reception.installation.plan)
    before = get_call_detail(reception.database, "1.1").events
    with log.path.open("ab") as file:
        file.write(LINE % (b"CHAN_START", NOW.timestamp(), b"2.1", b"2.1"))
    CelReader(reception.database, log).catch_up()

    assert get_call_detail(reception.database, "1.1").events == before


def test_a_number_is_overwritten_in_each_form_and_nothing_longer(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text("+33639987654 0033639987654 33639987654 0639987654 639987654 1639987654.5 06399876541")
    blank_out(file, number_pattern([NUMBER]))
    assert file.read_text() == ("000000000000 0000000000000 00000000000 0000000000 000000000 1639987654.5 06399876541")


def test_an_export_holds_everything_with_an_index_in_plain_words(
    reception: Reception, contact_id: int, tmp_path: Path
) -> None:
    file = tmp_path / "export.zip"
    reception.run("contact", "export", "0639987654", str(file), "--language", "fr")

    assert os.stat(file).st_mode & 0o077 == 0
    with zipfile.ZipFile(file) as archive:
        assert sorted(archive.namelist()) == ["data.json", "index.txt", "voicemails/1.1.wav"]
        index, data = archive.read("index.txt").decode(), json.loads(archive.read("data.json"))
    assert NAME in index and "06 39 98 76 54" in index.replace("\xa0", " ").replace("\u202f", " ")
    assert [row["e164"] for row in data["lines"]] == [NUMBER]
    assert [row["ref"] for row in data["calls"]] == ["1.1"]
    assert data["events"][0]["data"] == {"number": NUMBER}
    change, *_ = changes.list_changes(reception.database, ANNE)
    assert change.kind == "contact.export"
    assert NUMBER not in str(change) and NAME not in str(change)
    again = reception.run("contact", "export", str(contact_id), str(file), check=False)
    assert (again.returncode, "exists already" in again.stderr) == (1, True)


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
