"""An erasure goes on after any interruption, waits for what stands in its way, and is asked for in a page too."""

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from canary_person import CANARIES, NAME, NUMBER, files_with
from console_client import ConsoleApp
from fork_server import ForkedProcess
from reception import Reception
from recorded_calls import record_call
from sqlalchemy import select

from records import changes
from records.actor import Actor, Forbidden, command_line_actor
from records.calls import calls
from records.errors import NotFound
from records.retention import erasure_queue, erasure_words
from records.retention.erasure_ledger import FILE_NAME, read_entries
from records.retention.erasure_queue import ErasureBegun, ErasureJob
from records.schema import ErasureJob as Jobs
from routing.access.permissions import Role
from standardiste.doctor import installation_checks
from standardiste.parts.console import create_app_context
from standardiste.personal_data.erasing import LEASE_DURATION, PersonEraser

ANNE = command_line_actor("anne")
NOW = datetime.now(UTC)
KILLED = """
import os, signal
from records.retention import erasure_ledger, erasure_queue

count = 0

def step():
    global count
    count += 1
    if count == {at}:
        os.kill(os.getpid(), signal.SIGKILL)

def dying(work):
    def done(*values, **more):
        step()
        result = work(*values, **more)
        step()
        return result
    return done

erasure_ledger.write_entry = dying(erasure_ledger.write_entry)
for name in ("erase_rows", "note_step", "finish"):
    setattr(erasure_queue, name, dying(getattr(erasure_queue, name)))
"""
"""Ends the process before or after something that an erasure writes down."""
MOMENTS = 12
SHORT_SUITE = (3, 4, 9)
"""Once the ledger is written and nothing is erased; once the rows are gone; and in the middle of the files."""


def ask(reception: Reception, contact_id: int) -> ErasureJob:
    return erasure_queue.ask_erasure(reception.database, ANNE, contact_id, at=NOW)


def work(reception: Reception, job: ErasureJob, at: datetime = NOW) -> ErasureJob | None:
    try:
        return PersonEraser(reception.installation, lambda: at).work(job)
    finally:
        reception.installation.close()


def console_of(reception: Reception) -> ConsoleApp:
    return ConsoleApp.of(create_app_context(reception.installation))


def sealed(reception: Reception) -> list[str | None]:
    with reception.database.read() as connection:
        return list(connection.scalars(select(Jobs.sealed)))


@pytest.mark.parametrize(
    "moment",
    [each if each in SHORT_SUITE else pytest.param(each, marks=pytest.mark.long) for each in range(1, MOMENTS + 1)],
)
def test_an_erasure_that_is_killed_is_completed_by_the_next_process(
    reception: Reception, contact_id: int, moment: int
) -> None:
    job, var = ask(reception, contact_id), reception.settings.var
    reception.database.close()
    killed = ForkedProcess(
        ["contact", "erase-waiting"], os.environ | reception.environment, before=KILLED.format(at=moment)
    )
    assert killed.wait(60) == -signal.SIGKILL
    assert work(reception, job) is None  # the lease of the dead process

    done = work(reception, job, datetime.now(UTC) + LEASE_DURATION + timedelta(minutes=2))  # the process had true time

    assert done and done.done_at and (done.left, done.is_database_clean) == ((), True)
    assert sealed(reception) == [None]
    reception.database.close()
    assert files_with(var, *CANARIES) == []
    assert not [*reception.settings.voicemail.glob("*.wav")]
    assert [change.kind for change in changes.list_changes(reception.database, ANNE, limit=2)] == [
        "contact.erase",
        "contact.ask_erasure",
    ]
    assert read_entries(reception.settings.backups / FILE_NAME)


