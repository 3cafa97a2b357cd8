"""A member of staff is about to be rung, at the desk or at a number outside: by a caller, or for a callback."""

from math import ceil
from pathlib import Path

from agi.channel import Channel
from agi.memory import Memory
from dialplan import names
from prompts.lengths import seconds
from records import people
from records.base import CALL_WAIT_MS, Base
from records.callback_offers import Asked, asked_by
from records.callback_wish import CallbackChannel
from records.people import Person
from routing.plan import LANGUAGES, Plan
from routing.sentences import topic_key, topic_keys

KEY_S = 2  # to press a key once all is said

_ON_THE_WEB, _BY_TELEPHONE, _ACCEPT = "callback-web", "callback-telephone", "callback-accept"
_CALLBACK = {"fr": ("Rappel", " : "), "en": ("Callback", ": ")}
_MARKS_OF_NAMES = " '’-."  # no other mark of what a visitor wrote reaches Asterisk, or a telephone
_LONGEST_NAME = 40


def member(channel: Channel, memory: Memory, base: Base) -> None:
    """Arguments: the member's phone account, and the attempt to call somebody back or empty.

    Sets what is offered where the member must accept: a callback, whatever rings outside; who is called back, where a
    desk phone can show it; and last, the number outside of whoever has one. Of a callback that was declined, or is no
    more, nothing is set: it rings nobody.
    """
    account, attempt = channel.argument(1), channel.argument(2)
    # Whoever has just come is a member of the queue before our memory is refreshed.
    person = memory.house.staff.get(account) or people.at_phone(base.within(CALL_WAIT_MS), account)
    if person is None:
        return
    offered = {names.MEMBER_OFFER: "accept-call"} if person.outside_number else {}
    if attempt:
        asked = asked_by(base, attempt, account)
        offered = _callback(asked, person, memory.house.plan) if asked else {}
    if offered:
        outside = {names.OUTSIDE_NUMBER: person.outside_number} if person.outside_number else {}
        channel.set_variables(**{names.MEMBER_LANGUAGE: person.language}, **offered, **outside)


def offer_s(sounds: Path, plan: Plan) -> int:
    """Seconds to hear the longest offer of a callback to its end, as the sounds are now, and to press a key."""
    parts = ((_ON_THE_WEB, _BY_TELEPHONE), topic_keys(plan), (_ACCEPT,))
    longest = (_longest_s(sounds, language, parts) for language in LANGUAGES)
    return ceil(max(longest) + KEY_S)


def _longest_s(sounds: Path, language: str, parts: tuple[tuple[str, ...], ...]) -> float:
    return sum(max((seconds(sounds, language, key) for key in part), default=0.0) for part in parts)


def _callback(asked: Asked, person: Person, plan: Plan) -> dict[str, str]:
    where = _ON_THE_WEB if asked.channel is CallbackChannel.WEB else _BY_TELEPHONE
    topic = topic_key(plan, asked.site, asked.topic, asked.language)
    offer = {names.MEMBER_OFFER: "&".join(filter(None, (where, topic, _ACCEPT)))}
    if person.outside_number:  # which shows a number of ours, whoever is called back
        return offer
    word, colon = _CALLBACK[person.language]
    name = "".join(letter for letter in asked.name or "" if letter.isalnum() or letter in _MARKS_OF_NAMES)
    shown = colon.join(filter(None, (word, name[:_LONGEST_NAME].strip())))
    return offer | {names.VISITOR_NAME: shown, names.VISITOR_LINE: asked.line}
