"""A desk phone dialled a code: its owner takes calls, pauses or leaves, and hears what became of it."""

from datetime import datetime

from agi.call import Call
from dialplan import names
from records import people
from records import presence as presences
from records.base import Base
from records.people import Person
from records.presence import PresenceState


def presence(call: Call) -> None:
    """Arguments 2 and 3: the phone's account, as its password proved it, and the state.

    Where nothing is noted nothing is set, and the dialplan says so.
    """
    account, wish, at = call.channel.argument(2), PresenceState(call.channel.argument(3)), call.now
    if person := call.promise(lambda base: _note(base, account, wish, at)):
        call.speak(person.language)
        call.channel.set_variables(**{names.PRESENCE: wish})


def _note(base: Base, account: str, wish: PresenceState, at: datetime) -> Person | None:
    person = people.at_phone(base, account)
    if person:
        presences.set(base, person.id, wish, by=person.name, at=at)
    return person
