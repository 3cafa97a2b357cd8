"""Drafts, embargoes and hearings: what holds whoever asks, and what two do at once."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from records import callback_queue, embargoes, hearings, message_drafts, messages
from records.base import Base
from records.calls import note, open_call
from records.events import CallEvent, CallEventKind
from records.message_draft import Draft, DraftChanged, DraftOver, Overtaken, Period, Sound, Wording
from records.schema import Account
from records.viewer import Forbidden, Viewer
from routing.permissions import Right, Role, may

HOUR = timedelta(hours=1)
SOUND = Sound("a" * 64, "monday.mp3", "audio/mpeg", 12.5, -22.0, "good")
WHOLE = Wording(0.0, 12.5, "")
AUDIO = messages.Audio("b" * 64, 12.0, "audio/mpeg", "monday.mp3")


@pytest.fixture
def anne(base: Base, noon: datetime) -> Viewer:
    row = {"email": "anne@example.org", "name": "Anne", "role": Role.SUPERVISOR, "language": "fr", "shortcuts": True}
    with base.write() as connection:
        new = insert(Account).values(**row, totp_step=0, created_at=noon).returning(Account.id)
        return Viewer(connection.execute(new).scalar_one(), Role.SUPERVISOR, "Anne")


def drafted(base: Base, viewer: Viewer, at: datetime) -> Draft:
    return message_drafts.keep(base, viewer, "daily", SOUND, WHOLE, at=at)


def publish(base: Base, viewer: Viewer, draft: Draft, at: datetime, seen: int | None = None) -> int:
    return message_drafts.publish(base, viewer, draft.id, draft.revision, WHOLE, Period(), AUDIO, seen=seen, at=at).id


def test_of_many_who_publish_at_once_one_does_and_the_others_are_told(base: Base, anne: Viewer, noon: datetime) -> None:
    drafts = [drafted(base, anne, noon) for _ in range(5)]
    told: list[object] = []

    def race(draft: Draft) -> None:
        try:
            told.append(publish(base, anne, draft, noon))
        except Overtaken as error:
            told.append(error)

    threads = [threading.Thread(target=race, args=(draft,)) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (version,) = messages.versions(base, "daily")
    assert [one for one in told if isinstance(one, int)] == [version.id]
    assert {one.version for one in told if isinstance(one, Overtaken)} == {version}


def test_a_draft_is_published_once_and_never_from_an_old_revision(base: Base, anne: Viewer, noon: datetime) -> None:
    draft = drafted(base, anne, noon)
    message_drafts.save(base, anne, draft.id, draft.revision, Wording(1.0, 2.0, "Bonjour."), at=noon)
    with pytest.raises(DraftChanged) as changed:
        publish(base, anne, draft, noon)
    assert changed.value.theirs.wording == Wording(1.0, 2.0, "Bonjour.")
    seen = publish(base, anne, changed.value.theirs, noon)
    with pytest.raises(DraftOver):
        publish(base, anne, changed.value.theirs, noon, seen)
    assert len(messages.versions(base, "daily")) == 1
    assert message_drafts.sounds_in_use(base) == frozenset()


def test_who_may_not_publish_can_do_nothing_with_a_draft(base: Base, anne: Viewer, noon: datetime) -> None:
    draft = drafted(base, anne, noon)
    version = publish(base, anne, drafted(base, anne, noon), noon)
    span = {"starts_at": noon, "ends_at": noon + HOUR, "reason": "a", "audio": AUDIO, "text": "", "slots": ["daily"]}
    silence = embargoes.impose(base, anne, **span, at=noon)
    for role in Role:
        viewer = Viewer(anne.account_id, role, "Basile")
        calls = [
            lambda v=viewer: drafted(base, v, noon),
            lambda v=viewer: message_drafts.show(base, v, draft.id),
            lambda v=viewer: message_drafts.save(base, v, draft.id, 1, WHOLE, at=noon),
            lambda v=viewer: message_drafts.hand_in(base, v, draft.id, 1, WHOLE, Period(), at=noon),
            lambda v=viewer: message_drafts.discard(base, v, draft.id, 1, at=noon),
            lambda v=viewer: message_drafts.send_back(base, v, draft.id, 1, at=noon),
            lambda v=viewer: message_drafts.put_back(base, v, version, at=noon),
            lambda v=viewer: publish(base, v, draft, noon, version),
        ]
        if not may(role, Right.PUBLISH_MESSAGES):
            for call in calls:
                with pytest.raises(Forbidden):
                    call()
            assert message_drafts.under_way(base, viewer, ["daily"]) == ()
        if not may(role, Right.APPROVE_MESSAGES):
            with pytest.raises(Forbidden):
                embargoes.impose(base, viewer, **span, at=noon)
            with pytest.raises(Forbidden):
                embargoes.lift(base, viewer, silence.id, at=noon)
    assert message_drafts.under_way(base, anne, ["daily"]) == (draft,)


def test_callbacks_are_held_during_an_embargo_and_no_longer(base: Base, anne: Viewer, noon: datetime) -> None:
    embargoes.impose(
        base, anne, starts_at=noon, ends_at=noon + 3 * HOUR, reason="a", audio=AUDIO, text="", slots=["daily"], at=noon
    )

    def held(at: datetime) -> bool:
        with base.read() as connection:
            return callback_queue.is_paused(connection, at)

    assert [held(noon + hours * HOUR) for hours in (-1, 0, 2, 3)] == [False, True, True, False]
    (silence,) = embargoes.all(base)
    embargoes.lift(base, anne, silence.id, at=noon + HOUR)
    assert [held(noon + hours * HOUR) for hours in (0, 1, 2)] == [True, False, False]


def test_what_was_heard_of_a_version_is_counted_and_how_far(base: Base, noon: datetime) -> None:
    live = {"landing": "+33199000000", "public_number": None, "caller": None, "withheld": True, "language": "fr"}
    open_call(base, "1.1", **live, plan_version=None, at=noon)
    for version, seconds, whole in [(7, 10.0, True), (7, 9.9, True), (7, 3.0, False), (8, 1.0, False)]:
        detail = {"version": version, "seconds": seconds, "whole": whole}
        note(base, "1.1", [CallEvent(noon, CallEventKind.MESSAGE_HEARD, detail)])
    found = hearings.of_version(base, 7, 10.0, noon)
    assert (found.times, found.whole, found.reached) == (3, 2, (3, 3, 3, 2, 2, 2, 2, 2, 2, 2))
    assert hearings.of_version(base, 9, 10.0, noon) == hearings.Hearings()
    assert hearings.of_version(base, 7, 10.0, noon + HOUR).times == 0  # nobody can have heard it before it was there
    assert hearings.times(base, [7, 8, 9], noon) == {7: 3, 8: 1}
