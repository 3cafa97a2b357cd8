"""Backups during calls, and restoring them."""

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from databases import copy_installation
from reception import Reception, prompts_heard, wait_for
from recorded_calls import record_call

from agi.pending_writes import CallbackCreated, CallEventAdded, CallOpened
from agi.spool import REJECTED_FILE, Spool
from caller.phone import CallerId
from caller.scripted_call import Hangup, Press
from records import trunks
from records.call_events import CallEvent, CallEventKind, IncomingCall
from records.calls import call_detail, calls, voicemails
from records.checks import checks as database_checks
from records.database import dump
from records.database.engine import Database
from records.messages import message_versions
from records.plan import plan_versions
from standardiste import settings_export
from standardiste.backup import archive, backups, restore
from standardiste.backup.archive import ArchiveError
from standardiste.backup.restore import RestoreError
from standardiste.settings_loading import load

Run = Callable[..., Result]
NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
SECRET = "canary-of-the-trunk"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Reception]:
    """An empty machine."""
    reception = Reception.for_calls(tmp_path / "elsewhere")
    yield reception
    reception.stop()


@pytest.fixture(scope="module")
def backup(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a copy: other test processes copy the shared installation meanwhile."""
    folder = tmp_path_factory.mktemp("backup")
    file, var = folder / "backup.tar.gz", copy_installation(prepared, folder / "var")
    with closing(Reception(var).installation) as installation:
        backups.create_backup(installation, file, with_secrets=False, at=NOON)
    return file


def open_call(database: Database, ref: str, at: datetime) -> None:
    record_call(database, ref, at)


def record_voicemail(reception: Reception, n: int) -> None:
    """A complete call with a voicemail: first the file, then its row."""
    at, ref = NOON + timedelta(seconds=n), f"1.{n}"
    open_call(reception.database, ref, at)
    calls.add_events(reception.database, ref, [CallEvent(at, CallEventKind.KEY, {"key": "9"})], 5000)
    (reception.settings.voicemail / f"{ref}.wav").write_bytes(os.urandom(3000))
    voicemails.save_voicemail(reception.database, ref, file=f"{ref}.wav", seconds=3, at=at)
    calls.close_call(reception.database, ref, at=at, disposition=None, cause="16", wait_ms=5000)


def refused(reception: Reception, file: Path) -> str:
    with pytest.raises((ArchiveError, RestoreError)) as error:
        restore.restore_backup(reception.settings, file, NOON)
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


def rewritten(backup: Path, folder: Path, **changes: str) -> Path:
    """The backup with another manifest."""
    manifest = archive.extract_archive(backup, folder)
    members = [(name, folder / name) for name in manifest.files]
    archive.write_archive(folder / "other.tar.gz", members, manifest.model_copy(update=changes))
    return folder / "other.tar.gz"


@pytest.mark.timeout(300)
def test_a_backup_under_load_is_restored_onto_an_empty_machine_that_then_answers(
    reception: Reception, elsewhere: Reception, tmp_path: Path
) -> None:
    message = reception.publish("Message qui survit à la panne.", tmp_path)
    open_call(reception.database, "0.1", NOON)  # in progress
    calls.add_events(
        reception.database, "0.1", [CallEvent(NOON, CallEventKind.QUEUE_ENTERED, {"queue": "staff"})], 5000
    )
    stop, started = threading.Event(), threading.Event()

    def load() -> None:
        n = 0
        while not stop.wait(0.02):  # at most 50 calls a second
            n += 1
            record_voicemail(reception, n)
            started.set()

    callers = threading.Thread(target=load)
    callers.start()
    try:
        started.wait()
        said = reception.run("backup", str(tmp_path / "b.tar.gz")).stdout
    finally:
        stop.set()
        callers.join()

    assert said.startswith(str(tmp_path / "b.tar.gz"))
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o777 == 0o600
    assert "can be restored" in elsewhere.run("restore", str(tmp_path / "b.tar.gz"), "--dry-run").stdout
    assert not elsewhere.settings.var.exists()
    elsewhere.run("restore", str(tmp_path / "b.tar.gz"))

    assert [str(check.message) for check in database_checks(elsewhere.database) if not check.ok] == []
    restored = call_detail.list_recent_calls(elsewhere.database, 10_000)
    left = [
        voicemail
        for call in restored
        if (voicemail := call_detail.get_call_detail(elsewhere.database, call.ref).voicemail)
    ]
    assert left
    assert all((elsewhere.settings.voicemail / voicemail.file).stat().st_size == 3000 for voicemail in left)
    cut = call_detail.get_call_detail(elsewhere.database, "0.1")
    assert (str(cut.call.disposition), [request.kind for request in cut.requests]) == ("cut", ["missed"])
    again = elsewhere.run("restore", str(tmp_path / "b.tar.gz"), check=False)
    assert (again.returncode, again.stdout, "here already" in again.stderr) == (1, "", True)

    elsewhere.start()
    report = elsewhere.call(
        Press(keys="3", during="greeting-33199000000"),
        Hangup(during=message, into_s=1),
        caller=CallerId("+33639980099"),
    )
    assert prompts_heard(report) == ["greeting-33199000000", message]
    assert elsewhere.wait_for_call_detail("+33639980099").contact is not None


@pytest.mark.parametrize("replay_before", [True, False], ids=["in both", "in the spool alone"])
def test_a_spooled_callback_is_restored_once_if_the_spool_is_replayed_during_the_backup(
    reception: Reception, elsewhere: Reception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replay_before: bool
) -> None:
    spool, create = Spool(reception.settings.write_behind_spool), dump.create
    arrival = IncomingCall("1.1", NOON, "+33199000000", None, "+33639980001", False, "fr", 1)
    pressed = CallEventAdded("1.1", CallEvent(NOON, CallEventKind.KEY, {"key": "2"}))
    for entry in (CallOpened(arrival), pressed, CallbackCreated(arrival, NOON, None, None)):
        spool.append(entry)

    def create_during_replay(database: Database, folder: Path) -> Path:
        if replay_before:
            spool.replay(database)
        file = create(database, folder)
        spool.replay(database)
        return file

    (reception.settings.write_behind_spool / REJECTED_FILE).write_text("for a person")
    monkeypatch.setattr(dump, "create", create_during_replay)
    backups.create_backup(reception.installation, tmp_path / "b.tar.gz", with_secrets=False, at=NOON)
    spool.close()
    restore.restore_backup(elsewhere.settings, tmp_path / "b.tar.gz", NOON)

    for database in (reception.database, elsewhere.database):
        recorded = call_detail.get_call_detail(database, "1.1")
        assert [str(event.kind) for event in recorded.events] == ["key", "callback_requested"]
        assert [request.kind for request in recorded.requests] == ["callback"]
    assert (elsewhere.settings.write_behind_spool / REJECTED_FILE).read_text() == "for a person"


def test_a_backup_has_passwords_of_the_settings_only_on_request(
    reception: Reception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = {"address": "192.0.2.1", "user": "us", "password": SECRET, "caller_ids": ["+33199000000"]}
    database = "postgresql://us:secret@192.0.2.2/base"
    settings = Reception(
        reception.settings.var, trunks=json.dumps({"operator": operator}), database_url=database
    ).settings

    exported = settings_export.render_toml(settings, with_secrets=False)
    assert SECRET not in exported
    assert "us:...@192.0.2.2" in exported
    (tmp_path / "kept.toml").write_text(settings_export.render_toml(settings, with_secrets=True))
    monkeypatch.setenv("STANDARDISTE_CONFIG", str(tmp_path / "kept.toml"))
    assert load() == settings


@pytest.mark.parametrize("with_secrets", [False, pytest.param(True, marks=pytest.mark.long)])
def test_passwords_of_trunks_are_read_after_a_restore_only_with_their_key(
    run: Run, reception: Reception, tmp_path: Path, with_secrets: bool
) -> None:
    file, other = tmp_path / "backup.tar.gz", Reception(tmp_path / "other")
    password = tmp_path / "password"
    password.write_text(SECRET)
    run("trunk", "add", "op", "198.51.100.7", "--user", "us", "--password-file", str(password))
    said = run("backup", str(file), *(["--with-secrets"] if with_secrets else [])).output
    assert (f"Keep a copy of {reception.settings.trunk_key_file}" in said) is not with_secrets
    assert (SECRET in unpacked(file, tmp_path / "unpacked")) is False

    restored = other.run("restore", str(file)).stdout
    other.run("prepare")

    (op,) = trunks.list_trunks(other.database, other.installation.secret_box)
    assert (op.is_locked, "holds no key" in restored) == (not with_secrets, not with_secrets)
    if not with_secrets:
        other.run("trunk", "import-key", str(reception.settings.trunk_key_file))
        (op,) = trunks.list_trunks(other.database, other.installation.secret_box)
    assert op.trunk.password.get_secret_value() == SECRET
    other.stop()


def unpacked(file: Path, folder: Path) -> str:
    """Everything in the archive as text."""
    archive.extract_archive(file, folder)
    return "".join(path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file())


def test_the_folder_keeps_only_the_newest_backups(run: Run, reception: Reception, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    for name in ("standardiste-20250301T120000Z", "standardiste-20250302T120000Z", "somebody-elses"):
        (kept / f"{name}.tar.gz").touch()
    reception.environment |= {"STANDARDISTE_BACKUPS_KEPT": "2", "STANDARDISTE_BACKUP_FOLDER": str(kept)}

    said = run("backup").stdout

    names = sorted(path.name for path in kept.glob("*.tar.gz"))
    assert names[:2] == ["somebody-elses.tar.gz", "standardiste-20250302T120000Z.tar.gz"]
    assert [said.startswith(str(kept / name)) for name in names[2:]] == [True]


@pytest.mark.parametrize("place", [0.02, 0.5, 0.98])
def test_a_damaged_backup_is_rejected_and_changes_nothing(
    backup: Path, elsewhere: Reception, tmp_path: Path, place: float
) -> None:
    whole, damaged = backup.read_bytes(), tmp_path / "damaged.tar.gz"
    at = int(len(whole) * place)
    damaged.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
    assert "damaged" in refused(elsewhere, damaged)
    damaged.write_bytes(whole[:at])
    assert "damaged" in refused(elsewhere, damaged)

    assert not elsewhere.settings.var.exists()


def test_a_changed_member_is_named(backup: Path, tmp_path: Path) -> None:
    manifest = archive.extract_archive(backup, tmp_path / "unpacked")
    name = next(name for name in manifest.files if name.startswith("sounds/daily/"))
    (tmp_path / "unpacked" / name).write_bytes(b"other words")
    forged = tmp_path / "forged.tar.gz"
    with tarfile.open(forged, "w:gz") as tar:
        for each in manifest.files:
            tar.add(tmp_path / "unpacked" / each, arcname=each)
        text = manifest.model_dump_json().encode()
        info = tarfile.TarInfo("manifest.json")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))

    with pytest.raises(ArchiveError, match="daily"):
        archive.verify_archive(forged)


@pytest.mark.parametrize("name", ["/tmp/outside", "../outside", "sounds/../../outside", "a\nb"])
def test_nothing_is_extracted_outside_the_folder(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "hostile.tar.gz", "w:gz") as tar:
        info = tarfile.TarInfo(name)
        info.size = 4
        tar.addfile(info, io.BytesIO(b"evil"))

    with pytest.raises(ArchiveError, match="not unpacked"):
        archive.extract_archive(tmp_path / "hostile.tar.gz", tmp_path / "in")
    assert not list(tmp_path.rglob("outside"))


def test_a_link_is_not_extracted(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "hostile.tar.gz", "w:gz") as tar:
        info = tarfile.TarInfo("sounds")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc"
        tar.addfile(info)

    with pytest.raises(ArchiveError, match="not unpacked"):
        archive.extract_archive(tmp_path / "hostile.tar.gz", tmp_path / "in")


def test_another_major_version_and_another_kind_of_database_are_rejected(
    backup: Path, elsewhere: Reception, tmp_path: Path
) -> None:
    later = rewritten(backup, tmp_path / "later", version="7.2.0")
    assert "restore it with a version 7.x" in refused(elsewhere, later)

    other = rewritten(backup, tmp_path / "other", database="oracle")
    assert "the same kind" in refused(elsewhere, other)


def test_a_backup_of_a_later_schema_is_rejected_by_the_dry_run_too(
    backup: Path, elsewhere: Reception, tmp_path: Path
) -> None:
    later = rewritten(backup, tmp_path / "later", schema_revision="9999")
    with pytest.raises(RestoreError, match="its schema 9999 is unknown"):
        restore.check_restorable(elsewhere.settings, later)


def test_nothing_is_restored_onto_an_installation_in_use(reception: Reception, backup: Path) -> None:
    before = plan_versions.list_plan_versions(reception.database)

    assert "here already" in refused(reception, backup)
    assert "no backup" in refused(reception, Path(__file__))

    assert plan_versions.list_plan_versions(reception.database) == before


@pytest.mark.long
def test_an_interrupted_backup_leaves_no_file(reception: Reception, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    for n in range(60):
        (reception.settings.voicemail / f"{n}.wav").write_bytes(os.urandom(1_000_000))
    making = subprocess.Popen(
        [sys.executable, "-m", "standardiste", "backup", str(file)],
        env=os.environ | reception.environment,
        stdout=subprocess.DEVNULL,
    )
    wait_for(lambda: list(tmp_path.glob(".b.tar.gz.*")), "the backup to begin", 30)
    making.send_signal(signal.SIGKILL)
    making.wait()

    assert not file.exists()
    assert [message.id for message in message_versions.list_versions(reception.database, "daily")] == [1]
    assert backups.list_backups(reception.settings.backups) == []
