"""Scheduled versions: withdrawn, brought back, moved and edited; versions themselves never change."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from records import changes
from records.actor import Actor, Forbidden, command_line_actor
from records.database.engine import Database
from records.errors import NotFound
from records.messages import draft_publication, message_drafts, message_versions, scheduled_messages
from records.messages.draft_types import (
    AirPeriod,
    Draft,
    DraftAudio,
    DraftChanged,
    DraftContent,
    Publication,
    RefusalWithoutReason,
    VersionStarted,
)
from records.messages.message_audio import Audio
from records.messages.message_versions import NewMessage
from records.schema import MessageWithdrawal, OutboxEvent, User
from routing.access.permissions import Role
from routing.messages import MessageVersion, NoMessagePolicy, find_on_air

HOUR = timedelta(hours=1)
SOUND = DraftAudio("a" * 64, "monday.mp3", "audio/mpeg", 12.5, -22.0, "good")


def add_user(database: Database, name: str, role: Role, at: datetime) -> Actor:
    row = {"email": f"{name.lower()}@example.org", "name": name, "role": role, "language": "fr", "shortcuts": True}
    with database.write() as connection:
        new = insert(User).values(**row, totp_step=0, created_at=at).returning(User.id)
        return Actor(connection.execute(new).scalar_one(), role, name)


@pytest.fixture
def anne(database: Database, noon: datetime) -> Actor:
    return add_user(database, "Anne", Role.SUPERVISOR, noon)


def schedule(database: Database, at: datetime, start: datetime, end: datetime | None = None) -> MessageVersion:
    new = NewMessage("daily", "Bonjour.", AirPeriod(start, end), "Basile", "Lundi")
    return message_versions.publish_message(database, new, Audio("b" * 64, 9.0, "audio/mpeg", ""), at=at)


def heard(database: Database, at: datetime) -> int | None:
    versions = message_versions.list_current_versions(database, "daily", at)
    version = find_on_air(versions, "daily", at, NoMessagePolicy.KEEP_LAST).version
    return version.id if version else None


def kinds(database: Database) -> list[str]:
    return [one.kind for one in changes.list_changes(database, command_line_actor("test"))]


def test_a_withdrawn_version_is_not_heard_and_can_be_scheduled_again(
    database: Database, anne: Actor, noon: datetime
) -> None:
    first, later = schedule(database, noon, noon), schedule(database, noon, noon + HOUR)
    mark = message_versions.find_last_change(database)
    scheduled_messages.withdraw_version(database, anne, later.id, at=noon)

    assert message_versions.find_last_change(database) != mark  # calls read the versions again
    assert heard(database, noon + 2 * HOUR) == first.id
    (gone, _) = message_versions.list_versions(database, "daily")
    assert (gone.id, gone.withdrawn_at, gone.text, gone.title) == (later.id, noon, "Bonjour.", "Lundi")
    assert [one.id for one in message_versions.list_withdrawn(database, "daily", noon)] == [later.id]
    with pytest.raises(VersionStarted):
        scheduled_messages.withdraw_version(database, anne, later.id, at=noon)

    again = scheduled_messages.restore_version(database, anne, later.id, at=noon)
    assert (again.valid_from, again.audio, again.title) == (later.valid_from, later.audio, "Lundi")
    assert heard(database, noon + 2 * HOUR) == again.id
    assert kinds(database)[:2] == ["message.put_back", "message.withdraw"]
    with database.read() as connection:
        events = connection.execute(select(OutboxEvent.kind, OutboxEvent.data).order_by(OutboxEvent.at)).all()
    withdrawn = [data for kind, data in events if kind == "message.withdrawn"]
    assert [(data["version"], data["successor"]) for data in withdrawn] == [(later.id, None)]


def test_a_moved_version_is_a_new_one_in_the_place_of_the_old(database: Database, anne: Actor, noon: datetime) -> None:
    first, later = schedule(database, noon, noon), schedule(database, noon, noon + HOUR)
    period = AirPeriod(noon + 3 * HOUR, noon + 4 * HOUR)
    moved = scheduled_messages.move_version(database, anne, later.id, period, at=noon)
    times = [heard(database, noon + hours * HOUR) for hours in (0, 2, 3, 4)]
    assert times == [first.id, first.id, moved.id, first.id]
    with database.read() as connection:
        assert connection.scalar(select(MessageWithdrawal.successor_id)) == moved.id
    assert message_versions.list_withdrawn(database, "daily", noon) == []  # the one in its place is there
    assert kinds(database)[0] == "message.move"


def test_what_is_on_air_cannot_be_moved_or_withdrawn(database: Database, anne: Actor, noon: datetime) -> None:
    version = schedule(database, noon, noon + HOUR)
    late = noon + HOUR
    for act in (
        lambda: scheduled_messages.withdraw_version(database, anne, version.id, at=late),
        lambda: scheduled_messages.move_version(database, anne, version.id, AirPeriod(late + HOUR), at=late),
        lambda: scheduled_messages.restore_version(database, anne, version.id, at=late),
    ):
        with pytest.raises(VersionStarted):
            act()
    assert heard(database, late) == version.id
    with pytest.raises(NotFound):
        scheduled_messages.withdraw_version(database, anne, 999, at=noon)
    for role in (Role.STAFF, Role.MEDIATOR):
        actor = Actor(anne.user_id, role, "Anybody")
        with pytest.raises(Forbidden):
            scheduled_messages.withdraw_version(database, actor, version.id, at=noon)
        with pytest.raises(Forbidden):
            scheduled_messages.move_version(database, actor, version.id, AirPeriod(noon + HOUR), at=noon)


def make_draft(database: Database, actor: Actor, at: datetime, edited: int | None = None) -> Draft:
    content = DraftContent(0.0, 12.5, "Bonjour.", "Lundi")
    return message_drafts.create_draft(
        database, actor, message_drafts.NewDraft("daily", SOUND, content), edited_version=edited, at=at
    )


def publication(draft: Draft, seen: int | None, edited: int | None, start: datetime) -> Publication:
    return Publication(draft, draft.revision, draft.content, AirPeriod(start), seen, edited_version=edited)


def test_an_edited_version_is_replaced_in_the_moment_of_its_publication(
    database: Database, anne: Actor, noon: datetime
) -> None:
    first, later = schedule(database, noon, noon), schedule(database, noon, noon + HOUR)
    draft = make_draft(database, anne, noon, later.id)
    assert heard(database, noon + 2 * HOUR) == later.id  # a draft changes nothing
    audio = Audio("c" * 64, 9.0, "audio/mpeg", "")
    wanted = publication(draft, later.id, later.id, noon + 2 * HOUR)
    with pytest.raises(VersionStarted):  # it has begun meanwhile
        draft_publication.publish_draft(database, anne, wanted, audio, at=noon + HOUR)
    new = draft_publication.publish_draft(database, anne, wanted, audio, at=noon)
    assert [heard(database, noon + hours * HOUR) for hours in (1, 2)] == [first.id, new.id]


def test_who_edited_a_draft_once_stays_its_author_and_who_sent_it_back_does_not_become_one(
    database: Database, anne: Actor, noon: datetime
) -> None:
    basile, claire = (add_user(database, name, Role.SUPERVISOR, noon) for name in ("Basile", "Claire"))
    draft = make_draft(database, anne, noon)
    for actor in (basile, anne):  # Anne is the last to edit it
        draft = message_drafts.save_draft(database, actor, publication(draft, None, None, noon), at=noon)
    waiting = message_drafts.submit_for_approval(database, anne, publication(draft, None, None, noon), at=noon)
    counts = {
        actor.name: message_drafts.count_waiting_for(database, actor)
        for actor in (anne, basile, claire, Actor(99, Role.MESSAGE_EDITOR, "Denis"), command_line_actor("test"))
    }
    assert counts == {"Anne": 0, "Basile": 0, "Claire": 1, "Denis": 0, "test": 0}

    with pytest.raises(RefusalWithoutReason):
        message_drafts.return_for_changes(database, claire, draft.id, waiting.revision, "", at=noon + HOUR)
    back = message_drafts.return_for_changes(database, claire, draft.id, waiting.revision, "Trop long.", at=noon + HOUR)
    assert back.refusal and (back.refusal.reason, back.refusal.by, back.refusal.at) == (
        "Trop long.",
        "Claire",
        noon + HOUR,
    )
    assert back.authors == {anne.user_id, basile.user_id} and back.changed_by == "Anne"
    with pytest.raises(DraftChanged, match="Claire has changed"):
        message_drafts.save_draft(database, anne, publication(waiting, None, None, noon), at=noon)
    assert [message_drafts.count_waiting_for(database, actor) for actor in (anne, basile, claire)] == [1, 1, 0]
    again = message_drafts.submit_for_approval(database, anne, publication(back, None, None, noon), at=noon)
    assert again.refusal is None