def test_whom_an_erasure_is_about_stands_in_the_database_only_encrypted(reception: Reception, contact_id: int) -> None:
    job = ask(reception, contact_id)
    erasure_queue.erase_rows(reception.database, job, reception.settings.backups / FILE_NAME, at=NOW)
    [kept] = sealed(reception)
    assert kept and not any(canary.decode() in kept for canary in CANARIES)
    assert erasure_queue.open_person(reception.database, job).numbers == (NUMBER,)
    with pytest.raises(ErasureBegun):
        erasure_queue.withdraw_erasure(reception.database, ANNE, contact_id, at=NOW)


def test_without_its_key_an_erasure_waits_and_says_so(reception: Reception, contact_id: int) -> None:
    job, key_file = ask(reception, contact_id), reception.settings.number_key_file
    erasure_queue.erase_rows(reception.installation.database, job, reception.settings.backups / FILE_NAME, at=NOW)
    key = key_file.read_bytes()
    key_file.write_bytes(b"another key")
    reception.installation.close()
    del reception.installation.database  # opened anew, with the key that is there then
    told = work(reception, job)
    assert told and (told.problem, told.done_at) == ("key", None)
    key_file.write_bytes(key)
    del reception.installation.database
    told = work(reception, job)
    assert told and told.done_at


def test_an_erasure_waits_for_the_end_of_a_call_and_doctor_names_one_that_waits_long(
    reception: Reception, contact_id: int
) -> None:
    database = reception.database
    record_call(database, "2.1", NOW, NUMBER)
    job = ask(reception, contact_id)
    told = work(reception, job)
    assert told and (told.step, told.problem) == ("asked", "connected")
    assert (
        "reprend de lui-même"
        in console_of(reception).sign_in(Role.ADMINISTRATOR).get(f"/contacts/{contact_id}/erase").text
    )
    assert erasure_queue.find_due(database, NOW) is None
    assert [*installation_checks.check_erasures(reception.installation, NOW)] == []
    [late] = installation_checks.check_erasures(reception.installation, NOW + timedelta(hours=2))
    assert not late.ok and str(contact_id) in str(late.message)
    refused = reception.run("contact", "erase", str(contact_id), check=False)
    assert (refused.returncode, "goes on by itself" in refused.stderr) == (1, True)

    calls.close_call(database, "2.1", at=NOW, disposition=None, cause="16")

    later = datetime.now(UTC) + erasure_queue.RETRY_AFTER
    assert erasure_queue.find_due(database, later) == told
    done = work(reception, job, later)
    assert done and done.done_at
    assert erasure_queue.find_due(database, NOW + timedelta(hours=1)) is None


def test_calls_that_wait_for_the_database_and_a_file_that_stays_are_told(reception: Reception, contact_id: int) -> None:
    job, spooled = ask(reception, contact_id), reception.settings.write_behind_spool / "1.journal"
    spooled.write_text("{}\n")
    told = work(reception, job)
    assert told and told.problem == "spool"
    spooled.unlink()
    sound = reception.settings.voicemail / "1.1.wav"
    sound.unlink()
    sound.mkdir()  # not even an administrator can unlink it
    told = work(reception, job)
    assert told and (told.step, told.problem) == ("rows", "files")
    sound.rmdir()
    told = work(reception, job)
    assert told and told.done_at


def test_a_fault_that_nobody_foresaw_is_told_without_its_text_and_tried_again(
    reception: Reception, contact_id: int, tmp_path: Path
) -> None:
    ask(reception, contact_id)
    reception.database.close()
    broken = "from standardiste.personal_data.erasing import PersonEraser\nPersonEraser._find_left = lambda *_: 1 / 0"
    with (tmp_path / "log").open("w") as log:
        done = ForkedProcess(
            ["contact", "erase-waiting"], os.environ | reception.environment, before=broken, stderr=log
        )
        assert done.wait(60) == 0
    job = erasure_queue.find_erasure(reception.database, contact_id)
    assert job and (job.step, job.problem) == ("logs", "fault")
    assert "ZeroDivisionError" in (tmp_path / "log").read_text()
    assert "fault" in erasure_words.PROBLEMS
    told = work(reception, job)
    assert told and told.done_at


