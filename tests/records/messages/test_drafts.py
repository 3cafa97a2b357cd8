"""Drafts, blackout periods and listen statistics: permissions, and what happens when two people act at once."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from records.actor import Actor, Forbidden
from records.call_events import CallEvent, CallEventKind
from records.callbacks import callback_queue
from records.calls.calls import add_events, open_call
from records.database.engine import Database
from records.messages import (
    blackout_periods,
    draft_publication,
    listen_statistics,
    message_audio,
    message_drafts,
    message_versions,
)
from records.messages.blackout_periods import NewBlackoutPeriod
from records.messages.draft_types import (
    AirPeriod,
    Draft,
    DraftAudio,
    DraftChanged,
    DraftClosed,
    DraftContent,
    NewerVersionPublished,
    Publication,
)
from records.schema import User
from routing.access.permissions import Permission, Role, has_permission

HOUR = timedelta(hours=1)
SOUND = DraftAudio("a" * 64, "monday.mp3", "audio/mpeg", 12.5, -22.0, "good")
WHOLE = DraftContent(0.0, 12.5, "")
AUDIO = message_audio.Audio("b" * 64, 12.0, "audio/mpeg", "monday.mp3")


@pytest.fixture
def anne(database: Database, noon: datetime) -> Actor:
    row = {"email": "anne@example.org", "name": "Anne", "role": Role.SUPERVISOR, "language": "fr", "shortcuts": True}
    with database.write() as connection:
        new = insert(User).values(**row, totp_step=0, created_at=noon).returning(User.id)
        return Actor(connection.execute(new).scalar_one(), Role.SUPERVISOR, "Anne")


def create_draft(database: Database, actor: Actor, at: datetime) -> Draft:
    return message_drafts.create_draft(database, actor, message_drafts.NewDraft("daily", SOUND, WHOLE), at=at)


def publish(database: Database, actor: Actor, draft: Draft, at: datetime, seen: int | None = None) -> int:
    publication = Publication(draft, draft.revision, WHOLE, AirPeriod(), known_version=seen)
    return draft_publication.publish_draft(database, actor, publication, AUDIO, at=at).id


def test_when_many_users_publish_at_once_one_succeeds_and_the_others_are_refused(
    database: Database, anne: Actor, noon: datetime
) -> None:
    drafts = [create_draft(database, anne, noon) for _ in range(5)]
    outcomes: list[object] = []

    def race(draft: Draft) -> None:
        try:
            outcomes.append(publish(database, anne, draft, noon))
        except NewerVersionPublished as error:
            outcomes.append(error)

    threads = [threading.Thread(target=race, args=(draft,)) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (version,) = message_versions.list_versions(database, "daily")
    assert [one for one in outcomes if isinstance(one, int)] == [version.id]
    assert {one.version for one in outcomes if isinstance(one, NewerVersionPublished)} == {version}


def test_a_draft_is_published_once_and_never_from_an_old_revision(
    database: Database, anne: Actor, noon: datetime
) -> None:
    draft = create_draft(database, anne, noon)
    content = DraftContent(1.0, 2.0, "Bonjour.")
    message_drafts.save_draft(database, anne, Publication(draft, 1, content, AirPeriod(), None), at=noon)
    with pytest.raises(DraftChanged) as changed:
        publish(database, anne, draft, noon)
    assert changed.value.theirs.content == content
    seen = publish(database, anne, changed.value.theirs, noon)
    with pytest.raises(DraftClosed):
        publish(database, anne, changed.value.theirs, noon, seen)
    assert len(message_versions.list_versions(database, "daily")) == 1
    assert message_drafts.list_audio_in_use(database, noon) == frozenset()


def test_a_user_who_may_not_publish_can_do_nothing_with_a_draft(
    database: Database, anne: Actor, noon: datetime
) -> None:
    draft = create_draft(database, anne, noon)
    version = publish(database, anne, create_draft(database, anne, noon), noon)
    period = NewBlackoutPeriod(noon, noon + HOUR, "a", "", ("daily",))
    blackout = blackout_periods.create_blackout_period(database, anne, period, AUDIO, at=noon)
    for role in Role:
        actor = Actor(anne.user_id, role, "Basile")
        calls = [
            lambda v=actor: create_draft(database, v, noon),
            lambda v=actor: message_drafts.get_draft(database, v, draft.id),
            lambda v=actor: message_drafts.save_draft(
                database, v, Publication(draft, 1, WHOLE, AirPeriod(), None), at=noon
            ),
            lambda v=actor: message_drafts.submit_for_approval(
                database, v, Publication(draft, 1, WHOLE, AirPeriod(), None), at=noon
            ),
            lambda v=actor: message_drafts.discard_draft(database, v, draft.id, 1, at=noon),
            lambda v=actor: message_drafts.return_for_changes(database, v, draft.id, 1, "Trop long.", at=noon),
            lambda v=actor: draft_publication.republish_version(database, v, version, at=noon),
            lambda v=actor: publish(database, v, draft, noon, version),
        ]
        if not has_permission(role, Permission.PUBLISH_MESSAGES):
            for call in calls:
                with pytest.raises(Forbidden):
                    call()
            assert message_drafts.list_open_drafts(database, actor, ["daily"]) == ()
        if not has_permission(role, Permission.APPROVE_MESSAGES):
            with pytest.raises(Forbidden):
                blackout_periods.create_blackout_period(database, actor, period, AUDIO, at=noon)
            with pytest.raises(Forbidden):
                blackout_periods.lift_blackout_period(database, actor, blackout.id, at=noon)
    assert message_drafts.list_open_drafts(database, anne, ["daily"]) == (draft,)


def test_callbacks_are_held_during_a_blackout_period(database: Database, anne: Actor, noon: datetime) -> None:
    period = NewBlackoutPeriod(noon, noon + 3 * HOUR, "a", "", ())
    blackout_periods.create_blackout_period(database, anne, period, AUDIO, at=noon)

    def are_held(at: datetime) -> bool:
        with database.read() as connection:
            return callback_queue.are_callbacks_paused(connection, "+33199000000", at)

    assert [are_held(noon + hours * HOUR) for hours in (-1, 0, 2, 3)] == [False, True, True, False]
    (blackout,) = blackout_periods.list_blackout_periods(database)
    blackout_periods.lift_blackout_period(database, anne, blackout.id, at=noon + HOUR)
    assert [are_held(noon + hours * HOUR) for hours in (0, 1, 2)] == [True, False, False]


def test_plays_of_a_version_are_counted_with_how_far_they_were_heard(database: Database, noon: datetime) -> None:
    live = {"landing": "+33199000000", "public_number": None, "caller": None, "withheld": True, "language": "fr"}
    open_call(database, "1.1", **live, plan_version=None, at=noon)
    for version, seconds, whole in [(7, 10.0, True), (7, 9.9, True), (7, 3.0, False), (8, 1.0, False)]:
        detail = {"version": version, "seconds": seconds, "whole": whole}
        add_events(database, "1.1", [CallEvent(noon, CallEventKind.MESSAGE_HEARD, detail)])
    found = listen_statistics.get_listen_statistics(database, 7, 10.0)
    assert (found.plays, found.completed_plays, found.listeners_per_tenth) == (3, 2, (3, 3, 3, 2, 2, 2, 2, 2, 2, 2))
    assert listen_statistics.get_listen_statistics(database, 9, 10.0) == listen_statistics.ListenStatistics()
    assert listen_statistics.count_plays(database, [7, 8, 9]) == {7: 3, 8: 1}
