"""The purge and its counts: the mediator's requests are purged like any other, and no count tells of them."""

from datetime import timedelta

from callback_records import NOON
from recorded_calls import record_call
from sqlalchemy import func, select

from records.actor import Actor
from records.calls import calls, voicemails
from records.database.engine import Database
from records.inbox import treatment
from records.requests import requests
from records.retention import purge
from records.schema import Change, Voicemail
from routing.access.permissions import Role
from routing.retention import RetentionRules

DAY = timedelta(days=1)
KEEP = RetentionRules(reception=100, voicemail=50, callback=20, campaigning=200, satisfaction=100)
MEDIATOR = Actor(None, Role.MEDIATOR, "M")


def leave_voicemail(database: Database, ref: str, caller: str, level: int) -> int:
    record_call(database, ref, NOON, caller)
    request_id = voicemails.save_voicemail(database, ref, file=f"{ref}.wav", seconds=5, at=NOON).request_id
    calls.close_call(database, ref, at=NOON, disposition=None, cause="16")
    if level > 1:
        treatment.hand_to_level(database, MEDIATOR, request_id, level, note="Help.", at=NOON)
    return request_id


def close(database: Database, request_id: int) -> None:
    with database.write() as connection:
        which = requests.Requests.id == request_id
        requests.mark_closed(connection, which, by="M", outcome="answered", at=NOON + DAY, note="Done.")


def test_no_count_of_a_purge_tells_of_the_mediators_requests(database: Database) -> None:
    ours = leave_voicemail(database, "1.1", "+33639980001", 1)
    theirs = leave_voicemail(database, "1.2", "+33639980002", 3)
    assert purge.count_kept_open(database, KEEP, NOON + 60 * DAY) == 1
    for each in (ours, theirs):
        close(database, each)

    counted = purge.purge(database, KEEP, at=NOON + 60 * DAY, dry_run=True)
    report = purge.purge(database, KEEP, at=NOON + 60 * DAY)

    assert (counted.voicemails, report.voicemails, report.kept_open) == (1, 1, 0)
    assert sorted(report.voicemail_files) == ["1.1.wav", "1.2.wav"]
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Voicemail)) == 0
    late = purge.purge(database, KEEP, at=NOON + 101 * DAY)
    purge.record_purge(database, late, at=NOON + 101 * DAY)
    assert late.requests == 1
    with database.read() as connection:
        kept = requests.list_requests(connection, requests.Requests.id.in_((ours, theirs)))
        written = connection.scalar(select(Change.after).where(Change.kind == purge.CHANGE_KIND))
    assert [(row.contact_id, row.line) for row in kept] == [(None, None)] * 2
    assert '"requests": 2' not in str(written)