def test_a_file_that_still_names_the_person_is_named_at_the_end(reception: Reception, contact_id: int) -> None:
    (reception.settings.var / "notes.txt").write_text(f"{NAME} a appelé")
    told = work(reception, ask(reception, contact_id))
    assert told and told.left == ("notes.txt",)
    page = console_of(reception).sign_in(Role.ADMINISTRATOR).get(f"/contacts/{contact_id}/erase").text
    assert "var/notes.txt" in page and NAME not in page


def test_an_administrator_confirms_the_very_card_and_can_withdraw(reception: Reception, contact_id: int) -> None:
    console = console_of(reception)
    administrator, supervisor = console.sign_in(Role.ADMINISTRATOR), console.sign_in(Role.SUPERVISOR)
    page = f"/contacts/{contact_id}/erase"
    assert page in administrator.get(f"/contacts/{contact_id}").text
    assert page not in supervisor.get(f"/contacts/{contact_id}").text
    assert supervisor.get(page).status_code == supervisor.post(page).status_code == 403
    assert NAME in administrator.get(page).text and f"numéro {contact_id}" in administrator.get(page).text
    for unsure in ({}, {"sure": str(contact_id + 1)}, {"sure": "yes"}):
        assert administrator.post(page, unsure).status_code == 422
    assert erasure_queue.find_erasure(reception.database, contact_id) is None

    assert administrator.post(page, {"sure": str(contact_id)}).location == page
    assert administrator.post(page, {"sure": str(contact_id)}).location == page  # a double click

    assert "en cours d'effacement" in ordinary(administrator.get(page).text)
    assert "a demandé d'effacer cette personne" in ordinary(supervisor.get(f"/contacts/{contact_id}").text)
    assert administrator.post(f"{page}/withdraw").location == f"/contacts/{contact_id}"
    assert "n'est pas effacée" in ordinary(administrator.get(f"/contacts/{contact_id}").text)
    kinds = [change.kind for change in changes.list_changes(reception.database, ANNE)][:2]
    assert kinds == ["contact.keep", "contact.ask_erasure"]
    assert NAME not in str(changes.list_changes(reception.database, ANNE))
    assert administrator.post(f"{page}/withdraw").status_code == 404


def ordinary(text: str) -> str:
    return text.replace("&#39;", "'")


def test_the_page_shows_the_end_and_the_card_is_gone(reception: Reception, contact_id: int) -> None:
    administrator = console_of(reception).sign_in(Role.ADMINISTRATOR)
    page = f"/contacts/{contact_id}/erase"
    administrator.post(page, {"sure": str(contact_id)})
    job = erasure_queue.find_due(reception.database, NOW)
    assert job and work(reception, job)
    for path in (page, f"{page}/refresh"):
        assert "est effacée" in administrator.get(path).text
    assert administrator.get(f"/contacts/{contact_id}").status_code == 410
    assert administrator.post(page, {"sure": str(contact_id)}).status_code == 404
    erasure_queue.purge_erasures(reception.database, at=NOW + erasure_queue.KEPT + timedelta(days=1))
    assert administrator.get(page).status_code == 410
    assert administrator.get("/contacts/99999/erase").status_code == 404


def test_only_administrators_may_have_somebody_erased(reception: Reception, contact_id: int) -> None:
    supervisor = Actor(1, Role.SUPERVISOR, "x")
    with pytest.raises(Forbidden):
        erasure_queue.ask_erasure(reception.database, supervisor, contact_id, at=NOW)
    ask(reception, contact_id)
    with pytest.raises(Forbidden):
        erasure_queue.withdraw_erasure(reception.database, supervisor, contact_id, at=NOW)
    assert "not erased" in reception.run("contact", "erase", str(contact_id), "--withdraw").stdout
    with pytest.raises(NotFound):
        erasure_queue.withdraw_erasure(reception.database, ANNE, contact_id, at=NOW)
