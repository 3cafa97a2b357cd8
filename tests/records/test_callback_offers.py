"""What a member of staff is told of a callback that is offered to him."""

import pytest
from promises import NOON, SOON, VISITOR, brought_to, placed, promised, request_id, wish

from records import callback_attempts, people
from records.base import Base
from records.callback_offers import Asked, asked_by
from records.callback_wish import CallbackChannel
from routing.callback_states import CallbackState


@pytest.fixture(autouse=True)
def team(base: Base) -> None:
    people.prepare_phones(base, {"p01": "a", "p02": "b"})
    for name in ("Anne", "Basile"):
        people.add(base, name, language="fr", at=NOON)


def test_who_asked_and_why_is_told_as_he_gave_it(base: Base) -> None:
    named = promised(base, wish(name='Zoé "O\'Neill"', topic="Presse", language="en"))
    attempt = placed(base, named.ref)

    told = Asked(CallbackChannel.WEB, "www", "Presse", 'Zoé "O\'Neill"', VISITOR, "en")
    assert asked_by(base, attempt.channel_id, "p01") == told


def test_who_asked_by_telephone_has_given_his_number_alone(base: Base) -> None:
    ref = promised(base, wish(channel=CallbackChannel.KEY, site=None, address=None)).ref

    told = Asked(CallbackChannel.KEY, None, None, None, VISITOR, "fr")
    assert asked_by(base, placed(base, ref).channel_id, "p01") == told


def test_whoever_has_declined_is_told_nothing_and_his_colleague_is(base: Base) -> None:
    attempt = placed(base, promised(base).ref)
    callback_attempts.decline(base, attempt.channel_id, "p01", at=SOON)

    assert asked_by(base, attempt.channel_id, "p01") is None
    assert asked_by(base, attempt.channel_id, "p02") is not None


def test_nothing_is_told_of_what_does_not_stand_in_line(base: Base) -> None:
    for number, state in enumerate(CallbackState):
        accepted = brought_to(base, state, f"+336399801{number:02}")
        told = asked_by(base, f"cb-{request_id(base, accepted.ref)}-1", "p01")

        assert (told is not None) == (state is CallbackState.IN_LINE)
