"""The public page of the messages that callers hear: their text, for who cannot hear them. No account is needed."""

from dataclasses import dataclass

from callback_api.door import Door
from callback_api.moments import day, unbroken
from records import embargoes, messages
from routing.messages import on_air
from routing.numbers import displayed
from routing.plan import LANGUAGES


@dataclass(frozen=True, slots=True)
class Told:
    """A message on air, in words, and its day as people say it. `text` is empty where nobody has written it down."""

    text: str
    since: str


def values(door: Door, language: str) -> dict[str, object]:
    """What message.html fills in. Raises RecordsError."""
    other = next(each for each in LANGUAGES if each != language)
    number = unbroken(displayed(door.plan().numbers[0].public, door.plan().country))
    return {"messages": told(door, language), "number": number, "other_language": other}


def told(door: Door, language: str) -> tuple[Told, ...]:
    """What callers hear now, slot by slot of the plan; those that have no message are left out. Raises RecordsError."""
    plan, now = door.plan(), door.clock()
    silences = embargoes.all(door.base)
    found = []
    for slot in plan.slots.values():
        heard = on_air(messages.versions(door.base, slot.name), slot.name, now, slot.when_none, silences)
        if heard.version:
            since = day(heard.version.valid_from, now, plan.timezone, language)
            found.append(Told(heard.version.text, since))
    return tuple(found)
