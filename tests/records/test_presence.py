from datetime import datetime, timedelta

import pytest

from records import people, presence
from records.base import Base
from records.errors import NotFound
from records.people import Person
from records.presence import PresenceState

LATER = timedelta(minutes=5)


@pytest.fixture
def anne(base: Base, noon: datetime) -> Person:
    people.prepare_phones(base, {"p01": "secret-1", "p02": "secret-2"})
    return people.add(base, "Anne", language="fr", at=noon, rank=2, outside_number="+33639980101")


def test_who_is_added_is_ready_and_still_to_be_applied(base: Base, anne: Person, noon: datetime) -> None:
    (state,) = presence.all(base)
    assert (state.person_id, state.member, state.name) == (anne.id, "p01", "Anne")
    assert (state.rank, state.outside_number, state.speaks) == (2, "+33639980101", ("fr",))
    assert (state.state, state.since, state.applied_at, state.version) == (PresenceState.READY, noon, None, 1)


def test_a_change_waits_to_be_applied_and_says_why_and_since_when(base: Base, anne: Person, noon: datetime) -> None:
    presence.applied(base, anne.id, 1, noon)

    paused = presence.set(base, anne.id, PresenceState.PAUSED, reason="lunch", by="Anne", at=noon + LATER)

    assert (paused.state, paused.reason, paused.since) == (PresenceState.PAUSED, "lunch", noon + LATER)
    assert (paused.version, paused.applied_at) == (2, None)
    assert presence.all(base) == (paused,)


def test_the_same_wish_again_keeps_its_beginning(base: Base, anne: Person, noon: datetime) -> None:
    assert presence.set(base, anne.id, PresenceState.READY, by="Anne", at=noon + LATER).since == noon


def test_an_acknowledgement_that_comes_late_is_not_taken_for_the_newest_wish(
    base: Base, anne: Person, noon: datetime
) -> None:
    second = presence.set(base, anne.id, PresenceState.PAUSED, by="Anne", at=noon)
    third = presence.set(base, anne.id, PresenceState.READY, by="Anne", at=noon)

    presence.applied(base, anne.id, second.version, noon)
    assert presence.all(base)[0].applied_at is None

    presence.applied(base, anne.id, third.version, noon + LATER)
    assert presence.all(base)[0].applied_at == noon + LATER


def test_who_is_ready_at_a_phone_pauses_and_who_is_not_stays_as_he_is(base: Base, anne: Person, noon: datetime) -> None:
    def pause(phone: str) -> bool:
        return presence.pause_ready(base, phone, reason="no answer", by="standardiste", at=noon + LATER)

    assert not pause("p02")
    assert pause("p01")
    (state,) = presence.all(base)
    assert (state.state, state.reason, state.since) == (PresenceState.PAUSED, "no answer", noon + LATER)
    assert (state.version, state.applied_at) == (2, None)

    out = presence.set(base, anne.id, PresenceState.OUT, by="Anne", at=noon)
    assert not pause("p01")
    assert presence.all(base) == (out,)


def test_who_has_left_is_present_no_more(base: Base, anne: Person, noon: datetime) -> None:
    people.remove(base, anne.id, password="changed", at=noon)

    assert presence.all(base) == ()
    with pytest.raises(NotFound, match="works here"):
        presence.set(base, anne.id, PresenceState.READY, by="Anne", at=noon)
    assert people.add(base, "Basile", language="fr", at=noon).phone == "p01"
    assert [state.name for state in presence.all(base)] == ["Basile"]
